//! The table of rollups by quarter of an hour, and the civil days that follow from them. The rollups of a day follow from
//! its block and are rewritten with it; where readings are no longer kept, their rollups stay.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::calendar::{self, period_of};
use domain::rollup::{Basis, Rollup};
use domain::site::Retention;
use domain::{Instant, Period, Quantity};
use jiff::SignedDuration;
use jiff::tz::TimeZone;
use rusqlite::{Connection, OptionalExtension, params};

use super::civil_days::Before;
use super::series;
use super::{blocks, civil_days, meta};
use crate::ports::StoreError;
use crate::sqlite::codec::entry::Entry;
use crate::sqlite::codec::quarters::{self, quarter_of};
use crate::sqlite::codec::rollup_block;
use crate::sqlite::codec::series_id::SeriesId;
use crate::sqlite::codec::slot::{Slot, Tier};
use crate::sqlite::settings::SqliteSettings;

/// Rules by which rollups are made, and for how long everything is kept.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::sqlite) struct Rules {
    /// The site's time zone.
    pub(in crate::sqlite) zone: TimeZone,
    /// Longest time for which a reading holds.
    pub(in crate::sqlite) longest_gap: SignedDuration,
    /// How long readings and rollups are kept.
    pub(in crate::sqlite) retention: Arc<Retention>,
}

impl Rules {
    /// The rules of these settings.
    pub(in crate::sqlite) fn of(settings: &SqliteSettings) -> Self {
        Self {
            zone: settings.timezone.clone(),
            longest_gap: settings.longest_gap,
            retention: Arc::new(settings.retention.clone()),
        }
    }

    /// For a series; `None` when this build does not know its quantity.
    pub(in crate::sqlite) fn basis(
        &self,
        connection: &Connection,
        series: SeriesId,
    ) -> Result<Option<Basis>, StoreError> {
        let quantity: Option<Quantity> = series::quantity(connection, series)?;
        Ok(quantity.map(|quantity| Basis::new(quantity, self.longest_gap)))
    }
}

/// In `meta`: the longest gap by which all rollups were made, in milliseconds; not there while some are yet to be.
const MADE_BY: &str = "rollup_gap";

/// Whether all rollups were made by this longest gap, as far as there are readings to make them of.
pub(in crate::sqlite) fn are_made_by(
    connection: &Connection,
    gap: SignedDuration,
) -> Result<bool, StoreError> {
    Ok(meta::number(connection, MADE_BY)?.map(i128::from) == Some(gap.as_millis()))
}

/// To be called before anything is written by another longest gap than before.
pub(in crate::sqlite) fn begin(
    connection: &Connection,
    gap: SignedDuration,
) -> Result<(), StoreError> {
    if are_made_by(connection, gap)? { Ok(()) } else { meta::remove(connection, MADE_BY) }
}

/// The day blocks whose rollups were made by another longest gap, or not at all; the newest first.
pub(in crate::sqlite) fn outdated(
    connection: &Connection,
    gap: SignedDuration,
) -> Result<Vec<Slot>, StoreError> {
    if are_made_by(connection, gap)? {
        return Ok(Vec::new());
    }
    let mut statement = connection.prepare_cached(
        "SELECT id FROM blk_d LEFT JOIN q15 USING (id) WHERE q15.gap IS NOT ?1 ORDER BY id DESC",
    )?;
    let days =
        statement.query_map([millis(gap)], |row| Ok(Slot::from_id(Tier::Day, row.get(0)?)))?;
    Ok(days.collect::<Result<_, _>>()?)
}

/// To be called once nothing is [`outdated`] any more.
pub(in crate::sqlite) fn all_made(
    connection: &Connection,
    gap: SignedDuration,
) -> Result<(), StoreError> {
    if are_made_by(connection, gap)? { Ok(()) } else { meta::set(connection, MADE_BY, millis(gap)) }
}

/// The stored rollups of a day.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::sqlite) struct StoredDay {
    /// By quarter of an hour.
    pub(in crate::sqlite) quarters: Vec<Rollup>,
    /// By which longest gap they were made, in milliseconds.
    pub(in crate::sqlite) gap: i64,
    /// Whether some are of readings that are no longer kept, though there are readings of the day.
    pub(in crate::sqlite) partly: bool,
}

/// Whether a day block is stored.
fn has_block(connection: &Connection, day: Slot) -> Result<bool, StoreError> {
    let mut statement = connection.prepare_cached("SELECT 1 FROM blk_d WHERE id = ?1")?;
    Ok(statement.exists([day.id()])?)
}

