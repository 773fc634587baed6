//! One backup from beginning to end.

use std::path::{Path, PathBuf};

use domain::{Clock, Instant};
use rusqlite::Connection;

use super::copy::{Copy, lacking};
use super::fault::BackupError;
use super::inventory::{self, GoOn, Inventory};
use super::manifest::{Comparison, Kind, Manifest};
use super::restore::rebuild;
use super::shelf::{self, Shelf, Stored, remove_if_there};
use super::space;
use crate::sqlite::schema;
use crate::sqlite::settings::FILE;

/// Largest number of backups in a row that may depend on one full copy.
const MOST_CHANGES: usize = 6;

/// Settings of a backup.
pub struct BackupPlan<'a> {
    /// The folder of backups.
    pub to: &'a Path,
    /// How many backups are kept, this one included.
    pub keep: usize,
    /// A file smaller than this is copied as a whole; of a larger one, what the last full copy lacks.
    pub whole_below_bytes: u64,
    /// The site file, which goes with the readings.
    pub site: Option<&'a str>,
    /// The version of this program.
    pub version: &'a str,
    /// Called now and then: whether to stop. An unfinished backup is removed then.
    pub stop: &'a dyn Fn() -> bool,
}

impl BackupPlan<'_> {
    /// Below this size there is little to gain by copying changes only.
    pub const WHOLE_BELOW_BYTES: u64 = 16 * 1024 * 1024;
}

impl std::fmt::Debug for BackupPlan<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BackupPlan")
            .field("to", &self.to)
            .field("keep", &self.keep)
            .finish_non_exhaustive()
    }
}

/// A backup that was made, restored and found the same.
#[derive(Clone, Debug)]
pub struct Made {
    /// Where it is.
    pub place: PathBuf,
    /// Its manifest.
    pub manifest: Manifest,
    /// Whether it lies on the disk of the data, so that one fault takes both.
    pub same_disk: bool,
}

/// Makes a backup of the store in the folder `data`, beside a writer in this process or another. Then restores the backup into
/// a scratch file and compares that with what was backed up, row by row; then removes the backups beyond `keep`.
///
/// # Errors
/// [`BackupError::Differs`] when it was made and is of no use: it stays, marked so, and older ones stay as well. After
/// any other error there is no new backup, and those before are as they were.
pub fn make(data: &Path, plan: &BackupPlan<'_>, clock: &dyn Clock) -> Result<Made, BackupError> {
    let go_on = || if (plan.stop)() { Err(BackupError::Stopped) } else { Ok(()) };
    let source = open(&data.join(FILE))?;
    let shelf = Shelf::take(plan.to)?;
    let made = copy(&shelf, &source, plan, clock, &go_on);
    // The writer's log can be taken up into the file again.
    drop(source);
    let compared = made.and_then(|stored| compare(&shelf, stored, clock, &go_on));
    let cleared = shelf.clear();
    let stored = compared?;
    cleared?;
    shelf.keep_newest(plan.keep, clock.now())?;
    Ok(Made {
        place: shelf.place(&stored.name),
        manifest: stored.manifest,
        same_disk: space::is_same_disk(data, plan.to),
    })
}

/// Opens the store to read one state of it, whatever is committed meanwhile.
fn open(path: &Path) -> Result<Connection, BackupError> {
    let connection = schema::open_to_read(path)?;
    connection.execute_batch("BEGIN")?;
    Ok(connection)
}

fn copy(
    shelf: &Shelf,
    source: &Connection,
    plan: &BackupPlan<'_>,
    clock: &dyn Clock,
    go_on: GoOn<'_>,
) -> Result<Stored, BackupError> {
    let (made_at, size) = (clock.now(), size(source)?);
    let base = if size < plan.whole_below_bytes { None } else { base(shelf, made_at)? };
    let (place, kind, inventory) = if let Some(base) = base {
        changes(shelf, source, size, base, go_on)?
    } else {
        // As much again for the scratch file.
        space::check(shelf.folder(), size.saturating_mul(2))?;
        full(shelf, source, go_on)?
    };
    let manifest = Manifest {
        made_at,
        vigie: plan.version.to_owned(),
        kind,
        rows: inventory.rows(),
        bytes: 0,
        compared: None,
    };
    shelf.complete(&place, manifest, &inventory, plan.site)
}

