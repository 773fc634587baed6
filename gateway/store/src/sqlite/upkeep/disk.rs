//! Free space on the disk and within the file. The only file that requests it from the system.

use std::io;
use std::path::Path;

use domain::site::DiskGuard;
use rusqlite::Connection;

use crate::ports::{Space, StoreError};
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
    let stored = [FILE.to_owned(), format!("{FILE}-wal")].map(|name| {
        // There is no write-ahead log while nobody has the file open.
        std::fs::metadata(folder.join(name)).map_or(0, |file| file.len())
    });
    Ok(Space {
        stored_bytes: stored.iter().sum(),
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

/// Whether so little space is left, on the disk and within the file, that old readings must go.
pub(in crate::sqlite) fn is_short(guard: &DiskGuard, disk: Disk, reusable: u64) -> bool {
    disk.free.saturating_add(reusable) < guard.reserve_bytes(disk.total)
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
