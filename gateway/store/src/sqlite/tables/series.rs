//! The table of series: number, device family and time zone of each source.

use std::collections::HashMap;

use domain::{Quantity, Source};
use jiff::tz::TimeZone;
use rusqlite::types::{FromSql, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::ports::StoreError;
use crate::sqlite::codec::series_id::SeriesId;

impl ToSql for SeriesId {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.get().into())
    }
}

impl FromSql for SeriesId {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        i64::column_result(value).map(Self::of_row)
    }
}

/// The series of `source`, when it has one.
pub(in crate::sqlite) fn find(
    connection: &Connection,
    source: &Source,
) -> Result<Option<SeriesId>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT id FROM series WHERE device = ?1 AND quantity = ?2 AND channel = ?3",
    )?;
    let key = params![source.device.as_str(), source.quantity.name(), channel(source)];
    Ok(statement.query_row(key, |row| row.get(0)).optional()?)
}

/// Gives `source` a series.
pub(in crate::sqlite) fn add(
    connection: &Connection,
    source: &Source,
) -> Result<SeriesId, StoreError> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO series(device, quantity, channel, kind, unit) VALUES (?1, ?2, ?3, ?4, ?5) RETURNING id",
    )?;
    let quantity = source.quantity;
    let kind = format!("{:?}", quantity.kind()).to_lowercase();
    let row =
        params![source.device.as_str(), quantity.name(), channel(source), kind, quantity.unit()];
    Ok(statement.query_row(row, |row| row.get(0))?)
}

/// Sets the device family of a series.
pub(in crate::sqlite) fn set_family(
    connection: &Connection,
    series: SeriesId,
    family: &str,
) -> Result<(), StoreError> {
    let mut statement = connection
        .prepare_cached("UPDATE series SET family = ?2 WHERE id = ?1 AND family IS NOT ?2")?;
    statement.execute(params![series, family])?;
    Ok(())
}

/// Device family of each series that has one.
pub(in crate::sqlite) fn families(
    connection: &Connection,
) -> Result<HashMap<SeriesId, String>, StoreError> {
    let mut statement =
        connection.prepare("SELECT id, family FROM series WHERE family IS NOT NULL")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Every series. Sources that this build cannot name, written by a newer one, are left out with a warning.
pub(in crate::sqlite) fn all(
    connection: &Connection,
) -> Result<Vec<(SeriesId, Source)>, StoreError> {
    read_all(connection, "SELECT id, device, quantity, channel FROM series")
}

/// Every series as the table has it, whatever its index says.
pub(in crate::sqlite) fn all_of_table(
    connection: &Connection,
) -> Result<Vec<(SeriesId, Source)>, StoreError> {
    read_all(connection, "SELECT id, device, quantity, channel FROM series NOT INDEXED")
}

/// Every series as the index of their names has it, whatever the table says.
pub(in crate::sqlite) fn all_of_index(
    connection: &Connection,
) -> Result<Vec<(SeriesId, Source)>, StoreError> {
    // In this order they are read from the index alone.
    let sql = "SELECT id, device, quantity, channel FROM series ORDER BY device, quantity, channel";
    read_all(connection, sql)
}

fn read_all(connection: &Connection, sql: &str) -> Result<Vec<(SeriesId, Source)>, StoreError> {
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([], |row| Ok((row.get::<_, SeriesId>(0)?, source(row, 1)?)))?;
    let mut series = Vec::new();
    for row in rows {
        match row? {
            (id, Ok(source)) => series.push((id, source)),
            (id, Err(UnknownSource)) => {
                tracing::warn!(
                    series.id = id.get(),
                    "store holds a series that this build does not know"
                );
            }
        }
    }
    Ok(series)
}

/// Series by device: those of one have the same number.
pub(in crate::sqlite) fn devices(
    connection: &Connection,
) -> Result<HashMap<SeriesId, i64>, StoreError> {
    let mut statement =
        connection.prepare("SELECT id, dense_rank() OVER (ORDER BY device) FROM series")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// What is measured; `None` when this build does not know it.
pub(in crate::sqlite) fn quantity(
    connection: &Connection,
    series: SeriesId,
) -> Result<Option<Quantity>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT quantity FROM series WHERE id = ?1")?;
    Ok(statement.query_row([series], |row| Ok(row.get_ref(0)?.as_str()?.parse().ok()))?)
}

/// Whether the table has it.
pub(in crate::sqlite) fn is_known(
    connection: &Connection,
    series: SeriesId,
) -> Result<bool, StoreError> {
    Ok(connection.prepare_cached("SELECT 1 FROM series WHERE id = ?1")?.exists([series])?)
}

/// The time zone by which its civil days are rolled up, as [`zone_name`] gives it.
pub(in crate::sqlite) fn day_zone(
    connection: &Connection,
    series: SeriesId,
) -> Result<Option<String>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT day_zone FROM series WHERE id = ?1")?;
    Ok(statement.query_row([series], |row| row.get(0))?)
}

/// Names a time zone in the file.
pub(in crate::sqlite) fn zone_name(zone: &TimeZone) -> String {
    zone.iana_name().map_or_else(|| format!("{zone:?}"), str::to_owned)
}

/// The source's name for people, also when this build does not know its quantity.
pub(in crate::sqlite) fn name(connection: &Connection, series: SeriesId) -> String {
    let sql = "SELECT rtrim(device || ' ' || quantity || ' ' || channel) FROM series WHERE id = ?1";
    let name = connection.query_row(sql, [series], |row| row.get(0));
    name.unwrap_or_else(|_| format!("series {}", series.get()))
}

/// A row of the series table whose source this build does not know.
struct UnknownSource;

fn source(row: &Row<'_>, first: usize) -> rusqlite::Result<Result<Source, UnknownSource>> {
    let (device, quantity) = (row.get_ref(first)?.as_str()?, row.get_ref(first + 1)?.as_str()?);
    let channel = row.get_ref(first + 2)?.as_str()?;
    let parse = || {
        let channel = if channel.is_empty() { None } else { Some(channel.parse().ok()?) };
        let quantity = quantity.parse::<Quantity>().ok()?;
        Some(Source { device: device.parse().ok()?, quantity, channel })
    };
    Ok(parse().ok_or(UnknownSource))
}

/// No channel is empty, so the empty text stands for none; NULLs would not be equal to one another.
fn channel(source: &Source) -> &str {
    source.channel.as_ref().map_or("", |channel| channel.as_str())
}
