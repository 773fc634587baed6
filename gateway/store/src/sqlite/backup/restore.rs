//! Restoration of a backup.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use domain::{Clock, Instant};
use rusqlite::{Connection, OpenFlags};

use super::copy::{Copy, lacking};
use super::fault::{BackupError, file_fault};
use super::inventory::GoOn;
use super::manifest::Manifest;
use super::shelf::{self, remove_if_there, synchronise};
use super::{space, tables};
use crate::sqlite::lock::FolderLock;
use crate::sqlite::settings::FILE;

/// A restored store.
#[derive(Clone, Debug)]
pub struct Restored {
    /// The backup that it came from.
    pub backup: PathBuf,
    /// Its manifest.
    pub manifest: Manifest,
    /// The site file as it was then, when the backup has one.
    pub site: Option<PathBuf>,
    /// Where the former database was moved to.
    pub replaced: Option<PathBuf>,
}

/// Restores a backup, or the newest sound one of a folder of them, into the data folder `data`. It is compared before
/// it takes its place. With `replace` a database that is there is moved aside, not removed.
///
/// # Errors
/// [`BackupError::Occupied`] without `replace`, [`crate::StoreError::InUse`] while a gateway runs there,
/// [`BackupError::NoBackup`] and [`BackupError::Differs`] when the backup is of no use. After any error the folder
/// holds what it held.
pub fn restore(
    from: &Path,
    data: &Path,
    replace: bool,
    clock: &dyn Clock,
) -> Result<Restored, BackupError> {
    let backup = find(from, clock.now())?;
    let manifest = shelf::manifest(&backup)?;
    let _lock = FolderLock::take(data)?;
    let target = data.join(FILE);
    if target.exists() && !replace {
        return Err(BackupError::Occupied { path: target });
    }
    let new = data.join(format!("{FILE}.restoring"));
    let rebuilt = restore_compared(&backup, &new, data);
    if rebuilt.is_err() {
        remove_if_there(&new)?;
    }
    rebuilt?;
    let stamp = clock.now().to_jiff().strftime("%Y-%m-%dT%H-%M-%SZ").to_string();
    let replaced = move_aside(&target, &stamp)?;
    fs::rename(&new, &target).map_err(file_fault("write", &target))?;
    synchronise(data)?;
    let site = backup.join(shelf::SITE);
    let site = site.exists().then_some(site);
    Ok(Restored { backup, manifest, site, replaced })
}

/// The backup to restore: `from` itself, or the newest sound one in it.
fn find(from: &Path, now: Instant) -> Result<PathBuf, BackupError> {
    if shelf::is_backup(from) {
        return Ok(from.to_owned());
    }
    let stored = shelf::stored(from, now)?;
    let newest = stored.iter().rev().find(|it| it.manifest.is_sound());
    let newest = newest.ok_or_else(|| BackupError::NoBackup { path: from.to_owned() })?;
    Ok(from.join(&newest.name))
}

fn restore_compared(backup: &Path, new: &Path, data: &Path) -> Result<(), BackupError> {
    let go_on = || Ok(());
    let expected = shelf::inventory(backup)?;
    space::check(data, expected.bytes())?;
    rebuild(backup, new, &go_on)?;
    match expected.difference(&shelf::list_file(new, &go_on)?) {
        None => Ok(()),
        Some(what) => Err(BackupError::Differs { what }),
    }
}

/// Makes the database at `target` that the backup at `place` was made from. Whether it is the same is for the caller to
/// compare.
pub(super) fn rebuild(place: &Path, target: &Path, go_on: GoOn<'_>) -> Result<(), BackupError> {
    remove_if_there(target)?;
    let manifest = shelf::manifest(place)?;
    let own = shelf::database(place, &manifest.kind);
    let Some(base) = manifest.base() else { return copy_file(&own, target) };
    let base = place.parent().unwrap_or(Path::new(".")).join(base);
    if !shelf::is_backup(&base) {
        return Err(BackupError::NoBackup { path: base });
    }
    copy_file(&shelf::database(&base, &super::Kind::Full), target)?;
    go_on()?;
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let changes = Connection::open_with_flags(&own, flags)?;
    let (now, before) = (shelf::inventory(place)?, shelf::inventory(&base)?);
    let copy = Copy::open(target)?;
    copy.ranges(&changes, &lacking(&now, &before), go_on)?;
    copy.keep(target, &tables::header(&changes)?)
}

fn copy_file(from: &Path, to: &Path) -> Result<(), BackupError> {
    fs::copy(from, to).map_err(file_fault("copy", from))?;
    File::open(to).and_then(|file| file.sync_all()).map_err(file_fault("write", to))
}

/// Moves a database with its log aside: the log of one database is poison to another.
fn move_aside(database: &Path, stamp: &str) -> Result<Option<PathBuf>, BackupError> {
    let beside = |path: &Path, ending: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(ending);
        PathBuf::from(name)
    };
    let aside = beside(database, &format!(".replaced-{stamp}"));
    let was_there = database.exists();
    for ending in ["-wal", "-shm", ""] {
        let path = beside(database, ending);
        if path.exists() {
            fs::rename(&path, beside(&aside, ending)).map_err(file_fault("move aside", &path))?;
        }
    }
    Ok(was_there.then_some(aside))
}
