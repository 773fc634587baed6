//! The log: where a reading goes first, and stays until it is sealed. A row holds the readings of one commit, packed:
//! what is written with each commit is what wears a memory card. In a file from before, rows may hold one reading each.

use std::collections::{BTreeMap, HashMap};

use domain::Instant;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, params};

use super::meta;
use crate::kept::Arrival;
use crate::ports::StoreError;
use crate::sqlite::codec::entry::{Entry, real};
use crate::sqlite::codec::log_row;
use crate::sqlite::codec::series_id::SeriesId;

/// In `meta`: the last `seq` that was taken out. An empty log goes on behind it, so that no `seq` means two readings.
const TAKEN_OUT: &str = "log_taken_out";
/// Stands in the column `series` of a row that holds the readings of a commit. Its `ts` says how many, and its `seq`
/// is that of the first.
const PACKED: i64 = 0;

/// Adds readings to the log, as one row.
pub(in crate::sqlite) fn append(
    connection: &Connection,
    readings: &[(SeriesId, Entry)],
) -> Result<(), StoreError> {
    if readings.is_empty() {
        return Ok(());
    }
    let count = i64::try_from(readings.len()).expect("a batch fits into memory");
    connection
        .prepare_cached("INSERT INTO log(seq, series, ts, v) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![next(connection)?, PACKED, count, log_row::encode(readings)])?;
    Ok(())
}

/// The `seq` of the reading that is added next.
fn next(connection: &Connection) -> Result<i64, StoreError> {
    let sql = "SELECT seq + iif(series = ?1, ts, 1) FROM log ORDER BY seq DESC LIMIT 1";
    let mut statement = connection.prepare_cached(sql)?;
    let next = statement.query_row([PACKED], |row| row.get(0)).optional()?;
    if let Some(next) = next {
        return Ok(next);
    }
    Ok(meta::number(connection, TAKEN_OUT)?.unwrap_or(0) + 1)
}

/// A reading of the log.
#[derive(Clone, Copy, Debug)]
pub(in crate::sqlite) struct Row {
    /// Its place in the order of arrival.
    pub(in crate::sqlite) seq: i64,
    /// Whose reading.
    pub(in crate::sqlite) series: SeriesId,
    /// The reading.
    pub(in crate::sqlite) entry: Entry,
}

/// Gives every reading that arrived after `seq` to `see`, in the order of arrival, until that has had enough; at least
/// those that arrived together.
fn go_through(
    connection: &Connection,
    seq: i64,
    mut see: impl FnMut(Row) -> bool,
) -> Result<Vec<i64>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT seq, series, ts, lag, v FROM log
         WHERE seq >= coalesce((SELECT max(seq) FROM log WHERE seq <= ?1), ?1) ORDER BY seq",
    )?;
    let mut rows = statement.query([seq])?;
    let mut damaged = Vec::new();
    while let Some(row) = rows.next()? {
        let first = row.get(0)?;
        let readings = match row.get_ref(4)? {
            ValueRef::Blob(packed) => log_row::decode(packed).ok(),
            _ if row.get::<_, i64>(1)? == PACKED => None,
            _ => Some(vec![(row.get(1)?, single(row)?)]),
        };
        let Some(readings) = readings else {
            tracing::error!(seq = first, "readings of a commit are damaged and stay in the log");
            damaged.push(first);
            continue;
        };
        let mut is_enough = false;
        for (seq_of, (series, entry)) in (first..).zip(readings) {
            is_enough |= seq_of > seq && see(Row { seq: seq_of, series, entry });
        }
        if is_enough {
            break;
        }
    }
    Ok(damaged)
}

fn single(row: &rusqlite::Row<'_>) -> rusqlite::Result<Entry> {
    let arrival = row.get::<_, Option<i64>>(3)?.map_or(Arrival::Dating, Arrival::After);
    let number = match row.get_ref(4)? {
        ValueRef::Integer(integer) => real(integer),
        other => other.as_f64()?,
    };
    Ok(Entry { ts: row.get(2)?, arrival, number })
}

/// Gives every reading of the log to `see`.
pub(in crate::sqlite) fn all(
    connection: &Connection,
    mut see: impl FnMut(Row),
) -> Result<(), StoreError> {
    go_through(connection, i64::MIN, |row| {
        see(row);
        false
    })?;
    Ok(())
}

