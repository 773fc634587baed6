//! What staff hand in on the dashboard, done.

use std::sync::Arc;

use dashboard::{ChangedSite, Desk, DeskError};
use domain::Clock;
use domain::alerts::AlertId;
use domain::audit::{Deed, Draft, EntryId, SiteChange};
use domain::site::{self, Site};
use futures_util::future::BoxFuture;
use ingest::{Acknowledge, Acknowledgements};
use store::{LedgerWriter, SqliteWriter, StoreError};
use tokio::sync::{Mutex, oneshot, watch};

use crate::failure::chain;
use crate::notify;
use crate::site_file::{NotReplaced, SiteFile, checksum};

/// Keeps what is handed in, and tells the gateway that something has changed.
pub(crate) struct GatewayDesk {
    pub(crate) writer: Arc<SqliteWriter>,
    /// None in the demonstration, whose building is part of the program.
    pub(crate) file: Option<SiteFile>,
    /// One change at a time.
    pub(crate) changing: Mutex<()>,
    pub(crate) changed: watch::Sender<u64>,
    pub(crate) acknowledgements: Acknowledgements,
    pub(crate) site: watch::Receiver<Arc<Site>>,
    pub(crate) clock: Arc<dyn Clock>,
}

impl std::fmt::Debug for GatewayDesk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GatewayDesk").field("file", &self.file).finish_non_exhaustive()
    }
}

impl GatewayDesk {
    fn file(&self) -> Result<&SiteFile, DeskError> {
        self.file.as_ref().ok_or(DeskError::Demonstration)
    }

    async fn enter(&self, draft: Draft) -> Result<EntryId, DeskError> {
        let id = self.writer.record(draft).await.map_err(|error| not_kept(&error))?;
        self.changed.send_modify(|count| *count += 1);
        Ok(id)
    }

    async fn change(&self, change: ChangedSite) -> Result<EntryId, DeskError> {
        let _one_at_a_time = self.changing.lock().await;
        let file = self.file()?;
        let ChangedSite { at, author, reason, summary, before, after } = change;
        site::parse(&after, &file.name()).map_err(|faults| {
            DeskError::Invalid(faults.faults().iter().map(ToString::to_string).collect())
        })?;
        file.replace(&before, &after).map_err(|fault| match fault {
            NotReplaced::Changed => DeskError::Changed,
            fault @ NotReplaced::Unwritable(..) => DeskError::Unavailable(chain(&fault)),
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

impl Desk for GatewayDesk {
    fn record(&self, draft: Draft) -> BoxFuture<'_, Result<EntryId, DeskError>> {
        Box::pin(self.enter(draft))
    }

    fn site_text(&self) -> Result<String, DeskError> {
        let unreadable = |error: std::io::Error| DeskError::Unavailable(error.to_string());
        self.file()?.read().map_err(unreadable)
    }

    fn change_site(&self, change: ChangedSite) -> BoxFuture<'_, Result<EntryId, DeskError>> {
        Box::pin(self.change(change))
    }

    fn names(&self, text: &str) -> String {
        checksum(text)
    }

    fn acknowledge(&self, id: AlertId, by: String) -> BoxFuture<'_, Result<bool, DeskError>> {
        Box::pin(async move {
            let (done, outcome) = oneshot::channel();
            let sent = self.acknowledgements.send(Acknowledge { id, by, done }).await;
            let gone = || DeskError::Unavailable("the log of alerts is closed".to_owned());
            sent.map_err(|_| gone())?;
            outcome.await.map_err(|_| gone())
        })
    }

    fn try_alerts(&self) -> BoxFuture<'_, Result<String, DeskError>> {
        Box::pin(async {
            let site = Arc::clone(&self.site.borrow());
            let tried = notify::try_alerts(&site, &*self.clock).await;
            tried.map_err(|failure| DeskError::Unavailable(failure.to_string()))
        })
    }
}

fn not_kept(error: &StoreError) -> DeskError {
    let error = chain(error);
    tracing::error!(error, "a change by the staff could not be kept");
    DeskError::Unavailable(format!("nothing was changed: {error}"))
}
