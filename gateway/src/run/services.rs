//! Services that all parts of the gateway use.

use std::sync::Arc;

use domain::{Clock, failure_chain};
use ingest::{Readiness, StateBoard};
use store::{SqliteReader, SqliteWriter, StoreError};

use crate::client_names::ClientNames;
use crate::failure::Failure;

/// Store, clock, state board, readiness and names of one gateway.
pub(super) struct Services {
    pub(super) clock: Arc<dyn Clock>,
    pub(super) writer: Arc<SqliteWriter>,
    pub(super) reader: Arc<SqliteReader>,
    pub(super) board: Arc<StateBoard>,
    pub(super) readiness: Arc<Readiness>,
    /// Names of its clients at the broker.
    pub(super) names: ClientNames,
}

impl Services {
    /// Services around an open store.
    pub(super) fn new(
        clock: Arc<dyn Clock>,
        writer: Arc<SqliteWriter>,
        reader: Arc<SqliteReader>,
        names: ClientNames,
    ) -> Self {
        Self { clock, writer, reader, board: Arc::default(), readiness: Arc::default(), names }
    }
}

/// Failure to use the store.
pub(super) fn unusable_store(error: &StoreError) -> Failure {
    Failure::Unavailable(format!("the store cannot be used: {}", failure_chain(error)))
}
