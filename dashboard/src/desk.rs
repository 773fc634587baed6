//! The one way in which a page changes anything: what the program lets the staff do.

use domain::alerts::AlertId;
use domain::ledger::{Draft, EntryId};
use futures_util::future::BoxFuture;

/// Where the pages hand in what staff want changed. The program gives it; where it does not (a dashboard beside a
/// gateway in another process), nothing can be changed, and the pages say so.
pub trait Desk: Send + Sync + 'static {
    /// Enters something in the ledger, durably, and has the live figures made anew where they may change by it.
    fn record(&self, draft: Draft) -> BoxFuture<'_, Result<EntryId, DeskError>>;

    /// Notes that an account takes care of an alert; false when it does not hold any more, or somebody does already.
    fn acknowledge(&self, alert: AlertId, by: String) -> BoxFuture<'_, Result<bool, DeskError>>;

    /// Sends a trial by every way in which people are told of alerts; says what became of each.
    fn try_alerts(&self) -> BoxFuture<'_, Result<String, DeskError>>;
}

/// Why something was not changed, in words for whoever wanted it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DeskError {
    /// It cannot be done now; ask again.
    #[error("{0}")]
    Unavailable(String),
}
