//! The table of imports: which days of a series were imported, and when.

use domain::storage::Imported;
use rusqlite::{Connection, params};

use crate::ports::StoreError;
use crate::sqlite::codec::series_id::SeriesId;

/// Notes that readings of these days were imported.
pub(in crate::sqlite) fn note(
    connection: &Connection,
    series: SeriesId,
    Imported { first, last, on }: Imported,
) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO imported(series, on_day, first, last) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT DO UPDATE SET first = min(first, excluded.first), last = max(last, excluded.last)",
        )?
        .execute(params![series, on, first, last])?;
    Ok(())
}

/// All imports of a series.
pub(in crate::sqlite) fn of_series(
    connection: &Connection,
    series: SeriesId,
) -> Result<Vec<Imported>, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT first, last, on_day FROM imported WHERE series = ?1")?;
    let found = statement.query_map([series], |row| {
        Ok(Imported { first: row.get(0)?, last: row.get(1)?, on: row.get(2)? })
    })?;
    Ok(found.collect::<Result<_, _>>()?)
}
