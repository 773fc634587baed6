//! The row log: where a reading goes first, and stays until it is sealed.

use rusqlite::types::{Value as Column, ValueRef};
use rusqlite::{Connection, Row, params};

use super::entry::{Entry, real, whole};
use super::series::SeriesId;
use crate::kept::Arrival;
use crate::ports::StoreError;

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
        .prepare_cached("INSERT INTO log(series, ts, lag, v) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![series, entry.ts, lag, value])?;
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

/// The entry whose columns `ts, lag, v` begin at `first`.
pub(super) fn entry(row: &Row<'_>, first: usize) -> rusqlite::Result<Entry> {
    let arrival = row.get::<_, Option<i64>>(first + 1)?.map_or(Arrival::Dating, Arrival::After);
    let number = match row.get_ref(first + 2)? {
        ValueRef::Integer(integer) => real(integer),
        other => other.as_f64()?,
    };
    Ok(Entry { ts: row.get(first)?, arrival, number })
}
