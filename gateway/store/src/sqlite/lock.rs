//! The lock of a data folder: one gateway per folder.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

use super::fault::file_fault;
use crate::ports::StoreError;

/// The lock's file in the data folder. It stays when the lock is released; only the lock on it counts.
const FILE: &str = "vigie.lock";

/// Lock of a data folder, until it is dropped or its process ends.
#[derive(Debug)]
pub(super) struct FolderLock {
    _file: File,
}

impl FolderLock {
    /// Takes the folder, which it makes if need be.
    ///
    /// # Errors
    /// [`StoreError::InUse`] when another holds it, [`StoreError::Unavailable`] when it cannot be written.
    pub(super) fn take(folder: &Path) -> Result<Self, StoreError> {
        std::fs::create_dir_all(folder).map_err(file_fault("make the folder", folder))?;
        let path = folder.join(FILE);
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(file_fault("write to", &path))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => {
                Err(StoreError::InUse { path: folder.display().to_string() })
            }
            Err(TryLockError::Error(error)) => Err(file_fault("lock", &path)(error)),
        }
    }
}
