//! What staff hand in on the dashboard, done.

use std::sync::Arc;

use dashboard::{Desk, DeskError};
use domain::Clock;
use domain::alerts::AlertId;
use domain::ledger::{Draft, EntryId};
use domain::site::Site;
use futures_util::future::BoxFuture;
use ingest::{Acknowledge, Acknowledgements};
use store::{LedgerWriter, SqliteWriter, StoreError};
use tokio::sync::oneshot;

use crate::failure::chain;
use crate::notify;

/// Keeps what is handed in.
pub(crate) struct GatewayDesk {
    pub(crate) writer: Arc<SqliteWriter>,
    pub(crate) acknowledgements: Acknowledgements,
    pub(crate) site: Arc<Site>,
    pub(crate) clock: Arc<dyn Clock>,
}

impl std::fmt::Debug for GatewayDesk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GatewayDesk").field("site", &self.site.id).finish_non_exhaustive()
    }
}

impl Desk for GatewayDesk {
    fn record(&self, draft: Draft) -> BoxFuture<'_, Result<EntryId, DeskError>> {
        Box::pin(async { self.writer.record(draft).await.map_err(|error| not_kept(&error)) })
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
            let tried = notify::try_alerts(&self.site, &*self.clock).await;
            tried.map_err(|failure| DeskError::Unavailable(failure.to_string()))
        })
    }
}

fn not_kept(error: &StoreError) -> DeskError {
    let error = chain(error);
    tracing::error!(error, "a change by the staff could not be kept");
    DeskError::Unavailable(format!("nothing was changed: {error}"))
}
