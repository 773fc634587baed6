//! The tables of blocks.

use domain::Instant;
use rusqlite::{CachedStatement, Connection, OptionalExtension, params};

use super::series;
use super::times::{self, TimesId};
use crate::ports::StoreError;
use crate::sqlite::codec::block::{self, BlockFault};
use crate::sqlite::codec::entry::Entry;
use crate::sqlite::codec::series_id::SeriesId;
use crate::sqlite::codec::slot::{Slot, Tier};

/// The readings of a slot; empty when it has no block.
///
/// # Errors
/// [`StoreError::Damaged`] when it has one that cannot be read.
pub(in crate::sqlite) fn read(
    connection: &Connection,
    slot: Slot,
) -> Result<Vec<Entry>, StoreError> {
    read_as(connection, slot, block::decode)
}

/// Instants of the readings of a slot.
pub(in crate::sqlite) fn read_times(
    connection: &Connection,
    slot: Slot,
) -> Result<Vec<i64>, StoreError> {
    read_as(connection, slot, block::decode_times)
}

/// The readings of a slot that the index of this series lists.
///
/// # Errors
/// [`StoreError::Damaged`] also when its block is not there, or is that of another series.
pub(in crate::sqlite) fn read_listed(
    connection: &Connection,
    slot: Slot,
    series: SeriesId,
) -> Result<Vec<Entry>, StoreError> {
    let entries = if slot.series == series { read(connection, slot)? } else { Vec::new() };
    if entries.is_empty() {
        let name = series::name(connection, series);
        let what =
            format!("{name}, {}: the index names a block that is not there", slot.describe());
        return Err(StoreError::Damaged { what });
    }
    Ok(entries)
}

/// Whether the index of the series lists a block of this slot; not when the index cannot be read.
pub(in crate::sqlite) fn is_listed(connection: &Connection, slot: Slot) -> bool {
    let listed = list(connection, slot.tier, false)
        .and_then(|mut it| Ok(it.exists(params![slot.series, slot.id(), slot.id()])?));
    listed.unwrap_or(false)
}

fn read_as<T>(
    connection: &Connection,
    slot: Slot,
    decode: impl FnOnce(&[u8], Option<&[u8]>, Slot) -> Result<Vec<T>, BlockFault>,
) -> Result<Vec<T>, StoreError> {
    let sql = match slot.tier {
        Tier::Hour => "SELECT data, NULL FROM blk_h WHERE id = ?1",
        Tier::Day => {
            "SELECT blk_d.data, times.data FROM blk_d LEFT JOIN times ON times.id = blk_d.times WHERE blk_d.id = ?1"
        }
    };
    let damaged = |fault: &dyn std::fmt::Display| {
        let name = series::name(connection, slot.series);
        StoreError::Damaged { what: format!("{name}, {}: {fault}", slot.describe()) }
    };
    let decoded = connection
        .prepare_cached(sql)?
        .query_row([slot.id()], |row| {
            Ok(decode(row.get_ref(0)?.as_blob()?, row.get_ref(1)?.as_blob_or_null()?, slot))
        })
        .optional();
    match decoded.map_err(StoreError::from) {
        Ok(decoded) => decoded.unwrap_or_else(|| Ok(Vec::new())).map_err(|fault| damaged(&fault)),
        Err(StoreError::Damaged { what }) => Err(damaged(&what)),
        Err(other) => Err(other),
    }
}

/// The readings of a slot, or `None` and a line in the log when its block is damaged.
pub(in crate::sqlite) fn readable(
    connection: &Connection,
    slot: Slot,
) -> Result<Option<Vec<Entry>>, StoreError> {
    match read(connection, slot) {
        Ok(entries) => Ok(Some(entries)),
        Err(StoreError::Damaged { what }) => {
            tracing::error!(what, "store holds a damaged block; nothing is added to it");
            Ok(None)
        }
        Err(other) => Err(other),
    }
}

/// Count and last instant of a block's readings, stored beside the block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sqlite) struct Counted {
    count: i64,
    last: i64,
}

impl Counted {
    /// Of readings in order; `None` when there are none.
    pub(in crate::sqlite) fn of(entries: &[Entry]) -> Option<Self> {
        let count = i64::try_from(entries.len()).expect("a block is small");
        entries.last().map(|last| Self { count, last: last.ts })
    }
}

/// What stands beside the block of a slot; `None` when it has none.
pub(in crate::sqlite) fn counted(
    connection: &Connection,
    slot: Slot,
) -> Result<Option<Counted>, StoreError> {
    let sql = format!("SELECT n, last FROM {} WHERE id = ?1", slot.tier.table());
    let mut statement = connection.prepare_cached(&sql)?;
    let counted = statement
        .query_row([slot.id()], |row| Ok(Counted { count: row.get(0)?, last: row.get(1)? }));
    Ok(counted.optional()?)
}

/// Writes the hour's block, in place of what it was.
pub(in crate::sqlite) fn write_hour(
    connection: &Connection,
    hour: Slot,
    entries: &[Entry],
) -> Result<(), StoreError> {
    let Some(Counted { count, last }) = Counted::of(entries) else { return Ok(()) };
    connection
        .prepare_cached("INSERT OR REPLACE INTO blk_h(id, n, last, data) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![hour.id(), count, last, block::encode(entries)])?;
    Ok(())
}

/// Writes the day's block, in place of what it was, as part of revision `rev`. It is read with these `times`, when
/// they lie apart.
pub(in crate::sqlite) fn write_day(
    connection: &Connection,
    day: Slot,
    Counted { count, last }: Counted,
    rev: i64,
    times: Option<TimesId>,
    data: &[u8],
) -> Result<(), StoreError> {
    let before = times_of(connection, day)?;
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO blk_d(id, n, last, rev, times, data) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![day.id(), count, last, rev, times, data])?;
    times::free(connection, before)
}

/// Takes the day's block out.
pub(in crate::sqlite) fn remove_day(connection: &Connection, day: Slot) -> Result<(), StoreError> {
    let before = times_of(connection, day)?;
    connection.prepare_cached("DELETE FROM blk_d WHERE id = ?1")?.execute([day.id()])?;
    times::free(connection, before)
}

fn times_of(connection: &Connection, day: Slot) -> Result<Option<TimesId>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT times FROM blk_d WHERE id = ?1")?;
    Ok(statement.query_row([day.id()], |row| row.get(0)).optional()?.flatten())
}

/// Takes the hour's block out.
pub(in crate::sqlite) fn remove_hour(
    connection: &Connection,
    hour: Slot,
) -> Result<(), StoreError> {
    connection.prepare_cached("DELETE FROM blk_h WHERE id = ?1")?.execute([hour.id()])?;
    Ok(())
}

/// The hours of a day that have blocks.
pub(in crate::sqlite) fn hours_of(
    connection: &Connection,
    day: Slot,
) -> Result<Vec<Slot>, StoreError> {
    slots(connection, Tier::Hour, day.series, (day.start(), day.end()))
}

/// The slots of a series that have blocks and overlap a stretch of time, in order.
pub(in crate::sqlite) fn slots(
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
pub(in crate::sqlite) fn days_before(
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
pub(in crate::sqlite) fn list(
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
pub(in crate::sqlite) fn newest_first(
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
