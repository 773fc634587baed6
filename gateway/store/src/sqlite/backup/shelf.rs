//! The folder of backups.
//!
//! ```text
//! backups/2026-11-23T03-00-00.000Z/   manifest.json  inventory.json  vigie.db     site.toml
//! backups/2026-11-24T03-00-00.000Z/   manifest.json  inventory.json  changes.db   site.toml
//! ```
//!
//! A backup under way has a name that begins with a dot. It gets its own once it is complete and on the disk.

use std::collections::BTreeSet;
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use domain::Instant;
use rusqlite::{Connection, OpenFlags};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::fault::{BackupError, file_fault};
use super::inventory::{self, GoOn, Inventory};
use super::manifest::{Kind, Manifest};

/// A whole database in a backup.
const FULL: &str = "vigie.db";
/// What a full one lacks.
const CHANGES: &str = "changes.db";
const MANIFEST: &str = "manifest.json";
const INVENTORY: &str = "inventory.json";
/// The site file as it was.
pub(super) const SITE: &str = "site.toml";
const LOCK: &str = ".lock";
const UNDER_WAY: &str = ".under-way";
const SCRATCH: &str = ".scratch.db";

/// A backup in the folder.
#[derive(Clone, Debug)]
pub(super) struct Stored {
    /// Its name.
    pub(super) name: String,
    /// Its manifest.
    pub(super) manifest: Manifest,
}

/// The folder, held so that nobody else adds to it.
#[derive(Debug)]
pub(super) struct Shelf {
    folder: PathBuf,
    _lock: File,
}

/// The backups in `folder`, oldest first. A folder that cannot be understood is left out, with a line in the log.
///
/// # Errors
/// When the folder cannot be read.
pub fn list(folder: &Path) -> Result<Vec<(String, Manifest)>, BackupError> {
    Ok(by_name(folder)?.into_iter().map(|it| (it.name, it.manifest)).collect())
}

/// The backups in `folder`, oldest first, for a clock that says `now`: one that is dated later was made while the clock was ahead,
/// and must neither be taken for the newest nor outlive those that are.
pub(super) fn stored(folder: &Path, now: Instant) -> Result<Vec<Stored>, BackupError> {
    let mut found = by_name(folder)?;
    // The order by name stays among those that are alike.
    found.sort_by_key(|it| it.manifest.made_at <= now);
    Ok(found)
}

fn by_name(folder: &Path) -> Result<Vec<Stored>, BackupError> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(file_fault("read", folder))? {
        let entry = entry.map_err(file_fault("read", folder))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let place = entry.path();
        if name.starts_with('.') || !place.join(MANIFEST).exists() {
            continue;
        }
        match manifest(&place) {
            Ok(manifest) => found.push(Stored { name, manifest }),
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, backup.name = name, "a backup cannot be understood");
            }
        }
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

/// Manifest of the backup at `place`.
pub(super) fn manifest(place: &Path) -> Result<Manifest, BackupError> {
    read(&place.join(MANIFEST))
}

/// What the backup at `place` gives back.
pub(super) fn inventory(place: &Path) -> Result<Inventory, BackupError> {
    read(&place.join(INVENTORY))
}

/// Inventory of a database to which nobody writes.
pub(super) fn list_file(path: &Path, go_on: GoOn<'_>) -> Result<Inventory, BackupError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    inventory::take(&connection, go_on, |_, _| Ok(()))
}

/// Whether `place` is one backup, not a folder of them.
pub(super) fn is_backup(place: &Path) -> bool {
    place.join(MANIFEST).is_file()
}

/// The database of the backup at `place`.
pub(super) fn database(place: &Path, kind: &Kind) -> PathBuf {
    place.join(match kind {
        Kind::Full => FULL,
        Kind::ChangesSince(_) => CHANGES,
    })
}

