//! `GET /api/v1/sources/{device}/{quantity}/readings`: what one source reported, oldest first.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use domain::ids::{Channel, DeviceId};
use domain::{Period, Quantity, Source};
use store::{Range, SeriesReader, StoredSource};

use super::sources::ReadingItem;
use crate::access::Visitor;
use crate::app::App;
use crate::paging::{self, LARGEST_PAGE, Page};
use crate::path::Path;
use crate::problem::Problem;
use crate::query::Query;

pub(crate) async fn list(
    State(app): State<Arc<App>>,
    Path((device, quantity)): Path<(String, String)>,
    visitor: Visitor,
    query: Query,
) -> Result<Json<Page<ReadingItem>>, Problem> {
    let limit = paging::limit(query.get("limit"), LARGEST_PAGE)?;
    let span = query.span(app.clock.now())?;
    let from = paging::read_instant(query.get("cursor"))?.unwrap_or(span.start());
    let start = from.clamp(span.start(), span.end());
    let period = Period::new(start, span.end()).expect("the start was held to the span");

    let stored = app.reader.sources().await?;
    let source = find(&device, &quantity, query.get("channel"), &stored)?;
    visitor.visibility.admit_to_source(&app.site, &source)?;
    let range = Range { limit: Some(limit + 1), ..Range::of(source, period) };
    let observations = app.reader.range(range).await?;
    let items = observations.into_iter().map(ReadingItem::from).collect();
    Ok(Json(Page::cut(items, limit, |item: &ReadingItem| paging::instant_cursor(item.observed_at))))
}

/// The source that is meant: the one of this channel, the one without, or the only one there is.
fn find(
    device: &str,
    quantity: &str,
    channel: Option<&str>,
    stored: &[StoredSource],
) -> Result<Source, Problem> {
    let expected = "a name of /api/v1/sources, percent-encoded";
    let id: DeviceId = device.parse().map_err(|_| Problem::unknown("device", device, expected))?;
    let quantity: Quantity =
        quantity.parse().map_err(|_| Problem::unknown("quantity", quantity, &quantities()))?;
    let of_device: Vec<&Source> =
        stored.iter().map(|it| &it.source).filter(|source| source.device == id).collect();
    if of_device.is_empty() {
        return Err(Problem::unknown("device", device, expected));
    }
    let like: Vec<&Source> =
        of_device.into_iter().filter(|source| source.quantity == quantity).collect();
    match (channel, like.as_slice()) {
        (_, []) => Err(Problem::unknown("source", &format!("{device} {quantity}"), expected)),
        (Some(channel), like) => like
            .iter()
            .find(|source| source.channel.as_ref().map(Channel::as_str) == Some(channel))
            .map(|source| (*source).clone())
            .ok_or_else(|| Problem::unknown("channel", channel, &channels(like))),
        (None, [only]) => Ok((*only).clone()),
        (None, like) => {
            let plain = like.iter().find(|source| source.channel.is_none());
            plain.map(|source| (*source).clone()).ok_or_else(|| {
                let detail = format!("{device} has several sources of {quantity}");
                Problem::bad_request(detail, format!("`channel` of {}", channels(like)))
            })
        }
    }
}

fn channels(like: &[&Source]) -> String {
    let names = like.iter().filter_map(|source| source.channel.as_ref());
    names.map(Channel::as_str).collect::<Vec<_>>().join(", ")
}

fn quantities() -> String {
    Quantity::ALL.iter().map(|quantity| quantity.name()).collect::<Vec<_>>().join(", ")
}
