//! The tables of summaries. What stands in them of a day always follows from the day's block, and is made whole again
//! whenever that is written.

use domain::calendar::{Step, period_of};
use domain::{Instant, Period};
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use rusqlite::types::Value as Column;
use rusqlite::{Connection, Row, params};

use super::decimals::Decimals;
use super::entry::{Entry, real, whole};
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
    let counts_up = counts_up(connection, day.series)?;
    connection
        .prepare_cached("DELETE FROM r15 WHERE series = ?1 AND t >= ?2 AND t < ?3")?
        .execute(params![day.series, day.start(), day.end()])?;
    for quarter in entries.chunk_by(|a, b| quarter_start(a) == quarter_start(b)) {
        write_quarter(connection, day.series, quarter, counts_up)?;
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
    let bounds: (Option<i64>, Option<i64>) =
        bounds.query_row([series], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let (Some(first), Some(last)) = bounds else { return Ok(()) };
    write_civil_days(connection, series, (first, last + QUARTER), zone)
}

/// Writes the summary of readings of one quarter of an hour.
fn write_quarter(
    connection: &Connection,
    series: SeriesId,
    entries: &[Entry],
    counts_up: bool,
) -> Result<(), StoreError> {
    let numbers: Vec<f64> = entries.iter().map(|entry| entry.number).collect();
    let decimals = Decimals::of_all(&numbers);
    let rollup = match &decimals {
        // Of the integers, so that their sums are exact.
        Some((_, scaled)) => Rollup::of_all(
            entries
                .iter()
                .zip(scaled)
                .map(|(e, scaled)| Rollup::from(&Entry { number: real(*scaled), ..*e })),
        ),
        None => Rollup::of_all(entries.iter().map(Rollup::from)),
    };
    let Some(Rollup { count, sum, min, max, first, last, increase }) = rollup else {
        return Ok(());
    };
    let decimals = decimals.map(|(decimals, _)| decimals.count());
    let number = |number| match decimals {
        Some(_) => whole(number).map_or(Column::Real(number), Column::Integer),
        None => Column::Real(number),
    };
    let start = quarter_start(&entries[0]);
    connection
        .prepare_cached(
            "INSERT INTO r15 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        )?
        .execute(params![
            series,
            start,
            count,
            decimals,
            number(sum),
            number(min),
            number(max),
            first.0 - start,
            number(first.1),
            last.0 - start,
            number(last.1),
            counts_up.then(|| number(increase)),
        ])?;
    Ok(())
}

/// The columns `t, n, dec, sum, min, max, ft, f, lt, l, inc` of a quarter of an hour.
fn read_quarter(row: &Row<'_>) -> rusqlite::Result<Rollup> {
    let start: i64 = row.get(0)?;
    let decimals = row.get::<_, Option<u8>>(2)?.and_then(Decimals::new);
    let number = |column: usize| -> rusqlite::Result<f64> {
        Ok(match row.get::<_, Column>(column)? {
            Column::Integer(integer) => decimals.map_or(real(integer), |d| d.number(integer)),
            // A sum that outgrew the exact integers is scaled all the same.
            Column::Real(number) => decimals.map_or(number, |d| number * d.number(1)),
            _ => 0.0,
        })
    };
    Ok(Rollup {
        count: row.get(1)?,
        sum: number(3)?,
        min: number(4)?,
        max: number(5)?,
        first: (start + row.get::<_, i64>(6)?, number(7)?),
        last: (start + row.get::<_, i64>(8)?, number(9)?),
        increase: number(10)?,
    })
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
    // Days without readings are stepped over.
    while let Some(quarter) = first_quarter(connection, series, next, until)? {
        let civil = period_of(Step::Day, Instant::from_millis(quarter), zone);
        if let Some(Rollup { count, sum, min, max, first, last, increase }) =
            read(connection, series, civil)?
        {
            let day = day_number(civil, zone);
            let increase = counts_up.then_some(increase);
            insert.execute(params![
                series, day, count, sum, min, max, first.0, first.1, last.0, last.1, increase
            ])?;
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
    Ok(statement.query_row(params![series, from, until], |row| row.get(0))?)
}

/// The summary of the quarters of a period.
fn read(
    connection: &Connection,
    series: SeriesId,
    period: Period,
) -> Result<Option<Rollup>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT t, n, dec, sum, min, max, ft, f, lt, l, inc FROM r15
         WHERE series = ?1 AND t >= ?2 AND t < ?3 ORDER BY t",
    )?;
    let bounds = params![series, period.start().as_millis(), period.end().as_millis()];
    let quarters = statement.query_map(bounds, read_quarter)?;
    Ok(Rollup::of_all(quarters.collect::<Result<Vec<_>, _>>()?))
}

fn counts_up(connection: &Connection, series: SeriesId) -> Result<bool, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT kind = 'register' FROM series WHERE id = ?1")?;
    Ok(statement.query_row([series], |row| row.get(0))?)
}

const fn quarter_start(entry: &Entry) -> i64 {
    entry.ts.div_euclid(QUARTER) * QUARTER
}

/// Days from 1970-01-01 to the date of a civil day.
fn day_number(civil: Period, zone: &TimeZone) -> i64 {
    const EPOCH: Date = date(1970, 1, 1);
    let date = civil.start().to_jiff().to_zoned_datetime(zone.clone()).date();
    date.duration_since(EPOCH).as_hours() / 24
}
