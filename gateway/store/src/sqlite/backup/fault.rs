//! Errors of a backup or of its restoration, one variant for each thing that a person does next.

use std::io;
use std::path::{Path, PathBuf};

use crate::ports::StoreError;

/// Error of a backup or of its restoration.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BackupError {
    /// The store, or a copy of it, cannot be read or written.
    #[error("the database cannot be used")]
    Store(#[from] StoreError),
    /// A file or folder cannot be.
    #[error("cannot {doing} {path}", path = path.display())]
    File {
        /// Such as "write".
        doing: &'static str,
        /// Which.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// The disk has no room for it, or would have too little left.
    #[error(
        "{path} has {free} MB of room, and {needed} MB are needed; make room there, or name a folder on another disk",
        path = path.display()
    )]
    NoRoom {
        /// Where.
        path: PathBuf,
        /// Free, in millions of bytes.
        free: u64,
        /// Needed, in millions of bytes, with what must remain.
        needed: u64,
    },
    /// Another backup into the same folder is under way.
    #[error("another backup into {path} is under way", path = path.display())]
    Busy {
        /// Which folder.
        path: PathBuf,
    },
    /// There is nothing to restore there.
    #[error("{path} holds no backup that can be restored", path = path.display())]
    NoBackup {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// The folder has a database already.
    #[error("{path} is there already", path = path.display())]
    Occupied {
        /// The database that would be replaced.
        path: PathBuf,
    },
    /// What was restored is not what was backed up.
    #[error("the backup does not give back what it was made from: {what}")]
    Differs {
        /// Where.
        what: String,
    },
    /// The list of what a backup holds cannot be read.
    #[error("{path} cannot be understood", path = path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
    /// The database has a table of a form that backups do not support.
    #[error("no backup is foreseen for {what}")]
    Unsupported {
        /// What.
        what: String,
    },
    /// The caller stopped it.
    #[error("the backup was stopped")]
    Stopped,
}

impl From<rusqlite::Error> for BackupError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

/// Names the file in an error of the file system.
pub(super) fn file_fault<'a>(
    doing: &'static str,
    path: &'a Path,
) -> impl FnOnce(io::Error) -> BackupError + 'a {
    move |source| BackupError::File { doing, path: path.to_owned(), source }
}