type Copied = (PathBuf, Kind, Inventory);

fn full(shelf: &Shelf, source: &Connection, go_on: GoOn<'_>) -> Result<Copied, BackupError> {
    let place = shelf.begin()?;
    let path = shelf::database(&place, &Kind::Full);
    let copy = Copy::create(&path, source)?;
    let inventory = copy.all(source, go_on)?;
    copy.finish(&path, source)?;
    Ok((place, Kind::Full, inventory))
}

/// What the full backup `base` lacks; a full one again, where that is most of it.
fn changes(
    shelf: &Shelf,
    source: &Connection,
    size: u64,
    base: String,
    go_on: GoOn<'_>,
) -> Result<Copied, BackupError> {
    let now = inventory::take(source, go_on, |_, _| Ok(()))?;
    let before = shelf::inventory(&shelf.place(&base))?;
    let lacking = lacking(&now, &before);
    let bytes: u64 = lacking.iter().map(super::copy::Range::bytes).sum();
    if now.schema != before.schema || bytes > now.bytes() / 2 {
        space::check(shelf.folder(), size.saturating_mul(2))?;
        return full(shelf, source, go_on);
    }
    space::check(shelf.folder(), size.saturating_add(bytes * 2))?;
    let (place, kind) = (shelf.begin()?, Kind::ChangesSince(base));
    let path = shelf::database(&place, &kind);
    let copy = Copy::create(&path, source)?;
    copy.ranges(source, &lacking, go_on)?;
    copy.finish(&path, source)?;
    Ok((place, kind, now))
}

/// The full backup that the next one may lean on: none when the last one was of no use, or leans on it for too long.
fn base(shelf: &Shelf, now: Instant) -> Result<Option<String>, BackupError> {
    let all = shelf::stored(shelf.folder(), now)?;
    let Some(last) = all.last().filter(|it| it.manifest.is_sound()) else { return Ok(None) };
    let base = last.manifest.base().unwrap_or(&last.name);
    let leaning = all.iter().filter(|it| it.manifest.base() == Some(base)).count();
    let is_there = all.iter().any(|it| it.name == base && it.manifest.is_sound());
    Ok((is_there && leaning < MOST_CHANGES).then(|| base.to_owned()))
}

/// Restores the backup into the scratch file, compares, and writes down what came of it.
fn compare(
    shelf: &Shelf,
    mut stored: Stored,
    clock: &dyn Clock,
    go_on: GoOn<'_>,
) -> Result<Stored, BackupError> {
    let scratch = shelf.scratch();
    let expected = shelf::inventory(&shelf.place(&stored.name))?;
    let restored = rebuild(&shelf.place(&stored.name), &scratch, go_on)
        .and_then(|()| shelf::list_file(&scratch, go_on));
    let difference = match restored {
        Ok(found) => expected.difference(&found),
        // A stop, a full disk say nothing about the backup.
        Err(error) => match error {
            BackupError::Differs { what } => Some(what),
            BackupError::Store(
                error @ (crate::StoreError::Damaged { .. } | crate::StoreError::Foreign { .. }),
            ) => Some(error.to_string()),
            other => return Err(other),
        },
    };
    let at = clock.now();
    stored.manifest.compared = Some(match &difference {
        None => Comparison::Same { at },
        Some(what) => Comparison::Different { at, what: what.clone() },
    });
    shelf.note(&stored)?;
    remove_if_there(&scratch)?;
    match difference {
        None => Ok(stored),
        Some(what) => Err(BackupError::Differs { what }),
    }
}

fn size(connection: &Connection) -> Result<u64, BackupError> {
    let number =
        |name| connection.query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, i64>(0));
    Ok((number("page_count")? * number("page_size")?).unsigned_abs())
}
