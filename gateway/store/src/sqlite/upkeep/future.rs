//! Taking out readings from the future: those that a clock dated which was ahead.

use domain::{Instant, Observation, Reading, Source};
use rusqlite::{Connection, params};

use crate::ports::StoreError;
use crate::sqlite::codec::entry::Entry;
use crate::sqlite::codec::series_id::SeriesId;
use crate::sqlite::codec::slot::{Slot, Tier};
use crate::sqlite::tables::rollups::{self, Rules};
use crate::sqlite::tables::{blocks, civil_days, series};

/// Which readings are from the future, by a clock that is right.
pub(in crate::sqlite) struct Future<'a> {
    /// What that clock says.
    pub(in crate::sqlite) now: Instant,
    /// Whether a reading that is dated later is from the future.
    pub(in crate::sqlite) is_from_it: &'a dyn Fn(&Observation) -> bool,
}

/// Takes the sealed readings of the future out, series by series, and gives those of each to `keep` before. Their rollups go, too.
pub(in crate::sqlite) fn take_out(
    connection: &Connection,
    rules: &Rules,
    future: &Future<'_>,
    keep: &mut dyn FnMut(&[Reading]) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    for (series, source) in series::all(connection)? {
        let taken = take_out_of_series(connection, (series, &source), future)?;
        if taken.is_empty() {
            continue;
        }
        keep(&taken)?;
        let today = Slot::of(Tier::Day, series, future.now.as_millis());
        connection
            .prepare_cached("DELETE FROM q15 WHERE series = ?1 AND id >= ?2")?
            .execute(params![series, today.id()])?;
        let civil = civil_days::number(future.now, &rules.zone);
        civil_days::remove_since(connection, series, civil, &rules.zone)?;
        rollups::rewrite_civil_days(connection, series, rules)?;
    }
    Ok(())
}

fn take_out_of_series(
    connection: &Connection,
    (series, source): (SeriesId, &Source),
    future: &Future<'_>,
) -> Result<Vec<Reading>, StoreError> {
    let mut taken = Vec::new();
    let kind = source.quantity.kind();
    let later = (future.now.as_millis(), Instant::MAX.as_millis());
    for tier in [Tier::Hour, Tier::Day] {
        for slot in blocks::slots(connection, tier, series, later)? {
            let entries = blocks::read(connection, slot)?;
            let is_from_it = |entry: &Entry| {
                let one = entry.observation(kind);
                one.observed_at > future.now && (future.is_from_it)(&one)
            };
            let (gone, stay): (Vec<_>, Vec<_>) = entries.into_iter().partition(is_from_it);
            if gone.is_empty() {
                continue;
            }
            replace(connection, slot, &stay)?;
            taken.extend(gone.into_iter().map(|entry| Reading {
                source: source.clone(),
                observation: entry.observation(kind),
            }));
        }
    }
    taken.sort_by_key(|reading| reading.observation.observed_at);
    Ok(taken)
}

/// Leaves these readings of the slot, as hour blocks: a day that is not over yet is packed again when it is.
fn replace(connection: &Connection, slot: Slot, stay: &[Entry]) -> Result<(), StoreError> {
    match slot.tier {
        Tier::Hour => blocks::remove_hour(connection, slot)?,
        Tier::Day => blocks::remove_day(connection, slot)?,
    }
    let hour = |entry: &Entry| Slot::of(Tier::Hour, slot.series, entry.ts);
    for entries in stay.chunk_by(|a, b| hour(a) == hour(b)) {
        let hour = hour(&entries[0]);
        let mut all = blocks::read(connection, hour)?;
        all.extend(entries);
        blocks::write_hour(connection, hour, &crate::sqlite::codec::entry::in_order(all))?;
    }
    Ok(())
}
