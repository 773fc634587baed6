//! Staff actions: the only way in which a page changes anything. The program executes them.

use domain::Instant;
use domain::alerts::AlertId;
use domain::audit::{Draft, EntryId};
use futures_util::future::BoxFuture;

/// Executor of the changes that staff make. The program provides it; where it does not (a dashboard beside a gateway in
/// another process), nothing can be changed, and the pages say so.
pub trait StaffActions: Send + Sync + 'static {
    /// Enters a change in the ledger, durably; the live figures follow it.
    fn record(&self, draft: Draft) -> BoxFuture<'_, Result<EntryId, StaffActionError>>;

    /// Notes that an account takes care of an alert; false when it does not hold any more, or somebody does already.
    fn acknowledge(
        &self,
        alert: AlertId,
        by: String,
    ) -> BoxFuture<'_, Result<bool, StaffActionError>>;

    /// Sends a trial by every way of the alerts. Returns the outcome of each.
    fn try_alerts(&self) -> BoxFuture<'_, Result<String, StaffActionError>>;

    /// The site file as it stands.
    ///
    /// # Errors
    /// When there is none to be changed.
    fn site_text(&self) -> Result<String, StaffActionError>;

    /// Replaces the site file and enters the change in the ledger; the gateway follows it.
    fn change_site(&self, change: ChangedSite) -> BoxFuture<'_, Result<EntryId, StaffActionError>>;

    /// Checksum by which the ledger recognises a text.
    fn names(&self, text: &str) -> String;
}

/// A change of the site file.
#[derive(Clone, Debug, PartialEq)]
pub struct ChangedSite {
    /// When.
    pub at: Instant,
    /// By whom.
    pub author: String,
    /// Why.
    pub reason: String,
    /// What, in a sentence.
    pub summary: String,
    /// The text that it was made from; when the file holds another one, nothing is changed.
    pub before: String,
    /// The text that is to stand there.
    pub after: String,
}

/// Reason why a change was not made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StaffActionError {
    /// It cannot be done now; ask again.
    #[error("{0}")]
    Unavailable(String),
    /// The demonstration's building is part of the program.
    #[error("the building of the demonstration cannot be changed; name your own with --site")]
    Demonstration,
    /// Somebody changed the file meanwhile.
    #[error("the site file was changed meanwhile; load the page again")]
    Changed,
    /// The outcome would be no site file; what is wrong, with line and remedy.
    #[error("the site file would not be in order: {}", .0.join("; "))]
    Invalid(Vec<String>),
}
