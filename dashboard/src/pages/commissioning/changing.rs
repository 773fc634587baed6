//! How a page changes the site file, and how that is undone.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use domain::audit::{Deed, EntryId};
use serde::Deserialize;
use store::AuditReader;

use crate::access::{AccountName, StaffForm};
use crate::app::App;
use crate::path::Path;
use crate::problem::Problem;
use crate::staff_actions::{ChangedSite, StaffActions};

/// Change of the site file that a page submits.
pub(super) struct Change {
    pub(super) before: String,
    pub(super) after: String,
    pub(super) summary: String,
    pub(super) reason: String,
}

/// Has the site file changed.
pub(super) async fn change(
    app: &App,
    author: &AccountName,
    change: Change,
) -> Result<EntryId, Problem> {
    let Change { before, after, summary, reason } = change;
    let author = author.as_str().to_owned();
    tracing::info!(account = author, summary, "the site file is changed by a page");
    let at = app.clock.now();
    let changed = ChangedSite { at, author, reason, summary, before, after };
    Ok(staff_actions(app)?.change_site(changed).await?)
}

pub(super) fn staff_actions(app: &App) -> Result<&dyn StaffActions, Problem> {
    app.staff_actions.as_deref().ok_or_else(Problem::nothing_to_change)
}

#[derive(Debug, Deserialize)]
pub(crate) struct Nothing {}

/// `POST /staff/site/{entry}/undo`: the file goes back to what it was before this change, if nothing came after it.
pub(crate) async fn undo(
    State(app): State<Arc<App>>,
    Path(id): Path<u64>,
    StaffForm(account, Nothing {}): StaffForm<Nothing>,
) -> Response {
    match put_back(&app, &account.name, EntryId(id)).await {
        Ok(_) => Redirect::to("/staff").into_response(),
        Err(problem) => problem.into_response(),
    }
}

async fn put_back(app: &App, author: &AccountName, id: EntryId) -> Result<EntryId, Problem> {
    let entries = app.reader.ledger().await?;
    let entry = entries.iter().find(|entry| entry.id == id);
    let Some(Deed::Site(done)) = entry.map(|entry| &entry.deed) else {
        return Err(Problem::unknown(
            "change of the site file",
            &id.to_string(),
            "an entry of the ledger",
        ));
    };
    let Some(after) = app.reader.text_before(id).await? else {
        return Err(Problem::conflict(format!("entry {id} does not say what was before it")));
    };
    let before = staff_actions(app)?.site_text()?;
    if staff_actions(app)?.names(&before) != done.after {
        let detail = "the site file was changed after this; undo the later changes first";
        return Err(Problem::conflict(detail.to_owned()));
    }
    let (summary, reason) = (format!("↶ {}", done.summary), format!("↶ {id}"));
    change(app, author, Change { before, after, summary, reason }).await
}
