//! What staff hand in on the dashboard, done.

use std::sync::Arc;

use dashboard::{Desk, DeskError};
use domain::ledger::{Draft, EntryId};
use futures_util::future::BoxFuture;
use store::{LedgerWriter, SqliteWriter, StoreError};

use crate::failure::chain;

/// Keeps what is handed in.
#[derive(Debug)]
pub(crate) struct GatewayDesk {
    writer: Arc<SqliteWriter>,
}

impl GatewayDesk {
    pub(crate) fn new(writer: Arc<SqliteWriter>) -> Self {
        Self { writer }
    }
}

impl Desk for GatewayDesk {
    fn record(&self, draft: Draft) -> BoxFuture<'_, Result<EntryId, DeskError>> {
        Box::pin(async { self.writer.record(draft).await.map_err(|error| not_kept(&error)) })
    }
}

fn not_kept(error: &StoreError) -> DeskError {
    let error = chain(error);
    tracing::error!(error, "a change by the staff could not be kept");
    DeskError::Unavailable(format!("nothing was changed: {error}"))
}
