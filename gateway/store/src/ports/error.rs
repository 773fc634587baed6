//! Errors of a store.

/// Source of a [`StoreError`].
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Error of a store, one variant for each thing that the caller does next.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Wait, then try again: a full disk, a locked file.
    #[error("store is unavailable")]
    Unavailable(#[source] Cause),
    /// Set the request aside; it would fail again.
    #[error("store refused the request")]
    Refused(#[source] Cause),
    /// Turn to another store: this one never holds what was requested.
    #[error("store cannot answer: {why}")]
    Unsupported {
        /// Where it is held instead, or why it is not.
        why: &'static str,
    },
    /// Part of the store cannot be read; the rest can.
    #[error("store holds a damaged block: {what}")]
    Damaged {
        /// Which series and hour or day.
        what: String,
    },
    /// Stop; a person must look.
    #[error("store holds schema {found}, this build needs {needed}")]
    WrongSchema {
        /// The version the store holds.
        found: i64,
        /// The version this build reads and writes.
        needed: i64,
    },
    /// Stop: the file belongs to something else.
    #[error("{path} is no Vigie store")]
    Foreign {
        /// Which file.
        path: String,
    },
    /// Stop: another gateway writes to it.
    #[error("{path} is in use by another vigie")]
    InUse {
        /// Which folder or file.
        path: String,
    },
}