/// The stored rollups of a day.
///
/// # Errors
/// [`StoreError::Damaged`] when they cannot be read.
pub(in crate::sqlite) fn read_day(
    connection: &Connection,
    day: Slot,
) -> Result<Option<StoredDay>, StoreError> {
    let sql = "SELECT data, gap, partly FROM q15 WHERE id = ?1";
    let row = connection
        .prepare_cached(sql)?
        .query_row([day.id()], |row| {
            let quarters = rollup_block::decode(row.get_ref(0)?.as_blob()?, quarters::stretch(day));
            Ok((quarters, row.get(1)?, row.get(2)?))
        })
        .optional();
    let damaged = |fault: &dyn std::fmt::Display| {
        let name = series::name(connection, day.series);
        StoreError::Damaged { what: format!("rollups of {name}, {}: {fault}", day.describe()) }
    };
    match row.map_err(StoreError::from) {
        Ok(None) => Ok(None),
        Ok(Some((Ok(quarters), gap, partly))) => Ok(Some(StoredDay { quarters, gap, partly })),
        Ok(Some((Err(fault), ..))) => Err(damaged(&fault)),
        Err(StoreError::Damaged { what }) => Err(damaged(&what)),
        Err(other) => Err(other),
    }
}

/// Rollups of a day from the stored ones and those of the readings that are still kept: where these are only a part of
/// all readings, for each quarter of an hour the rollup of more readings.
pub(in crate::sqlite) fn day_rollups(
    connection: &Connection,
    day: Slot,
    stored: Option<StoredDay>,
    kept: Vec<Rollup>,
) -> Result<Vec<Rollup>, StoreError> {
    let Some(stored) = stored else { return Ok(kept) };
    if !stored.partly && has_block(connection, day)? {
        return Ok(kept);
    }
    let of = |rollup: &Rollup| quarter_of(rollup.first.0.as_millis());
    let mut merged: BTreeMap<i64, Rollup> =
        stored.quarters.into_iter().map(|rollup| (of(&rollup), rollup)).collect();
    for rollup in kept {
        let larger = merged.entry(of(&rollup)).or_insert(rollup);
        if larger.count <= rollup.count {
            *larger = rollup;
        }
    }
    Ok(merged.into_values().collect())
}

/// Rolls a UTC day up: its quarters of an hour, and the civil days that it is a part of. To be called before its
/// block is written.
pub(in crate::sqlite) fn write_day(
    connection: &Connection,
    day: Slot,
    entries: &[Entry],
    rules: &Rules,
) -> Result<(), StoreError> {
    let Some(basis) = rules.basis(connection, day.series)? else { return Ok(()) };
    let stored = match read_day(connection, day) {
        Err(StoreError::Damaged { what }) => {
            tracing::error!(what, "store holds damaged rollups; they are made again");
            None
        }
        stored => stored?,
    };
    let partly = match &stored {
        Some(stored) => stored.partly || !has_block(connection, day)?,
        None => false,
    };
    let merged = day_rollups(connection, day, stored, quarters::roll_up(entries, &basis))?;
    if merged.is_empty() {
        return Ok(());
    }
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO q15(id, gap, partly, data) VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute(params![
            day.id(),
            millis(rules.longest_gap),
            partly,
            rollup_block::encode(quarters::stretch(day), &merged)
        ])?;
    write_civil_days(connection, day.series, (day.start(), day.end()), &basis, &rules.zone)
}

/// Rolls up a day again whose block is not changed.
pub(in crate::sqlite) fn rewrite_day(
    connection: &Connection,
    day: Slot,
    rules: &Rules,
) -> Result<(), StoreError> {
    match blocks::read(connection, day) {
        Ok(entries) => write_day(connection, day, &entries, rules),
        Err(StoreError::Damaged { what }) => {
            tracing::error!(what, "store holds a damaged block; nothing is summarised of it");
            Ok(())
        }
        Err(other) => Err(other),
    }
}

/// Whether a day has no rollups.
pub(in crate::sqlite) fn is_missing(
    connection: &Connection,
    day: Slot,
) -> Result<bool, StoreError> {
    let mut statement = connection.prepare_cached("SELECT 1 FROM q15 WHERE id = ?1")?;
    Ok(!statement.exists([day.id()])?)
}

/// Takes the oldest quarters of an hour out, of `count` days at most and before the day block of this id.
pub(in crate::sqlite) fn remove_quarters_before(
    connection: &Connection,
    series: SeriesId,
    id: i64,
    count: usize,
) -> Result<(), StoreError> {
    let sql = "DELETE FROM q15 WHERE id IN
               (SELECT id FROM q15 WHERE series = ?1 AND id < ?2 ORDER BY id LIMIT ?3)";
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    connection.prepare_cached(sql)?.execute(params![series, id, count])?;
    Ok(())
}

