//! Server-sent events: a snapshot, then what changes, and a heartbeat every five seconds.
//!
//! The frames come ready from the hub. A reader that is too slow for them gets a new snapshot in place of what it
//! missed. Every stream ends when the dashboard stops.

use std::convert::Infallible;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream::{self, Stream};
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

use super::audience::Audience;
use super::hub::LiveHub;
use super::screen::Screen;
use crate::access::Visitor;
use crate::app::App;
use crate::counters;
use crate::places::{Full, Holder, Place};
use crate::problem::Problem;
use crate::query::Query;
use crate::words::Language;

/// How long a browser waits before it comes back, in milliseconds.
const COME_BACK: Bytes = Bytes::from_static(b"retry: 2000\n\n");

/// `GET /api/v1/live/events`
pub(crate) async fn api(
    State(app): State<Arc<App>>,
    visitor: Visitor,
) -> Result<Response, Problem> {
    open(&app, &visitor, Audience::Api(visitor.visibility))
}

/// `GET /live/parts?screen=&lang=`: rendered parts for the pages of this dashboard.
pub(crate) async fn parts(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    query: Query,
) -> Result<Response, Problem> {
    let screen = query.get("screen").unwrap_or("plain");
    let language = query.get("lang").unwrap_or("fr");
    let audience = Audience::Page(
        Screen::named(screen).ok_or_else(|| {
            Problem::bad_query("screen", screen, "live, wall, zones, energy, sensors or plain")
        })?,
        Language::named(language)
            .ok_or_else(|| Problem::bad_query("lang", language, "fr or en"))?,
        visitor.visibility,
    );
    open(&app, &visitor, audience)
}

fn open(app: &App, visitor: &Visitor, audience: Audience) -> Result<Response, Problem> {
    let holder = visitor.machine.map(|machine| Holder::new(machine, visitor.is_proxy));
    let place = app.streams.take(holder.unwrap_or_default(), ()).map_err(|full| {
        counters::stream_refused(full.as_str());
        Problem::too_many_streams(match full {
            Full::OfOne => "too many live streams are open from this address",
            Full::All => "too many live streams are open",
        })
    })?;
    let stream = follow(Arc::clone(&app.live), audience, app.shutdown.clone(), place);
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-cache, no-transform"),
    ];
    Ok((headers, Body::from_stream(stream)).into_response())
}

/// One reader. Its place among the open streams is free again when it is dropped.
struct Reader {
    hub: Arc<LiveHub>,
    audience: Audience,
    frames: Option<broadcast::Receiver<Bytes>>,
    shutdown: CancellationToken,
    _place: Place<()>,
}

fn follow(
    hub: Arc<LiveHub>,
    audience: Audience,
    shutdown: CancellationToken,
    place: Place<()>,
) -> impl Stream<Item = Result<Bytes, Infallible>> {
    let reader = Reader { hub, audience, frames: None, shutdown, _place: place };
    stream::unfold(reader, |mut reader| async move {
        let frame = reader.next().await?;
        Some((Ok(frame), reader))
    })
}

impl Reader {
    async fn next(&mut self) -> Option<Bytes> {
        let Some(frames) = &mut self.frames else {
            return Some([COME_BACK, self.rejoin()].concat().into());
        };
        let received = tokio::select! {
            biased;
            () = self.shutdown.cancelled() => return None,
            received = frames.recv() => received,
        };
        match received {
            Ok(frame) => Some(frame),
            Err(broadcast::error::RecvError::Lagged(_)) => Some(self.rejoin()),
            Err(broadcast::error::RecvError::Closed) => None,
        }
    }

    fn rejoin(&mut self) -> Bytes {
        let (now, frames) = self.hub.join(self.audience);
        self.frames = Some(frames);
        now.concat().into()
    }
}
