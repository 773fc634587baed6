//! The row log: where a reading goes first, and stays until it is sealed.

use std::collections::HashMap;

use rusqlite::types::{Value as Column, ValueRef};
use rusqlite::{Connection, params};

use super::entry::{Entry, real, whole};
use super::meta;
use super::series::SeriesId;
use crate::kept::Arrival;
use crate::ports::StoreError;

/// In `meta`: the last `seq` that was taken out. An empty log goes on behind it, so that no `seq` means two readings.
const TAKEN_OUT: &str = "log_taken_out";

/// Adds a reading to the log.
pub(super) fn add(
    connection: &Connection,
    series: SeriesId,
    entry: Entry,
) -> Result<(), StoreError> {
    let lag = match entry.arrival {
        Arrival::After(seconds) => Some(seconds),
        Arrival::Dating => None,
    };
    // Whole numbers take fewer bytes as integers.
    let value = whole(entry.number).map_or(Column::Real(entry.number), Column::Integer);
    connection
        .prepare_cached(
            "INSERT INTO log(seq, series, ts, lag, v) VALUES (1 + coalesce(
                 (SELECT max(seq) FROM log), (SELECT value FROM meta WHERE key = ?5), 0), ?1, ?2, ?3, ?4)",
        )?
        .execute(params![series, entry.ts, lag, value, TAKEN_OUT])?;
    Ok(())
}

/// The readings of one series in the log, in the order of `ts`.
pub(super) fn of_series(
    connection: &Connection,
    series: SeriesId,
) -> Result<Vec<Entry>, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT ts, lag, v FROM log WHERE series = ?1")?;
    let rows = statement.query_map([series], |row| entry(row, 0))?;
    let mut entries: Vec<_> = rows.collect::<Result<_, _>>()?;
    entries.sort_by_key(|entry| entry.ts);
    Ok(entries)
}

/// The readings of several series in the log, each in the order of `ts`. The log is read once.
pub(super) fn of_several(
    connection: &Connection,
    series: impl IntoIterator<Item = SeriesId>,
) -> Result<HashMap<SeriesId, Vec<Entry>>, StoreError> {
    let mut found: HashMap<SeriesId, Vec<Entry>> =
        series.into_iter().map(|series| (series, Vec::new())).collect();
    let mut statement = connection.prepare_cached("SELECT series, ts, lag, v FROM log")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        if let Some(entries) = found.get_mut(&row.get(0)?) {
            entries.push(entry(row, 1)?);
        }
    }
    for entries in found.values_mut() {
        entries.sort_by_key(|entry| entry.ts);
    }
    Ok(found)
}

/// A row of the log.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    /// Its place in the order of arrival.
    pub(super) seq: i64,
    /// Whose reading.
    pub(super) series: SeriesId,
    /// The reading.
    pub(super) entry: Entry,
}

/// The first rows that arrived after `seq`.
pub(super) fn after(
    connection: &Connection,
    seq: i64,
    count: usize,
) -> Result<Vec<Row>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT seq, series, ts, lag, v FROM log WHERE seq > ?1 ORDER BY seq LIMIT ?2",
    )?;
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    let rows = statement.query_map([seq, count], |row| {
        Ok(Row { seq: row.get(0)?, series: row.get(1)?, entry: entry(row, 2)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// How many rows arrived after `seq`.
pub(super) fn count_after(connection: &Connection, seq: i64) -> Result<u64, StoreError> {
    let mut statement = connection.prepare_cached("SELECT count(*) FROM log WHERE seq > ?1")?;
    Ok(statement.query_row([seq], |row| row.get::<_, i64>(0))?.unsigned_abs())
}

/// Takes all rows up to and including `seq` out.
pub(super) fn remove_until(connection: &Connection, seq: i64) -> Result<(), StoreError> {
    connection.prepare_cached("DELETE FROM log WHERE seq <= ?1")?.execute([seq])?;
    meta::set(connection, TAKEN_OUT, seq)
}

/// The entry whose columns `ts, lag, v` begin at `first`.
pub(super) fn entry(row: &rusqlite::Row<'_>, first: usize) -> rusqlite::Result<Entry> {
    let arrival = row.get::<_, Option<i64>>(first + 1)?.map_or(Arrival::Dating, Arrival::After);
    let number = match row.get_ref(first + 2)? {
        ValueRef::Integer(integer) => real(integer),
        other => other.as_f64()?,
    };
    Ok(Entry { ts: row.get(first)?, arrival, number })
}