/// Rolls up all civil days of a series again.
pub(in crate::sqlite) fn rewrite_civil_days(
    connection: &Connection,
    series: SeriesId,
    rules: &Rules,
) -> Result<(), StoreError> {
    let Some(basis) = rules.basis(connection, series)? else { return Ok(()) };
    let Some(span) = quarters_span(connection, series)? else { return Ok(()) };
    // Civil days older than any quarter of an hour stay as they are: there is nothing to make them of.
    let oldest = civil_days::number(Instant::from_millis(span.0), &rules.zone);
    civil_days::remove_since(connection, series, oldest, &rules.zone)?;
    write_civil_days(connection, series, span, &basis, &rules.zone)
}

/// From the first UTC day of a series that has quarters of an hour to the end of the last one.
fn quarters_span(
    connection: &Connection,
    series: SeriesId,
) -> Result<Option<(i64, i64)>, StoreError> {
    let mut bounds =
        connection.prepare_cached("SELECT min(id), max(id) FROM q15 WHERE series = ?1")?;
    let bounds: (Option<i64>, Option<i64>) =
        bounds.query_row([series], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let day = |id| Slot::from_id(Tier::Day, id);
    let (Some(first), Some(last)) = bounds else { return Ok(None) };
    Ok(Some((day(first).start(), day(last).end())))
}

/// Writes the rollups of the civil days that overlap a stretch of time.
fn write_civil_days(
    connection: &Connection,
    series: SeriesId,
    span: (i64, i64),
    basis: &Basis,
    zone: &TimeZone,
) -> Result<(), StoreError> {
    let days = civil_days_in(connection, series, span, basis, zone)?;
    if civil_days::write(connection, series, &days, zone)? == Before::Readable {
        return Ok(());
    }
    // What else the damaged rows held is made again as well.
    let Some(all) = quarters_span(connection, series)? else { return Ok(()) };
    let days = civil_days_in(connection, series, all, basis, zone)?;
    civil_days::write(connection, series, &days, zone)?;
    Ok(())
}

/// The rollups of the civil days that overlap a stretch of time, from those by quarter of an hour.
fn civil_days_in(
    connection: &Connection,
    series: SeriesId,
    (from, until): (i64, i64),
    basis: &Basis,
    zone: &TimeZone,
) -> Result<Vec<Rollup>, StoreError> {
    let mut days: Vec<(Period, Rollup)> = Vec::new();
    // The civil days at both ends reach into the UTC days around.
    let civil = |ts| period_of(calendar::Step::Day, Instant::from_millis(ts), zone);
    let span = (civil(from).start().as_millis(), civil(until - 1).end().as_millis());
    for day in days_with_rollups(connection, series, span)? {
        let Some(stored) = readable(connection, day)? else { continue };
        for quarter in stored.quarters {
            let at = quarter.first.0;
            if !(span.0..span.1).contains(&at.as_millis()) {
                continue;
            }
            match days.last_mut() {
                Some((period, so_far)) if period.contains(at) => {
                    *so_far = so_far.then(quarter, basis);
                }
                _ => days.push((civil(at.as_millis()), quarter)),
            }
        }
    }
    Ok(days.into_iter().map(|(_, rollup)| rollup).collect())
}

fn readable(connection: &Connection, day: Slot) -> Result<Option<StoredDay>, StoreError> {
    match read_day(connection, day) {
        Err(StoreError::Damaged { what }) => {
            tracing::error!(what, "store holds damaged rollups; they are left out of civil days");
            Ok(None)
        }
        stored => stored,
    }
}

/// The UTC days of a series that have rollups and overlap a stretch of time, in order.
pub(in crate::sqlite) fn days_with_rollups(
    connection: &Connection,
    series: SeriesId,
    (from, until): (i64, i64),
) -> Result<Vec<Slot>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT id FROM q15 WHERE series = ?1 AND id BETWEEN ?2 AND ?3 ORDER BY id",
    )?;
    let id = |ts| Slot::of(Tier::Day, series, ts).id();
    let days = statement.query_map(params![series, id(from), id(until - 1)], |row| {
        Ok(Slot::from_id(Tier::Day, row.get(0)?))
    })?;
    Ok(days.collect::<Result<_, _>>()?)
}

fn millis(gap: SignedDuration) -> i64 {
    i64::try_from(gap.as_millis()).unwrap_or(i64::MAX)
}
