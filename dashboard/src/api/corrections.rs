//! `/api/v1/corrections`: what was corrected and why; corrections are entered and undone here, never changed.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::Instant;
use domain::audit::{Correction, Deed, Draft, Effect, Entry, EntryId, Target, is_undone};
use domain::site::Site;
use serde::{Deserialize, Serialize};
use store::AuditReader;

use crate::access::{AccountName, Staff, StaffJson, Visitor};
use crate::app::App;
use crate::paging::{self, LARGEST_PAGE, Page};
use crate::path::Path;
use crate::problem::Problem;
use crate::query::Query;

/// A reason is a sentence or two.
pub(crate) const LONGEST_REASON: usize = 500;

#[derive(Debug, Serialize)]
pub(crate) struct CorrectionItem {
    id: EntryId,
    at: Instant,
    /// Empty to the public, as is the reason: both name people.
    author: String,
    reason: String,
    #[serde(flatten)]
    correction: Correction,
    /// Whether a later entry has undone it.
    undone: bool,
}

/// A correction as it is handed in.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    target: Target,
    from: Instant,
    to: Instant,
    effect: Effect,
    reason: String,
}

#[derive(Debug, Serialize)]
struct Entered {
    id: EntryId,
}

pub(crate) async fn list(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    query: Query,
) -> Result<Json<Page<CorrectionItem>>, Problem> {
    let limit = paging::limit(query.get("limit"), LARGEST_PAGE)?;
    let after = paging::read_number::<u64>(query.get("cursor"))?.unwrap_or(0);
    let entries = app.reader.ledger().await?;
    let later = entries.iter().filter(|entry| entry.id.0 > after);
    let seen = |entry| item(&app.site, &visitor, entry, &entries);
    let items: Vec<_> = later.filter_map(seen).take(limit + 1).collect();
    let next = (items.len() > limit).then(|| items[limit - 1].id.to_string());
    Ok(Json(Page { items: items.into_iter().take(limit).collect(), next }))
}

fn item(
    site: &Site,
    visitor: &Visitor,
    entry: &Entry,
    entries: &[Entry],
) -> Option<CorrectionItem> {
    let Deed::Correction(correction) = &entry.deed else { return None };
    if visitor.visibility.withholds_target(site, &correction.target) {
        return None;
    }
    Some(CorrectionItem {
        id: entry.id,
        at: entry.at,
        author: visitor.words_of_staff(&entry.author),
        reason: visitor.words_of_staff(&entry.reason),
        correction: correction.clone(),
        undone: is_undone(entries, entry.id),
    })
}

pub(crate) async fn add(
    State(app): State<Arc<App>>,
    StaffJson(identity, wanted): StaffJson<Wanted>,
) -> Result<Response, Problem> {
    let Wanted { target, from, to, effect, reason } = wanted;
    let correction = Correction { target, from, to, effect };
    let id = enter(&app, &identity.name, correction, &reason).await?;
    Ok((StatusCode::CREATED, Json(Entered { id })).into_response())
}

pub(crate) async fn undo(
    State(app): State<Arc<App>>,
    Path(id): Path<u64>,
    Staff(identity): Staff,
    query: Query,
) -> Result<Response, Problem> {
    let reason = query.get("reason").unwrap_or("undone by a program");
    let id = undo_entry(&app, &identity.name, EntryId(id), reason).await?;
    Ok(Json(Entered { id }).into_response())
}

/// Enters a correction that makes sense.
pub(crate) async fn enter(
    app: &App,
    author: &AccountName,
    correction: Correction,
    reason: &str,
) -> Result<EntryId, Problem> {
    let now = app.clock.now();
    correction.check(&app.site, now).map_err(|fault| {
        Problem::bad_request(fault.to_string(), "a correction as /api/openapi.json describes it")
    })?;
    record(app, author, Deed::Correction(correction), reason).await
}

/// Undoes a correction that still holds.
pub(crate) async fn undo_entry(
    app: &App,
    author: &AccountName,
    id: EntryId,
    reason: &str,
) -> Result<EntryId, Problem> {
    let entries = app.reader.ledger().await?;
    let is_there =
        entries.iter().any(|entry| entry.id == id && matches!(entry.deed, Deed::Correction(_)));
    if !is_there {
        let expected = "the id of an item of /api/v1/corrections";
        return Err(Problem::unknown("correction", &id.to_string(), expected));
    }
    if is_undone(&entries, id) {
        return Err(Problem::conflict(format!("correction {id} is undone already")));
    }
    record(app, author, Deed::Undo { entry: id }, reason).await
}

async fn record(
    app: &App,
    author: &AccountName,
    deed: Deed,
    reason: &str,
) -> Result<EntryId, Problem> {
    let reason = reason.trim();
    let length = reason.chars().count();
    if length == 0 || length > LONGEST_REASON || reason.chars().any(|c| c.is_control() && c != '\n')
    {
        let detail = format!("`reason` has {length} characters");
        return Err(Problem::bad_request(
            detail,
            format!("a sentence of 1 to {LONGEST_REASON} characters"),
        ));
    }
    let draft = Draft {
        at: app.clock.now(),
        author: author.as_str().to_owned(),
        reason: reason.to_owned(),
        deed,
        before: None,
    };
    let staff_actions = app.staff_actions.as_ref().ok_or_else(Problem::nothing_to_change)?;
    let id = staff_actions.record(draft).await?;
    tracing::info!(account = author.as_str(), entry = id.0, "the ledger has a new entry");
    Ok(id)
}
