//! The audit log: corrections and changes that people entered.

use std::future::Future;

use domain::audit::{Draft, Entry, EntryId};

use super::StoreError;

/// Writer of the audit log. No entry is ever changed or removed.
pub trait AuditWriter: Send + Sync {
    /// Stores `draft` durably before it returns `Ok`; the id grows with each entry.
    fn record(&self, draft: Draft) -> impl Future<Output = Result<EntryId, StoreError>> + Send;
}

/// Reader of the audit log.
pub trait AuditReader: Send + Sync + 'static {
    /// Every entry, oldest first.
    fn ledger(&self) -> impl Future<Output = Result<Vec<Entry>, StoreError>> + Send;

    /// Text of the site file before the change that an entry records; `None` when the entry records no such change.
    fn text_before(
        &self,
        entry: EntryId,
    ) -> impl Future<Output = Result<Option<String>, StoreError>> + Send;
}
