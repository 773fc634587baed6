//! The rollups by civil day of the site, 32 days of a series in a row. They follow from those by quarter of an hour, and
//! outlive them.

use std::ops::RangeInclusive;

use domain::calendar::{self, period_of};
use domain::rollup::Rollup;
use domain::{Instant, Period};
use jiff::SignedDuration;
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::series;
use crate::ports::StoreError;
use crate::sqlite::codec::rollup_block::{self, Stretch};
use crate::sqlite::codec::series_id::SeriesId;
use crate::sqlite::codec::slot::Tier;

/// How many civil days a row holds.
const DAYS: i64 = 32;
/// In a row's id: the first one since 1970. No clock reaches so far.
const ORIGIN: i64 = 1 << 19;

/// A row: which 32 days of which series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Part {
    series: SeriesId,
    number: i64,
}

impl Part {
    const fn of(series: SeriesId, day: i64) -> Self {
        Self { series, number: day.div_euclid(DAYS) }
    }

    const fn from_id(id: i64) -> Self {
        let series = SeriesId::of_block(id >> SeriesId::BITS);
        Self { series, number: (id & ((1 << SeriesId::BITS) - 1)) - ORIGIN }
    }

    const fn id(self) -> i64 {
        (self.series.get() << SeriesId::BITS) | (self.number + ORIGIN)
    }

    /// Where its rollups lie, whatever the zone: civil days begin within a day of those of UTC.
    const fn stretch(self) -> Stretch {
        let day = Tier::Day.length();
        Stretch { start: (self.number * DAYS - 1) * day, length: (DAYS + 2) * day, each: 2 * day }
    }

    fn decode(self, connection: &Connection, data: &[u8]) -> Result<Vec<Rollup>, StoreError> {
        rollup_block::decode(data, self.stretch()).map_err(|fault| {
            let name = series::name(connection, self.series);
            let from = Instant::from_millis(self.number * DAYS * Tier::Day.length());
            StoreError::Damaged { what: format!("rollups of {name}, days from {from}: {fault}") }
        })
    }

    /// What is stored; nothing where there is no row.
    fn read(self, connection: &Connection) -> Result<Vec<Rollup>, StoreError> {
        let sql = "SELECT data FROM rd WHERE id = ?1";
        let data: Option<Vec<u8>> =
            connection.prepare_cached(sql)?.query_row([self.id()], |row| row.get(0)).optional()?;
        data.map_or(Ok(Vec::new()), |data| self.decode(connection, &data))
    }

    /// Stores these in place of what was there.
    fn write(self, connection: &Connection, days: &[Rollup]) -> Result<(), StoreError> {
        if days.is_empty() {
            connection.prepare_cached("DELETE FROM rd WHERE id = ?1")?.execute([self.id()])?;
            return Ok(());
        }
        let data = rollup_block::encode(self.stretch(), days);
        connection
            .prepare_cached("INSERT OR REPLACE INTO rd(id, data) VALUES (?1, ?2)")?
            .execute(params![self.id(), data])?;
        Ok(())
    }
}

/// The stored rollups of the civil days of a series that overlap `span`, in order.
///
/// # Errors
/// [`StoreError::Damaged`] when some cannot be read.
pub(in crate::sqlite) fn read(
    connection: &Connection,
    series: SeriesId,
    span: Period,
    zone: &TimeZone,
) -> Result<Vec<Rollup>, StoreError> {
    let last = span.end() - SignedDuration::from_millis(1);
    let days = number(span.start(), zone)..=number(last, zone);
    let mut statement =
        connection.prepare_cached("SELECT id, data FROM rd WHERE id BETWEEN ?1 AND ?2")?;
    let id = |day| Part::of(series, day).id();
    let mut rows = statement.query([id(*days.start()), id(*days.end())])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let part = Part::from_id(row.get(0)?);
        let stored = part.decode(connection, row.get_ref(1)?.as_blob().unwrap_or_default())?;
        found.extend(stored.into_iter().filter(|rollup| span.contains(rollup.first.0)));
    }
    Ok(found)
}

/// Goes through the rows after `after` in the order of their ids, `count` at most: the last id, and those that cannot be read.
pub(in crate::sqlite) fn inspect(
    connection: &Connection,
    after: i64,
    count: usize,
) -> Result<(Option<i64>, Vec<String>), StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT id, data FROM rd WHERE id > ?1 ORDER BY id LIMIT ?2")?;
    let mut rows = statement.query(params![after, i64::try_from(count).unwrap_or(i64::MAX)])?;
    let (mut last, mut damaged) = (None, Vec::new());
    while let Some(row) = rows.next()? {
        let id = row.get(0)?;
        last = Some(id);
        let data = row.get_ref(1)?.as_blob().unwrap_or_default();
        if let Err(StoreError::Damaged { what }) = Part::from_id(id).decode(connection, data) {
            damaged.push(what);
        }
    }
    Ok((last, damaged))
}

/// How rows were found that were written over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sqlite) enum Before {
    Readable,
    /// Other days of a row are lost with it.
    Damaged,
}

