//! The one way in which a page changes anything: what the program lets the staff do.

use domain::Instant;
use domain::alerts::AlertId;
use domain::audit::{Draft, EntryId};
use futures_util::future::BoxFuture;

/// Where the pages hand in what staff want changed. The program gives it; where it does not (a dashboard beside a
/// gateway in another process), nothing can be changed, and the pages say so.
pub trait StaffActions: Send + Sync + 'static {
    /// Enters something in the ledger, durably, and has the live figures made anew.
    fn record(&self, draft: Draft) -> BoxFuture<'_, Result<EntryId, StaffActionError>>;

    /// Notes that an account takes care of an alert; false when it does not hold any more, or somebody does already.
    fn acknowledge(
        &self,
        alert: AlertId,
        by: String,
    ) -> BoxFuture<'_, Result<bool, StaffActionError>>;

    /// Sends a trial by every way in which people are told of alerts; says what became of each.
    fn try_alerts(&self) -> BoxFuture<'_, Result<String, StaffActionError>>;

    /// The site file as it stands.
    ///
    /// # Errors
    /// When there is none to be changed.
    fn site_text(&self) -> Result<String, StaffActionError>;

    /// Replaces the site file, enters it in the ledger, and has the building run by it.
    fn change_site(&self, change: ChangedSite) -> BoxFuture<'_, Result<EntryId, StaffActionError>>;

    /// The name by which the ledger knows a text again.
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

/// Why something was not changed.
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
