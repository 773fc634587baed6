//! Putting readings of the future aside, in a data folder in which no gateway runs.

use std::path::Path;

use domain::audit::Draft;
use domain::{Instant, Observation, Reading};

use super::database::Database;
use super::settings::SqliteSettings;
use super::upkeep::future::Future;
use super::upkeep::seal::Pass;
use crate::ports::StoreError;

/// Takes the readings that are dated later than `now` and are from the future by `is_from_it` out of the store in `folder`.
///
/// Those of each source are given to `keep`, all of one source at once; then `finish` says what is entered in the audit log,
/// having seen to it that what was kept is on the disk. Only then are they gone, all together.
///
/// # Errors
/// [`StoreError::InUse`] while a gateway runs there, [`StoreError::Damaged`] when a block cannot be read, and those of `keep` and
/// `finish`; the store is then as it was.
pub fn put_future_aside(
    folder: &Path,
    settings: &SqliteSettings,
    now: Instant,
    is_from_it: &dyn Fn(&Observation) -> bool,
    mut keep: impl FnMut(&[Reading]) -> Result<(), StoreError>,
    finish: impl FnOnce() -> Result<Vec<Draft>, StoreError>,
) -> Result<(), StoreError> {
    let mut database = Database::open(folder, settings)?;
    let mut pass = Pass::of_the_log();
    while pass.done().is_none() {
        database.seal_step(&mut pass)?;
    }
    database.take_out(&Future { now, is_from_it }, &mut keep, finish)?;
    database.close()
}