/// Stores civil days, which are in order, in place of what was stored of them.
pub(in crate::sqlite) fn write(
    connection: &Connection,
    series: SeriesId,
    days: &[Rollup],
    zone: &TimeZone,
) -> Result<Before, StoreError> {
    let mut before = Before::Readable;
    let of = |rollup: &Rollup| number(rollup.first.0, zone);
    let part = |rollup: &Rollup| Part::of(series, of(rollup));
    for days in days.chunk_by(|a, b| part(a) == part(b)) {
        let part = part(&days[0]);
        let renewed: Vec<i64> = days.iter().map(of).collect();
        let stored = readable(connection, part)?;
        if stored.is_none() {
            before = Before::Damaged;
        }
        let mut all = stored.unwrap_or_default();
        all.retain(|stored| !renewed.contains(&of(stored)));
        all.extend(days);
        all.sort_by_key(|rollup| rollup.first.0);
        part.write(connection, &all)?;
    }
    Ok(before)
}

/// What is stored, or `None` and a word to the log when it is damaged.
fn readable(connection: &Connection, part: Part) -> Result<Option<Vec<Rollup>>, StoreError> {
    match part.read(connection) {
        Err(StoreError::Damaged { what }) => {
            tracing::error!(what, "store holds damaged rollups; they are made again");
            Ok(None)
        }
        stored => stored.map(Some),
    }
}

/// Takes the civil days from that of this number on out.
pub(in crate::sqlite) fn remove_since(
    connection: &Connection,
    series: SeriesId,
    day: i64,
    zone: &TimeZone,
) -> Result<(), StoreError> {
    let part = Part::of(series, day);
    let mut stay = readable(connection, part)?.unwrap_or_default();
    stay.retain(|rollup| number(rollup.first.0, zone) < day);
    let rows = ids(part..=Part { series, number: ORIGIN - 1 });
    connection
        .prepare_cached("DELETE FROM rd WHERE id BETWEEN ?1 AND ?2")?
        .execute([*rows.start(), *rows.end()])?;
    part.write(connection, &stay)
}

/// Takes the oldest civil days out, `count` at most and before the day of this number.
pub(in crate::sqlite) fn remove_before(
    connection: &Connection,
    series: SeriesId,
    day: i64,
    mut count: usize,
    zone: &TimeZone,
) -> Result<(), StoreError> {
    let rows = ids(Part { series, number: -ORIGIN }..=Part::of(series, day));
    let mut oldest = connection
        .prepare_cached("SELECT id FROM rd WHERE id BETWEEN ?1 AND ?2 ORDER BY id LIMIT 2")?;
    let oldest = oldest.query_map([*rows.start(), *rows.end()], |row| row.get(0))?;
    let oldest: Vec<i64> = oldest.collect::<Result<_, _>>()?;
    for part in oldest.into_iter().map(Part::from_id) {
        let Some(mut stored) = readable(connection, part)? else {
            // Nobody can say which of them are older; once all are, they go.
            if part.number < Part::of(series, day).number {
                part.write(connection, &[])?;
            }
            continue;
        };
        let old = stored.iter().take_while(|rollup| number(rollup.first.0, zone) < day).count();
        let gone = old.min(count);
        count -= gone;
        if gone > 0 {
            stored.drain(..gone);
            part.write(connection, &stored)?;
        }
    }
    Ok(())
}

fn ids(parts: RangeInclusive<Part>) -> RangeInclusive<i64> {
    parts.start().id()..=parts.end().id()
}

/// Days from 1970-01-01 to the date that an instant has in the zone.
pub(in crate::sqlite) fn number(instant: Instant, zone: &TimeZone) -> i64 {
    const EPOCH: Date = date(1970, 1, 1);
    // By way of its start, as the calendar cuts days.
    let start = period_of(calendar::Step::Day, instant, zone).start();
    let date = start.to_jiff().to_zoned_datetime(zone.clone()).date();
    date.duration_since(EPOCH).as_hours() / 24
}

/// Packs what schema 7 kept in a row a day.
pub(in crate::sqlite) fn pack_rows(connection: &Connection) -> Result<(), StoreError> {
    let mut statement = connection.prepare(
        "SELECT series, day, n, sum, min, max, ft, f, lt, l, inc, falls, speed, covered, gaps, held FROM rd_by_row
         ORDER BY series, day",
    )?;
    let rows = statement
        .query_map([], |row| Ok((Part::of(row.get(0)?, row.get(1)?), rollup_of_row(row)?)))?;
    let mut open: Option<(Part, Vec<Rollup>)> = None;
    for row in rows {
        let (part, rollup) = row?;
        match &mut open {
            Some((of, days)) if *of == part => days.push(rollup),
            _ => {
                if let Some((part, days)) = open.replace((part, vec![rollup])) {
                    part.write(connection, &days)?;
                }
            }
        }
    }
    if let Some((part, days)) = open {
        part.write(connection, &days)?;
    }
    drop(statement);
    Ok(connection.execute_batch("DROP TABLE rd_by_row")?)
}

fn rollup_of_row(row: &Row<'_>) -> rusqlite::Result<Rollup> {
    let count = |column| row.get::<_, i64>(column).map(i64::unsigned_abs);
    let instant = |column| row.get(column).map(Instant::from_millis);
    Ok(Rollup {
        count: count("n")?,
        sum: row.get("sum")?,
        min: row.get("min")?,
        max: row.get("max")?,
        first: (instant("ft")?, row.get("f")?),
        last: (instant("lt")?, row.get("l")?),
        increase: row.get("inc")?,
        falls: count("falls")?,
        steepest: row.get("speed")?,
        covered_ms: row.get("covered")?,
        gaps: count("gaps")?,
        held: row.get("held")?,
    })
}
