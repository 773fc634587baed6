//! The tables of blocks.

use domain::Instant;
use rusqlite::{CachedStatement, Connection, OptionalExtension, params};

use super::block::{self, BlockFault};
use super::entry::Entry;
use super::series::{self, SeriesId};
use super::slot::{Slot, Tier};
use crate::ports::StoreError;

/// The readings of a slot; empty when it has no block.
///
/// # Errors
/// [`StoreError::Damaged`] when it has one that cannot be read.
pub(super) fn read(connection: &Connection, slot: Slot) -> Result<Vec<Entry>, StoreError> {
    read_as(connection, slot, block::decode)
}

/// When the readings of a slot were observed.
pub(super) fn read_times(connection: &Connection, slot: Slot) -> Result<Vec<i64>, StoreError> {
    read_as(connection, slot, block::decode_times)
}

fn read_as<T>(
    connection: &Connection,
    slot: Slot,
    decode: impl FnOnce(&[u8], Slot) -> Result<Vec<T>, BlockFault>,
) -> Result<Vec<T>, StoreError> {
    let sql = match slot.tier {
        Tier::Hour => "SELECT data FROM blk_h WHERE id = ?1",
        Tier::Day => "SELECT data FROM blk_d WHERE id = ?1",
    };
    let decoded = connection
        .prepare_cached(sql)?
        .query_row([slot.id()], |row| Ok(decode(row.get_ref(0)?.as_blob()?, slot)))
        .optional()?;
    decoded.unwrap_or_else(|| Ok(Vec::new())).map_err(|fault| {
        let what =
            format!("{}, {}: {fault}", series::name(connection, slot.series), slot.describe());
        StoreError::Damaged { what }
    })
}

/// Writes the hour's block, in place of what it was.
pub(super) fn write_hour(
    connection: &Connection,
    hour: Slot,
    entries: &[Entry],
) -> Result<(), StoreError> {
    let Some(last) = entries.last() else { return Ok(()) };
    connection
        .prepare_cached("INSERT OR REPLACE INTO blk_h(id, n, last, data) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![hour.id(), count(entries), last.ts, block::encode(entries)])?;
    Ok(())
}

/// Writes the day's block, in place of what it was, as part of revision `rev`.
pub(super) fn write_day(
    connection: &Connection,
    day: Slot,
    entries: &[Entry],
    rev: i64,
) -> Result<(), StoreError> {
    let Some(last) = entries.last() else { return Ok(()) };
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO blk_d(id, n, last, rev, data) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![day.id(), count(entries), last.ts, rev, block::encode(entries)])?;
    Ok(())
}

fn count(entries: &[Entry]) -> i64 {
    i64::try_from(entries.len()).expect("a block is small")
}

/// Takes the hour's block out.
pub(super) fn remove_hour(connection: &Connection, hour: Slot) -> Result<(), StoreError> {
    connection.prepare_cached("DELETE FROM blk_h WHERE id = ?1")?.execute([hour.id()])?;
    Ok(())
}

/// The hours of a day that have blocks.
pub(super) fn hours_of(connection: &Connection, day: Slot) -> Result<Vec<Slot>, StoreError> {
    slots(connection, Tier::Hour, day.series, (day.start(), day.end()))
}

/// The slots of a series that have blocks and overlap a stretch of time, in order.
pub(super) fn slots(
    connection: &Connection,
    tier: Tier,
    series: SeriesId,
    (from, until): (i64, i64),
) -> Result<Vec<Slot>, StoreError> {
    let mut statement = list(connection, tier, false)?;
    let id = |ts| Slot::of(tier, series, ts).id();
    let bounds = params![series, id(from), id(until - 1)];
    let slots = statement.query_map(bounds, |row| Ok(Slot::from_id(tier, row.get(0)?)))?;
    Ok(slots.collect::<Result<_, _>>()?)
}

/// The days of a series that have blocks, of days or of hours, and lie before an instant; the oldest first.
pub(super) fn days_before(
    connection: &Connection,
    series: SeriesId,
    until: i64,
) -> Result<Vec<Slot>, StoreError> {
    let before = (Instant::MIN.as_millis(), until);
    let mut days: Vec<i64> = Vec::new();
    for tier in [Tier::Hour, Tier::Day] {
        days.extend(slots(connection, tier, series, before)?.into_iter().map(|s| s.day().id()));
    }
    days.sort_unstable();
    days.dedup();
    Ok(days.into_iter().map(|id| Slot::from_id(Tier::Day, id)).collect())
}

/// Lists the slots of a series between two ids, as `[series, from, to]`, that have blocks; backwards on request.
pub(super) fn list(
    connection: &Connection,
    tier: Tier,
    backwards: bool,
) -> Result<CachedStatement<'_>, StoreError> {
    let table = tier.table();
    let order = if backwards { "DESC" } else { "ASC" };
    let sql = format!(
        "SELECT id FROM {table} WHERE series = ?1 AND id BETWEEN ?2 AND ?3 ORDER BY id {order}"
    );
    Ok(connection.prepare_cached(&sql)?)
}

/// The blocks of a series, newest first, each with its newest `ts`, until `take` has had enough.
pub(super) fn newest_first(
    connection: &Connection,
    tier: Tier,
    series: SeriesId,
    mut take: impl FnMut(Slot, i64) -> Result<bool, StoreError>,
) -> Result<(), StoreError> {
    let table = tier.table();
    let sql = format!("SELECT id, last FROM {table} WHERE series = ?1 ORDER BY id DESC");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query([series])?;
    while let Some(row) = rows.next()? {
        if !take(Slot::from_id(tier, row.get(0)?), row.get(1)?)? {
            break;
        }
    }
    Ok(())
}
