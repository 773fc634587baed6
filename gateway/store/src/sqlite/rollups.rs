//! The tables of summaries. What stands in them of a day always follows from the day's block, and is made whole again
//! whenever that is written.

use domain::calendar::{Step, period_of};
use domain::{Instant, Period};
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use rusqlite::{Connection, OptionalExtension, Row, Statement, ToSql, params};

use super::entry::Entry;
use super::rollup::Rollup;
use super::series::SeriesId;
use super::slot::Slot;
use crate::ports::StoreError;

/// Every offset in use is a multiple of this, so that these summaries compose into civil days.
const QUARTER: i64 = 15 * 60 * 1000;

/// Summarises a UTC day: its quarters of an hour, and the civil days that it is a part of.
pub(super) fn write_day(
    connection: &Connection,
    day: Slot,
    entries: &[Entry],
    zone: &TimeZone,
) -> Result<(), StoreError> {
    connection
        .prepare_cached("DELETE FROM r15 WHERE series = ?1 AND t >= ?2 AND t < ?3")?
        .execute(params![day.series, day.start(), day.end()])?;
    let counts_up = counts_up(connection, day.series)?;
    let mut insert = connection
        .prepare_cached("INSERT INTO r15 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)")?;
    for quarter in entries.chunk_by(|a, b| quarter(a) == quarter(b)) {
        if let Some(rollup) = Rollup::of_all(quarter.iter().map(Rollup::from)) {
            write(&mut insert, day.series, quarter_start(&quarter[0]), rollup, counts_up)?;
        }
    }
    write_civil_days(connection, day.series, (day.start(), day.end()), zone)
}

/// Summarises all civil days of a series again.
pub(super) fn rewrite_civil_days(
    connection: &Connection,
    series: SeriesId,
    zone: &TimeZone,
) -> Result<(), StoreError> {
    connection.prepare_cached("DELETE FROM rd WHERE series = ?1")?.execute([series])?;
    let mut bounds =
        connection.prepare_cached("SELECT min(t), max(t) FROM r15 WHERE series = ?1")?;
    let (first, last) = bounds.query_row([series], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let (Some(first), Some(last)): (Option<i64>, Option<i64>) = (first, last) else {
        return Ok(());
    };
    write_civil_days(connection, series, (first, last + QUARTER), zone)
}

/// Summarises the civil days that overlap a stretch of time.
fn write_civil_days(
    connection: &Connection,
    series: SeriesId,
    (from, until): (i64, i64),
    zone: &TimeZone,
) -> Result<(), StoreError> {
    let counts_up = counts_up(connection, series)?;
    let mut insert = connection.prepare_cached(
        "INSERT OR REPLACE INTO rd VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )?;
    let mut next = from;
    while next < until {
        // Days without readings are stepped over.
        let Some(quarter) = first_quarter(connection, series, next, until)? else { break };
        let civil = period_of(Step::Day, Instant::from_millis(quarter), zone);
        if let Some(rollup) = summary(connection, series, civil)? {
            write(&mut insert, series, day_number(civil, zone), rollup, counts_up)?;
        }
        next = civil.end().as_millis();
    }
    Ok(())
}

fn first_quarter(
    connection: &Connection,
    series: SeriesId,
    from: i64,
    until: i64,
) -> Result<Option<i64>, StoreError> {
    let mut statement = connection
        .prepare_cached("SELECT min(t) FROM r15 WHERE series = ?1 AND t >= ?2 AND t < ?3")?;
    Ok(statement.query_row(params![series, from, until], |row| row.get(0)).optional()?.flatten())
}

fn summary(
    connection: &Connection,
    series: SeriesId,
    period: Period,
) -> Result<Option<Rollup>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT n, sum, min, max, ft, f, lt, l, inc FROM r15 WHERE series = ?1 AND t >= ?2 AND t < ?3 ORDER BY t",
    )?;
    let bounds = params![series, period.start().as_millis(), period.end().as_millis()];
    let quarters = statement.query_map(bounds, rollup)?;
    Ok(Rollup::of_all(quarters.collect::<Result<Vec<_>, _>>()?))
}

fn rollup(row: &Row<'_>) -> rusqlite::Result<Rollup> {
    Ok(Rollup {
        count: row.get(0)?,
        sum: row.get(1)?,
        min: row.get(2)?,
        max: row.get(3)?,
        first: (row.get(4)?, row.get(5)?),
        last: (row.get(6)?, row.get(7)?),
        increase: row.get::<_, Option<f64>>(8)?.unwrap_or(0.0),
    })
}

fn write(
    insert: &mut Statement<'_>,
    series: SeriesId,
    time: i64,
    rollup: Rollup,
    counts_up: bool,
) -> Result<(), StoreError> {
    let Rollup { count, sum, min, max, first, last, increase } = rollup;
    let increase = counts_up.then_some(increase);
    let row: [&dyn ToSql; 11] =
        [&series, &time, &count, &sum, &min, &max, &first.0, &first.1, &last.0, &last.1, &increase];
    insert.execute(&row[..])?;
    Ok(())
}

fn counts_up(connection: &Connection, series: SeriesId) -> Result<bool, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT kind = 'register' FROM series WHERE id = ?1")?;
    Ok(statement.query_row([series], |row| row.get(0))?)
}

const fn quarter(entry: &Entry) -> i64 {
    entry.ts.div_euclid(QUARTER)
}

const fn quarter_start(entry: &Entry) -> i64 {
    quarter(entry) * QUARTER
}

/// Days from 1970-01-01 to the date of a civil day.
fn day_number(civil: Period, zone: &TimeZone) -> i64 {
    const EPOCH: Date = date(1970, 1, 1);
    let date = civil.start().to_jiff().to_zoned_datetime(zone.clone()).date();
    date.duration_since(EPOCH).as_hours() / 24
}
