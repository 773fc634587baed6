//! All rollups and indexes made again from the readings: they are derived data, never the truth.

use std::path::Path;

use domain::rollup::Rollup;
use domain::{Instant, Period};
use rusqlite::{Connection, TransactionBehavior};

use super::seal;
use crate::ports::StoreError;
use crate::sqlite::codec::slot::{Slot, Tier};
use crate::sqlite::lock::FolderLock;
use crate::sqlite::schema;
use crate::sqlite::settings::{FILE, SqliteSettings};
use crate::sqlite::tables::civil_days;
use crate::sqlite::tables::rollups::{self, Rules};

/// How many days one transaction makes again.
const DAYS_PER_STEP: usize = 64;

/// What was made again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rebuilt {
    /// Days of a series, of which the quarters of an hour and the civil days were made again.
    pub days: u64,
    /// How many of them were stored otherwise before.
    pub differed: u64,
}

/// Makes the indexes and the rollups of all sealed days in the folder again, until `go_on` says no. Those of readings that are no longer
/// kept stay: there is nothing to make them of.
///
/// # Errors
/// [`StoreError::InUse`] while a gateway runs there, [`StoreError::Unavailable`] when there is no store.
pub fn rebuild(
    folder: &Path,
    settings: &SqliteSettings,
    go_on: impl Fn() -> bool,
) -> Result<Rebuilt, StoreError> {
    let file = folder.join(FILE);
    if !file.is_file() {
        return Err(StoreError::Unavailable(format!("{} is not there", file.display()).into()));
    }
    let _lock = FolderLock::take(folder)?;
    let mut connection = schema::open_to_write(&file)?;
    // Indexes are derived data as well. Where the tables do not let them be made, all else is worth a try.
    if let Err(error) = connection.execute_batch("REINDEX") {
        tracing::error!(%error, "the indexes of the store cannot be made again");
    }
    let rules = Rules::of(settings);
    // The site may have got another longest gap or time zone since it was sealed last.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    rollups::begin(&transaction, rules.longest_gap)?;
    while seal::rewrite_one_series(&transaction, &rules)? {}
    transaction.commit()?;
    let days = all_days(&connection)?;
    let mut rebuilt = Rebuilt::default();
    for step in days.chunks(DAYS_PER_STEP) {
        if !go_on() {
            break;
        }
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for day in step {
            let before = stored_rollups(&transaction, *day, &rules)?;
            rollups::rewrite_day(&transaction, *day, &rules)?;
            rebuilt.days += 1;
            rebuilt.differed += u64::from(before != stored_rollups(&transaction, *day, &rules)?);
        }
        transaction.commit()?;
    }
    Ok(rebuilt)
}

fn all_days(connection: &Connection) -> Result<Vec<Slot>, StoreError> {
    let mut statement = connection.prepare("SELECT id FROM blk_d ORDER BY id")?;
    let days = statement.query_map([], |row| Ok(Slot::from_id(Tier::Day, row.get(0)?)))?;
    Ok(days.collect::<Result<_, _>>()?)
}

/// Stored rollups of a day and of the civil days around it; `None` when some cannot be read.
fn stored_rollups(
    connection: &Connection,
    day: Slot,
    rules: &Rules,
) -> Result<Option<[Vec<Rollup>; 2]>, StoreError> {
    let ends = [day.start(), day.end()].map(Instant::from_millis);
    let around = Period::new(ends[0], ends[1]).expect("a day ends after it begins");
    let stored = rollups::read_day(connection, day).and_then(|stored| {
        let civil = civil_days::read(connection, day.series, around, &rules.zone)?;
        Ok([stored.map(|stored| stored.quarters).unwrap_or_default(), civil])
    });
    match stored {
        Err(StoreError::Damaged { .. }) => Ok(None),
        stored => stored.map(Some),
    }
}
