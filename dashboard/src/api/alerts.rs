//! `/api/v1/alerts`: what was raised, when it was over, and who took care of it, newest first.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::Instant;
use domain::alerts::Alert;
use domain::alerts::{AlertId, Standing};
use serde::Serialize;
use store::AlertReader;

use crate::access::{AccountName, Staff, Visitor};
use crate::app::App;
use crate::paging::{self, Page};
use crate::path::Path;
use crate::problem::Problem;
use crate::query::Query;

const LARGEST_PAGE: usize = 1000;

#[derive(Debug, Serialize)]
pub(crate) struct AlertItem {
    #[serde(flatten)]
    alert: Alert,
    raised_at: Instant,
    cleared_at: Option<Instant>,
}

pub(crate) async fn list(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    query: Query,
) -> Result<Json<Page<AlertItem>>, Problem> {
    let limit = paging::limit(query.get("limit"), LARGEST_PAGE)?;
    let before = paging::read_number(query.get("cursor"))?.map(AlertId);
    let standing = app.reader.alerts(before, limit + 1).await?;
    // The next page goes on below the last item of this one.
    let next = (standing.len() > limit).then(|| standing[limit - 1].id.0.to_string());
    let seen = |it: Standing| Some(item(visitor.alert(&app.site, it)?));
    let items = standing.into_iter().take(limit).filter_map(seen).collect();
    Ok(Json(Page { items, next }))
}

fn item(standing: Standing) -> AlertItem {
    let Standing { alert, raised_at, cleared_at, .. } = standing;
    AlertItem { alert, raised_at, cleared_at }
}

pub(crate) async fn acknowledge(
    State(app): State<Arc<App>>,
    Path(id): Path<u64>,
    Staff(identity): Staff,
) -> Result<StatusCode, Problem> {
    take_care(&app, AlertId(id), &identity.name).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Notes that somebody takes care of an alert.
pub(crate) async fn take_care(app: &App, id: AlertId, by: &AccountName) -> Result<(), Problem> {
    let staff_actions = app.staff_actions.as_ref().ok_or_else(Problem::nothing_to_change)?;
    if staff_actions.acknowledge(id, by.as_str().to_owned()).await? {
        tracing::info!(account = by.as_str(), alert = id.0, "an alert is taken care of");
        return Ok(());
    }
    let detail = format!("alert {} does not hold any more, or somebody takes care of it", id.0);
    Err(Problem::conflict(detail))
}
