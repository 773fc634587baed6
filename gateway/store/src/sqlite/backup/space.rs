//! Free space on the disk of a backup.

use std::os::unix::fs::MetadataExt;
use std::path::Path;

use super::fault::{BackupError, file_fault};
use crate::sqlite::upkeep::disk::{Disk, disk_of};

/// What must remain of the disk, in parts of a hundred: below that, old readings are given up to go on recording.
const REMAINS_PERCENT: u64 = 6;
const MEGABYTE: u64 = 1_000_000;

/// Refuses work that needs so many bytes where there is no room for it.
pub(super) fn check(folder: &Path, bytes: u64) -> Result<(), BackupError> {
    let Disk { free, total } =
        disk_of(folder).map_err(file_fault("ask for the room of", folder))?;
    let needed = bytes.saturating_add(total / 100 * REMAINS_PERCENT);
    if free >= needed {
        return Ok(());
    }
    let (free, needed) = (free / MEGABYTE, needed.div_ceil(MEGABYTE));
    Err(BackupError::NoRoom { path: folder.to_owned(), free, needed })
}

/// Whether both folders lie on the same disk, so that one fault takes both.
pub(super) fn is_same_disk(a: &Path, b: &Path) -> bool {
    let disk = |path: &Path| std::fs::metadata(path).map(|found| found.dev()).ok();
    disk(a).is_some_and(|found| Some(found) == disk(b))
}
