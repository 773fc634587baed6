//! Changes that staff make on the dashboard, executed by the gateway.

use std::sync::Arc;

use ::dashboard::{ChangedSite, StaffActionError, StaffActions};
use domain::alerts::AlertId;
use domain::audit::{Deed, Draft, EntryId, SiteChange};
use domain::site::{self, Site};
use domain::{Clock, failure_chain};
use futures_util::future::BoxFuture;
use ingest::{Acknowledge, Acknowledgements};
use store::{AuditWriter, SqliteWriter, StoreError};
use tokio::sync::{Mutex, oneshot, watch};

use super::site_file::{NotReplaced, SiteFile, checksum};
use crate::notify;

/// Executor of staff actions: it writes the ledger and the site file, and signals that something has changed.
pub(super) struct GatewayActions {
    pub(super) writer: Arc<SqliteWriter>,
    /// None in the demonstration, whose building is part of the program.
    pub(super) file: Option<SiteFile>,
    /// One change at a time.
    pub(super) changing: Mutex<()>,
    /// Count of entries, which wakes the gateway.
    pub(super) entered: watch::Sender<u64>,
    pub(super) acknowledgements: Acknowledgements,
    pub(super) site: watch::Receiver<Arc<Site>>,
    pub(super) clock: Arc<dyn Clock>,
}

impl std::fmt::Debug for GatewayActions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GatewayActions").field("file", &self.file).finish_non_exhaustive()
    }
}

impl GatewayActions {
    fn file(&self) -> Result<&SiteFile, StaffActionError> {
        self.file.as_ref().ok_or(StaffActionError::Demonstration)
    }

    async fn enter(&self, draft: Draft) -> Result<EntryId, StaffActionError> {
        let id = self.writer.record(draft).await.map_err(|error| not_kept(&error))?;
        self.entered.send_modify(|count| *count += 1);
        Ok(id)
    }

    async fn change(&self, change: ChangedSite) -> Result<EntryId, StaffActionError> {
        let _one_at_a_time = self.changing.lock().await;
        let file = self.file()?;
        let ChangedSite { at, author, reason, summary, before, after } = change;
        site::parse(&after, &file.name()).map_err(|faults| {
            StaffActionError::Invalid(faults.faults().iter().map(ToString::to_string).collect())
        })?;
        file.replace(&before, &after).map_err(|fault| match fault {
            NotReplaced::Changed => StaffActionError::Changed,
            fault @ NotReplaced::Unwritable(..) => {
                StaffActionError::Unavailable(failure_chain(&fault))
            }
        })?;
        let deed = Deed::Site(SiteChange { summary, after: checksum(&after) });
        let draft = Draft { at, author, reason, deed, before: Some(before.clone()) };
        let entered = self.enter(draft).await;
        if entered.is_err() && file.replace(&after, &before).is_err() {
            tracing::error!("a change of the site file is not in the ledger");
        }
        entered
    }
}

impl StaffActions for GatewayActions {
    fn record(&self, draft: Draft) -> BoxFuture<'_, Result<EntryId, StaffActionError>> {
        Box::pin(self.enter(draft))
    }

    fn site_text(&self) -> Result<String, StaffActionError> {
        let unreadable = |error: std::io::Error| StaffActionError::Unavailable(error.to_string());
        self.file()?.read().map_err(unreadable)
    }

    fn change_site(&self, change: ChangedSite) -> BoxFuture<'_, Result<EntryId, StaffActionError>> {
        Box::pin(self.change(change))
    }

    fn names(&self, text: &str) -> String {
        checksum(text)
    }

    fn acknowledge(
        &self,
        id: AlertId,
        by: String,
    ) -> BoxFuture<'_, Result<bool, StaffActionError>> {
        Box::pin(async move {
            let (done, outcome) = oneshot::channel();
            let sent = self.acknowledgements.send(Acknowledge { id, by, done }).await;
            let gone = || StaffActionError::Unavailable("the log of alerts is closed".to_owned());
            sent.map_err(|_| gone())?;
            outcome.await.map_err(|_| gone())
        })
    }

    fn try_alerts(&self) -> BoxFuture<'_, Result<String, StaffActionError>> {
        Box::pin(async {
            let site = Arc::clone(&self.site.borrow());
            let tried = notify::try_alerts(&site, &*self.clock).await;
            tried.map_err(|failure| StaffActionError::Unavailable(failure.to_string()))
        })
    }
}

fn not_kept(error: &StoreError) -> StaffActionError {
    let error = failure_chain(error);
    tracing::error!(error, "a change by the staff could not be kept");
    StaffActionError::Unavailable(format!("nothing was changed: {error}"))
}
