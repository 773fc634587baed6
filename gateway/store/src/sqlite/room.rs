//! How much room there is: on the disk, and within the file. The only file that asks the system for it.

use std::io;
use std::path::Path;

use domain::site::DiskGuard;
use rusqlite::Connection;

use super::FILE;
use super::fault::file_fault;
use crate::ports::{Space, StoreError};

/// A disk, as its file system counts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Disk {
    /// What an ordinary user may still write, in bytes.
    pub(super) free: u64,
    /// How large it is, in bytes.
    pub(super) total: u64,
}

/// The disk of a folder.
pub(super) fn disk_of(folder: &Path) -> io::Result<Disk> {
    let found = rustix::fs::statvfs(folder)?;
    let bytes = |blocks: u64| blocks.saturating_mul(found.f_frsize);
    Ok(Disk { free: bytes(found.f_bavail), total: bytes(found.f_blocks) })
}

/// What is to be told of the room in `folder`.
pub(super) fn space(connection: &Connection, folder: &Path) -> Result<Space, StoreError> {
    let disk = disk_of(folder).map_err(file_fault("ask for the room of", folder))?;
    let stored = [FILE.to_owned(), format!("{FILE}-wal")].map(|name| {
        // There is no write-ahead log while nobody has the file open.
        std::fs::metadata(folder.join(name)).map_or(0, |file| file.len())
    });
    Ok(Space {
        stored_bytes: stored.iter().sum(),
        reusable_bytes: reusable(connection)?,
        free_bytes: disk.free,
        disk_bytes: disk.total,
    })
}

/// Room within the file that was given up, in bytes.
pub(super) fn reusable(connection: &Connection) -> Result<u64, StoreError> {
    let number = |pragma: &str| {
        connection.query_row(&format!("PRAGMA {pragma}"), [], |row| row.get::<_, i64>(0))
    };
    let bytes = number("freelist_count")?.saturating_mul(number("page_size")?);
    Ok(bytes.unsigned_abs())
}

/// Whether so little is left, on the disk and within the file, that old readings must go.
pub(super) fn is_short(guard: &DiskGuard, disk: Disk, reusable: u64) -> bool {
    disk.free.saturating_add(reusable) < guard.reserve_bytes(disk.total)
}
