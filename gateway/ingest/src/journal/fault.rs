//! Failures of the journal.

use std::io;
use std::path::PathBuf;

/// Failure of the journal, cut by what the caller does.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// Stop: the file cannot be used.
    #[error("the crash journal {} cannot be opened", path.display())]
    Open {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Stop: what cannot be read of a damaged file is kept before that is put right, and there is no room for it.
    #[error("the crash journal is damaged, and what cannot be read of it cannot be kept as {}; make room there", path.display())]
    Keep {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Wait: the store has to commit first.
    #[error("the crash journal is full, since the store does not commit")]
    Full,
    /// Wait: a full disk, most likely.
    #[error("the crash journal cannot be written")]
    Write(#[source] io::Error),
}
