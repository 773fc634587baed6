//! `GET /api/v1/quarantine`: what was refused and why, newest first. Not for the public: a refused message may be about
//! anybody.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use domain::Instant;
use domain::message::ReasonLabel;
use serde::Serialize;
use store::{QuarantineReader, RefusalId, StandingRefusal};

use crate::access::Visitor;
use crate::app::App;
use crate::paging::{self, Page};
use crate::problem::Problem;
use crate::query::Query;

/// A refused payload may be large, so a page holds few.
const LARGEST_PAGE: usize = 100;

#[derive(Debug, Serialize)]
pub(crate) struct RefusedItem {
    id: u64,
    received_at: Instant,
    last_received_at: Instant,
    count: u64,
    topic: String,
    /// As text; bytes that are none show as U+FFFD.
    payload: String,
    payload_bytes: usize,
    reason: String,
    reason_label: ReasonLabel,
}

impl From<StandingRefusal> for RefusedItem {
    fn from(standing: StandingRefusal) -> Self {
        let StandingRefusal { id, refused, count, last_received_at } = standing;
        Self {
            id: id.0,
            received_at: refused.received_at,
            last_received_at,
            count,
            topic: refused.topic,
            payload: String::from_utf8_lossy(&refused.payload).into_owned(),
            payload_bytes: refused.payload_len,
            reason: refused.reason.text,
            reason_label: refused.reason.label,
        }
    }
}

pub(crate) async fn list(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    query: Query,
) -> Result<Json<Page<RefusedItem>>, Problem> {
    visitor.visibility.admit_to_refusals()?;
    let limit = paging::limit(query.get("limit"), LARGEST_PAGE)?;
    let before = paging::read_number(query.get("cursor"))?.map(RefusalId);
    let standing = app.reader.quarantine(before, limit + 1).await?;
    let mut items: Vec<RefusedItem> = standing.into_iter().map(RefusedItem::from).collect();
    // The next page goes on below the last item of this one.
    let next = (items.len() > limit).then(|| items[limit - 1].id.to_string());
    items.truncate(limit);
    Ok(Json(Page { items, next }))
}
