//! Free space on the disk and within the file. The only file that requests it from the system.

use std::io;
use std::path::{Path, PathBuf};

use domain::storage::Room;
use rusqlite::Connection;

use crate::ports::{Space, StoreError};
use crate::sqlite::codec::series_id::SeriesId;
use crate::sqlite::codec::slot::{Slot, Tier};
use crate::sqlite::fault::file_fault;
use crate::sqlite::settings::FILE;

/// A disk, as its file system counts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sqlite) struct Disk {
    /// What an ordinary user may still write, in bytes.
    pub(in crate::sqlite) free: u64,
    /// How large it is, in bytes.
    pub(in crate::sqlite) total: u64,
}

/// The disk of a folder.
pub(in crate::sqlite) fn disk_of(folder: &Path) -> io::Result<Disk> {
    let found = rustix::fs::statvfs(folder)?;
    let bytes = |blocks: u64| blocks.saturating_mul(found.f_frsize);
    Ok(Disk { free: bytes(found.f_bavail), total: bytes(found.f_blocks) })
}

/// Number of errors that the file system of a folder has met. Linux counts them for ext4, the file system of nearly every
/// card, below `sys`; a worn card shows there before files are lost.
fn errors(sys: &Path, folder: &Path) -> Option<u64> {
    let device = rustix::fs::stat(folder).ok()?.st_dev;
    let (major, minor) = (rustix::fs::major(device), rustix::fs::minor(device));
    let block = sys.join(format!("dev/block/{major}:{minor}")).canonicalize().ok()?;
    let count = sys.join("fs/ext4").join(block.file_name()?).join("errors_count");
    std::fs::read_to_string(count).ok()?.trim().parse().ok()
}

/// Space that the store in `folder` takes and has.
pub(in crate::sqlite) fn space(
    connection: &Connection,
    folder: &Path,
) -> Result<Space, StoreError> {
    let disk = disk_of(folder).map_err(file_fault("ask for the room of", folder))?;
    let stored = stored(folder);
    Ok(Space {
        recorded_bytes_per_day: recorded_per_day(connection)?,
        stored_bytes: stored,
        reusable_bytes: reusable(connection)?,
        free_bytes: disk.free,
        disk_bytes: disk.total,
        disk_errors: errors(Path::new("/sys"), folder),
    })
}

/// Space within the file that was given up, in bytes.
pub(in crate::sqlite) fn reusable(connection: &Connection) -> Result<u64, StoreError> {
    let number = |pragma: &str| {
        connection.query_row(&format!("PRAGMA {pragma}"), [], |row| row.get::<_, i64>(0))
    };
    let bytes = number("freelist_count")?.saturating_mul(number("page_size")?);
    Ok(bytes.unsigned_abs())
}

/// What the file and its write-ahead log take; there is none while nobody has the file open.
fn stored(folder: &Path) -> u64 {
    let names = [FILE.to_owned(), format!("{FILE}-wal")];
    let sizes = names.map(|name| std::fs::metadata(folder.join(name)).map_or(0, |it| it.len()));
    sizes.iter().sum()
}

/// How the room of a store is measured.
#[derive(Debug)]
pub(in crate::sqlite) struct Measure {
    /// Its folder.
    pub(in crate::sqlite) folder: PathBuf,
    /// Measures the disk of a folder.
    pub(in crate::sqlite) disk: fn(&Path) -> io::Result<Disk>,
}

impl Measure {
    /// The room of the store as it is now.
    pub(in crate::sqlite) fn room(&self, connection: &Connection) -> Result<Room, StoreError> {
        let disk = (self.disk)(&self.folder);
        let disk = disk.map_err(file_fault("ask for the room of", &self.folder))?;
        Ok(Room {
            stored_bytes: stored(&self.folder),
            reusable_bytes: reusable(connection)?,
            free_bytes: disk.free,
            disk_bytes: disk.total,
        })
    }
}

/// By so many packed days the pace of recording is measured.
const PACE_DAYS: i64 = 7;

/// Bytes that a day takes once it is packed, by the last days that are; `None` before the first. Rows fill pages to some
/// three quarters.
fn recorded_per_day(connection: &Connection) -> Result<Option<u64>, StoreError> {
    let newest: Option<i64> =
        connection.prepare_cached("SELECT max(id) FROM blk_d")?.query_row([], |row| row.get(0))?;
    let Some(newest) = newest else { return Ok(None) };
    let last = Slot::from_id(Tier::Day, newest).number();
    let from =
        Slot::of(Tier::Day, SeriesId::of_block(0), (last - PACE_DAYS + 1) * Tier::Day.length());
    let (bytes, days): (i64, i64) = connection
        .prepare_cached(
            "SELECT coalesce(sum(length(blk_d.data) + coalesce(length(q15.data), 0)), 0), count(DISTINCT blk_d.id >> ?2)
             FROM blk_d LEFT JOIN q15 USING (id) WHERE blk_d.id >= ?1",
        )?
        .query_row([from.id(), i64::from(SeriesId::BITS)], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(Some(bytes.unsigned_abs() / 3 * 4 / days.max(1).unsigned_abs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_of_a_card_are_those_that_linux_counts_of_its_file_system() {
        let sys = tempfile::tempdir().unwrap();
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(errors(sys.path(), folder.path()), None, "no file system that counts");

        let device = rustix::fs::stat(folder.path()).unwrap().st_dev;
        let (major, minor) = (rustix::fs::major(device), rustix::fs::minor(device));
        let (blocks, devices) =
            (sys.path().join("dev/block"), sys.path().join("devices/mmcblk0p2"));
        let ext4 = sys.path().join("fs/ext4/mmcblk0p2");
        for folder in [&blocks, &devices, &ext4] {
            std::fs::create_dir_all(folder).unwrap();
        }
        std::os::unix::fs::symlink(&devices, blocks.join(format!("{major}:{minor}"))).unwrap();
        std::fs::write(ext4.join("errors_count"), "3\n").unwrap();
        assert_eq!(errors(sys.path(), folder.path()), Some(3));
    }
}