impl Shelf {
    /// Takes the folder, which it makes if need be, and clears away what a crash left in it.
    pub(super) fn take(folder: &Path) -> Result<Self, BackupError> {
        fs::create_dir_all(folder).map_err(file_fault("make the folder", folder))?;
        let path = folder.join(LOCK);
        let lock = File::create(&path).map_err(file_fault("write", &path))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(BackupError::Busy { path: folder.to_owned() });
            }
            Err(TryLockError::Error(error)) => return Err(file_fault("lock", &path)(error)),
        }
        let shelf = Self { folder: folder.to_owned(), _lock: lock };
        shelf.clear()?;
        Ok(shelf)
    }

    /// Where it is.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The place of a backup.
    pub(super) fn place(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The file into which a backup is restored to be compared.
    pub(super) fn scratch(&self) -> PathBuf {
        self.folder.join(SCRATCH)
    }

    /// An empty place for a backup under way.
    pub(super) fn begin(&self) -> Result<PathBuf, BackupError> {
        let place = self.folder.join(UNDER_WAY);
        fs::create_dir(&place).map_err(file_fault("make the folder", &place))?;
        Ok(place)
    }

    /// Gives the backup under way what belongs to it, and its name.
    pub(super) fn complete(
        &self,
        place: &Path,
        manifest: Manifest,
        inventory: &Inventory,
        site: Option<&str>,
    ) -> Result<Stored, BackupError> {
        write(&place.join(INVENTORY), inventory)?;
        if let Some(site) = site {
            let path = place.join(SITE);
            fs::write(&path, site).map_err(file_fault("write", &path))?;
        }
        let manifest = Manifest { bytes: size(place)?, ..manifest };
        write(&place.join(MANIFEST), &manifest)?;
        synchronise(place)?;
        let name = name(manifest.made_at);
        let named = self.place(&name);
        fs::rename(place, &named).map_err(file_fault("name", &named))?;
        synchronise(&self.folder)?;
        Ok(Stored { name, manifest })
    }

    /// Writes the manifest of a backup anew.
    pub(super) fn note(&self, stored: &Stored) -> Result<(), BackupError> {
        write(&self.place(&stored.name).join(MANIFEST), &stored.manifest)
    }

    /// Removes all but the newest `keep` backups, and the full ones that these need.
    pub(super) fn keep_newest(&self, keep: usize, now: Instant) -> Result<(), BackupError> {
        let all = stored(&self.folder, now)?;
        let kept: Vec<&Stored> =
            all.iter().rev().filter(|it| !it.manifest.is_damaged()).take(keep.max(1)).collect();
        let needed: BTreeSet<&str> = kept
            .iter()
            .flat_map(|it| std::iter::once(it.name.as_str()).chain(it.manifest.base()))
            .collect();
        for stored in all.iter().filter(|it| !needed.contains(it.name.as_str())) {
            let place = self.place(&stored.name);
            fs::remove_dir_all(&place).map_err(file_fault("remove", &place))?;
        }
        Ok(())
    }

    /// Removes what is no backup yet.
    pub(super) fn clear(&self) -> Result<(), BackupError> {
        let place = self.folder.join(UNDER_WAY);
        if place.exists() {
            fs::remove_dir_all(&place).map_err(file_fault("remove", &place))?;
        }
        remove_if_there(&self.scratch())
    }
}

/// Removes a file that may not be there.
pub(super) fn remove_if_there(path: &Path) -> Result<(), BackupError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(file_fault("remove", path)(error))
        }
        _ => Ok(()),
    }
}

/// Has the names in `folder` on the disk when it returns.
pub(super) fn synchronise(folder: &Path) -> Result<(), BackupError> {
    File::open(folder).and_then(|it| it.sync_all()).map_err(file_fault("write", folder))
}

fn name(made_at: Instant) -> String {
    made_at.to_jiff().strftime("%Y-%m-%dT%H-%M-%S.%3fZ").to_string()
}

fn size(place: &Path) -> Result<u64, BackupError> {
    let entries = fs::read_dir(place).map_err(file_fault("read", place))?;
    let sizes = entries.map(|entry| entry.and_then(|entry| entry.metadata()).map(|it| it.len()));
    sizes.sum::<Result<u64, _>>().map_err(file_fault("read", place))
}

fn read<T: DeserializeOwned>(path: &Path) -> Result<T, BackupError> {
    let text = fs::read(path).map_err(file_fault("read", path))?;
    serde_json::from_slice(&text)
        .map_err(|source| BackupError::Unreadable { path: path.to_owned(), source })
}

/// Writes a file as a whole or not at all.
pub(super) fn write(path: &Path, what: &impl Serialize) -> Result<(), BackupError> {
    let text = serde_json::to_vec(what).expect("a list of plain data");
    let new = path.with_extension("new");
    fs::write(&new, text).map_err(file_fault("write", &new))?;
    File::open(&new).and_then(|file| file.sync_all()).map_err(file_fault("write", &new))?;
    fs::rename(&new, path).map_err(file_fault("write", path))
}
