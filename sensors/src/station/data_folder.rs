//! Data folder of a node: its lock, and the errors of opening and using it.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use crate::instruments::TotalsError;
use crate::publisher::PublishError;

/// Reason why a node cannot run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StationError {
    /// The data folder cannot be used.
    #[error(
        "{path}: the data of the node cannot be used; may this user write there, and is the card well?"
    )]
    Data {
        /// Which file or folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Another node uses the data folder.
    #[error(
        "{path} is used by another vigie-node: end it first, as in `systemctl stop vigie-node`, or name another data folder"
    )]
    Locked {
        /// The folder.
        path: PathBuf,
    },
    /// The totals file cannot be used.
    #[error(transparent)]
    Totals(#[from] TotalsError),
    /// A birth, last will or message cannot be published.
    #[error(transparent)]
    Publish(#[from] PublishError),
    /// The threads of the instruments cannot be made.
    #[error("the system gives no threads for the instruments")]
    Threads(#[source] io::Error),
}

/// Makes the data folder this process's own.
pub(super) fn lock(folder: &Path) -> Result<File, StationError> {
    let fault = |source| StationError::Data { path: folder.to_owned(), source };
    std::fs::create_dir_all(folder).map_err(fault)?;
    let file = File::create(folder.join("lock")).map_err(fault)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => {
            Err(StationError::Locked { path: folder.to_owned() })
        }
        Err(std::fs::TryLockError::Error(source)) => Err(fault(source)),
    }
}