/// How many rows of the log there are, and those that cannot be read, named by the times of their neighbours.
pub(in crate::sqlite) fn inspect(
    connection: &Connection,
) -> Result<(u64, Vec<String>), StoreError> {
    let mut sound = BTreeMap::new();
    let damaged = go_through(connection, i64::MIN, |row| {
        sound.insert(row.seq, row.entry.ts);
        false
    })?;
    let told = |place: Option<(&i64, &i64)>, else_: &str| {
        place.map_or_else(|| else_.to_owned(), |(_, ts)| Instant::from_millis(*ts).to_string())
    };
    let name = |seq: &i64| {
        let (before, after) = (sound.range(..seq).next_back(), sound.range(seq..).next());
        format!(
            "readings of one commit in the log, stored between those of {} and of {}: checksum differs",
            told(before, "the start"),
            told(after, "now")
        )
    };
    let rows = connection.query_row("SELECT count(*) FROM log", [], |row| row.get::<_, i64>(0))?;
    Ok((rows.unsigned_abs(), damaged.iter().map(name).collect()))
}

/// The readings of one series in the log, in the order of `ts`.
pub(in crate::sqlite) fn of_series(
    connection: &Connection,
    series: SeriesId,
) -> Result<Vec<Entry>, StoreError> {
    Ok(of_several(connection, [series])?.remove(&series).unwrap_or_default())
}

/// The readings of several series in the log, each in the order of `ts`. The log is read once.
pub(in crate::sqlite) fn of_several(
    connection: &Connection,
    series: impl IntoIterator<Item = SeriesId>,
) -> Result<HashMap<SeriesId, Vec<Entry>>, StoreError> {
    let mut found: HashMap<SeriesId, Vec<Entry>> =
        series.into_iter().map(|series| (series, Vec::new())).collect();
    all(connection, |row| {
        if let Some(entries) = found.get_mut(&row.series) {
            entries.push(row.entry);
        }
    })?;
    for entries in found.values_mut() {
        entries.sort_by_key(|entry| entry.ts);
    }
    Ok(found)
}

/// The first readings that arrived after `seq`.
pub(in crate::sqlite) fn after(
    connection: &Connection,
    seq: i64,
    count: usize,
) -> Result<Vec<Row>, StoreError> {
    let mut found = Vec::new();
    go_through(connection, seq, |row| {
        found.push(row);
        found.len() >= count
    })?;
    found.truncate(count);
    Ok(found)
}

/// How many readings arrived after `seq`.
pub(in crate::sqlite) fn count_after(connection: &Connection, seq: i64) -> Result<u64, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT coalesce(sum(min(n, seq + n - 1 - ?1)), 0)
         FROM (SELECT seq, iif(series = ?2, ts, 1) AS n FROM log) WHERE seq + n - 1 > ?1",
    )?;
    Ok(statement.query_row([seq, PACKED], |row| row.get::<_, i64>(0))?.unsigned_abs())
}

/// What arrived first.
#[derive(Debug)]
pub(in crate::sqlite) struct Oldest {
    /// The readings.
    pub(in crate::sqlite) rows: Vec<Row>,
    /// Whether there are no others.
    pub(in crate::sqlite) are_all: bool,
    /// Rows among them that cannot be read.
    damaged: Vec<i64>,
}

/// The oldest readings: all of those that arrived together, `count` or some more.
pub(in crate::sqlite) fn oldest(
    connection: &Connection,
    count: usize,
) -> Result<Oldest, StoreError> {
    let mut rows = Vec::new();
    let damaged = go_through(connection, i64::MIN, |row| {
        rows.push(row);
        rows.len() >= count
    })?;
    let are_all = rows.len() < count;
    Ok(Oldest { rows, are_all, damaged })
}

/// Takes the oldest readings out. Rows that cannot be read stay.
pub(in crate::sqlite) fn remove(
    connection: &Connection,
    oldest: &Oldest,
) -> Result<(), StoreError> {
    let Some(last) = oldest.rows.last() else { return Ok(()) };
    if oldest.are_all && oldest.damaged.is_empty() {
        // Without a condition, SQLite gives whole pages free and writes none of them.
        connection.execute("DELETE FROM log", [])?;
    } else {
        let damaged = format!("{:?}", oldest.damaged);
        connection
            .prepare_cached(
                "DELETE FROM log WHERE seq <= ?1 AND seq NOT IN (SELECT value FROM json_each(?2))",
            )?
            .execute(params![last.seq, damaged])?;
    }
    meta::set(connection, TAKEN_OUT, last.seq)
}
