//! Packing the days that have ended: hour blocks become day blocks, with their rollups. Series of one device are
//! packed together, since their readings often have their instants in common.

use std::collections::{BTreeSet, HashMap};

use domain::Instant;
use rusqlite::Connection;

use crate::ports::StoreError;
use crate::sqlite::codec::block::{LARGEST_BLOCK, Packed};
use crate::sqlite::codec::entry::in_order;
use crate::sqlite::codec::series_id::SeriesId;
use crate::sqlite::codec::slot::{Slot, Tier};
use crate::sqlite::tables::rollups::{self, Rules};
use crate::sqlite::tables::series;
use crate::sqlite::tables::times::{self, TimesId};
use crate::sqlite::tables::{blocks, meta};

/// How many day blocks one step writes, and how many at most where a device has that many series.
const DAYS_PER_STEP: usize = 8;
const SERIES_PER_STEP: usize = 64;
/// How long after its end a day is sealed. What arrives later waits for the pass of the next night, so that a backlog
/// does not write the same day again and again.
const DAY_CLOSES_AFTER: i64 = 3 * Tier::Hour.length();
/// How many bytes instants have at least that are worth a row of their own.
const WORTH_SHARING: usize = 64;

/// In `meta`: the day in whose early hours days were last sealed, in days since 1970.
const DAYS_SEALED: &str = "days_sealed";
/// In `meta`: the newest `rev` of a day block.
const REVISION: &str = "rev";

/// The days with hour blocks whose time has come, step by step, the last step first; and which night it is. None when
/// this night's pass was made.
pub(in crate::sqlite) fn due(
    connection: &Connection,
    now: Instant,
) -> Result<(i64, Vec<Vec<Slot>>), StoreError> {
    let closed = now.as_millis().saturating_sub(DAY_CLOSES_AFTER);
    let due = closed.div_euclid(Tier::Day.length());
    // Not `>=`: a clock that was far ahead once must not end the sealing of days.
    if meta::number(connection, DAYS_SEALED)? == Some(due) {
        return Ok((due, Vec::new()));
    }
    // Hours of the first day that is still open come after all others, since ids begin with the time.
    let open = Slot::of(Tier::Hour, SeriesId::of_block(0), due * Tier::Day.length());
    let mut statement = connection.prepare_cached("SELECT id FROM blk_h WHERE id < ?1")?;
    let hours =
        statement.query_map([open.id()], |row| Ok(Slot::from_id(Tier::Hour, row.get(0)?)))?;
    let days: BTreeSet<i64> =
        hours.map(|hour| Ok(hour?.day().id())).collect::<rusqlite::Result<_>>()?;
    let days = days.into_iter().map(|id| Slot::from_id(Tier::Day, id)).collect();
    Ok((due, steps(days, &series::devices(connection)?)))
}

/// To be called once nothing is due any more.
pub(in crate::sqlite) fn all_packed(connection: &Connection, due: i64) -> Result<(), StoreError> {
    if meta::number(connection, DAYS_SEALED)? == Some(due) {
        return Ok(());
    }
    meta::set(connection, DAYS_SEALED, due)
}

/// Series of one device in one step, the oldest day in the last one.
fn steps(mut days: Vec<Slot>, devices: &HashMap<SeriesId, i64>) -> Vec<Vec<Slot>> {
    let place = |day: &Slot| (day.start(), devices.get(&day.series).copied());
    days.sort_by_key(place);
    let mut steps: Vec<Vec<Slot>> = Vec::new();
    for siblings in days.chunk_by(|a, b| place(a) == place(b)) {
        for part in siblings.chunks(SERIES_PER_STEP) {
            match steps.last_mut() {
                Some(open) if open.len() + part.len() <= DAYS_PER_STEP => open.extend(part),
                _ => steps.push(part.to_vec()),
            }
        }
    }
    steps.reverse();
    steps
}

/// Packs some days and counts those that were written.
pub(in crate::sqlite) fn pack(
    connection: &Connection,
    days: Vec<Slot>,
    rules: &Rules,
) -> Result<u64, StoreError> {
    let rev = meta::number(connection, REVISION)?.unwrap_or(0) + 1;
    meta::set(connection, REVISION, rev)?;
    let mut ready = Vec::with_capacity(days.len());
    for day in days {
        ready.extend(prepare(connection, day, rules)?);
    }
    for day in &ready {
        let times = day.shared_times(connection, &ready)?;
        day.write(connection, times, rev)?;
    }
    Ok(ready.len() as u64)
}

/// A day of a series, packed and yet to be written.
struct PackedDay {
    day: Slot,
    row: blocks::Counted,
    columns: Packed,
    times: Vec<u8>,
    hours: Vec<Slot>,
}

/// Packs a day and rolls it up; `None` when its block is damaged or full, and so takes no hours.
fn prepare(
    connection: &Connection,
    day: Slot,
    rules: &Rules,
) -> Result<Option<PackedDay>, StoreError> {
    let Some(mut entries) = blocks::readable(connection, day)? else { return Ok(None) };
    let mut hours = Vec::new();
    for hour in blocks::hours_of(connection, day)? {
        // A damaged hour stays where it is, so that reading it goes on to say so.
        if let Some(block) = blocks::readable(connection, hour)? {
            entries.extend(block);
            hours.push(hour);
        }
    }
    if entries.len() > LARGEST_BLOCK {
        tracing::warn!(
            day = day.describe(),
            "more readings in a day than a block holds stay in hour blocks"
        );
        return Ok(None);
    }
    let entries = in_order(entries);
    let Some(row) = blocks::Counted::of(&entries) else { return Ok(None) };
    rollups::write_day(connection, day, &entries, rules)?;
    let columns = Packed::of(&entries);
    let times = columns.times();
    Ok(Some(PackedDay { day, row, columns, times, hours }))
}

impl PackedDay {
    /// The name of its instants, when they are stored apart from the block: once some other block has the same.
    fn shared_times(
        &self,
        connection: &Connection,
        step: &[Self],
    ) -> Result<Option<TimesId>, StoreError> {
        if self.times.len() < WORTH_SHARING {
            return Ok(None);
        }
        let same =
            |other: &&Self| other.day.start() == self.day.start() && other.times == self.times;
        if step.iter().filter(same).nth(1).is_some() {
            times::keep(connection, self.day, &self.times)
        } else {
            times::find(connection, self.day, &self.times)
        }
    }

    /// Writes the block, in place of what it was and of its hours.
    fn write(
        &self,
        connection: &Connection,
        times: Option<TimesId>,
        rev: i64,
    ) -> Result<(), StoreError> {
        let data = match times {
            Some(_) => self.columns.numbers(&self.times),
            None => self.columns.whole(),
        };
        blocks::write_day(connection, self.day, self.row, rev, times, &data)?;
        for hour in &self.hours {
            blocks::remove_hour(connection, *hour)?;
        }
        Ok(())
    }
}
