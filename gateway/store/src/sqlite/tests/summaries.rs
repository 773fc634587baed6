//! Stored summaries against the readings they are of.

use std::collections::BTreeMap;

use domain::calendar::{self, Bucket, period_of};
use domain::rollup::{Basis, Rollup, Step, roll_up};
use domain::{Quantity, Value};
use jiff::SignedDuration;
use jiff::tz::TimeZone;
use rusqlite::params;

use super::codec::series_id::SeriesId;
use super::tables::civil_days;
use super::*;
use crate::conformance::{GAP, append, assert_alike, at, history, paris, reading, rollups, source};
use crate::ports::RollupRange;

/// What is stored of a civil day.
#[derive(Debug, PartialEq)]
struct Row {
    start: i64,
    count: i64,
    sum: f64,
    min: f64,
    max: f64,
    first: (i64, f64),
    last: (i64, f64),
    increase: f64,
}

fn days(subject: &Sqlite, zone: &TimeZone) -> Vec<Row> {
    let stranger = subject.stranger();
    let series: i64 = stranger.query_row("SELECT id FROM series", [], |row| row.get(0)).unwrap();
    let stored =
        civil_days::read(&stranger, SeriesId::of_block(series), Period::ALL, zone).unwrap();
    let row = |day: Rollup| Row {
        start: local_day(day.first.0, zone),
        count: i64::try_from(day.count).unwrap(),
        sum: day.sum,
        min: day.min,
        max: day.max,
        first: (day.first.0.as_millis(), day.first.1),
        last: (day.last.0.as_millis(), day.last.1),
        increase: day.increase,
    };
    stored.into_iter().map(row).collect()
}

/// The summary computed from the readings themselves, the increase without regard to borders within.
fn summary(start: i64, readings: &[Observation]) -> Row {
    let values: Vec<f64> = readings.iter().map(|reading| reading.value.as_f64()).collect();
    let end = |reading: &Observation| (reading.observed_at.as_millis(), reading.value.as_f64());
    let increase = values.windows(2).map(|w| if w[1] < w[0] { w[1] } else { w[1] - w[0] }).sum();
    Row {
        start,
        count: i64::try_from(values.len()).unwrap(),
        sum: values.iter().sum(),
        min: values.iter().copied().fold(f64::INFINITY, f64::min),
        max: values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        first: end(&readings[0]),
        last: end(readings.last().unwrap()),
        increase,
    }
}

fn summaries(readings: &[Observation], zone: &TimeZone) -> Vec<Row> {
    let mut parts = BTreeMap::<i64, Vec<Observation>>::new();
    for reading in readings {
        parts.entry(local_day(reading.observed_at, zone)).or_default().push(*reading);
    }
    parts.into_iter().map(|(start, part)| summary(start, &part)).collect()
}

/// By quarter of an hour, from what is stored of them alone: the readings are taken away.
async fn quarters_without_readings(subject: &Sqlite, source: &domain::Source) -> Vec<Rollup> {
    subject.stranger().execute("DELETE FROM blk_d", []).unwrap();
    assert_eq!(history(subject, source.clone()).await, []);
    let quarters = rollups(subject, source, Period::ALL, Step::Quarter).await;
    quarters.into_iter().map(|bucket| bucket.figure).collect()
}

/// Days from 1970-01-01 to the local date, by way of the date's own arithmetic.
fn local_day(instant: Instant, zone: &TimeZone) -> i64 {
    let start = period_of(calendar::Step::Day, instant, zone)
        .start()
        .to_jiff()
        .to_zoned_datetime(zone.clone());
    let midnight_in_utc = start.date().to_zoned_datetime(TimeZone::UTC).unwrap().timestamp();
    midnight_in_utc.as_second().div_euclid(86_400)
}

/// A meter over the four days around the end of summer time, reset once, read every seven minutes.
fn meter() -> (domain::Source, Vec<Reading>) {
    let meter = source("meter", Quantity::EnergyImported);
    let start = at("2026-10-23T20:00:00Z");
    let readings = (0..800_u32).map(|n| {
        let wh = f64::from(if n < 500 { 100_000 + n * 3 } else { (n - 500) * 2 });
        reading(&meter, start + SignedDuration::from_mins(7 * i64::from(n)), Value::Register(wh))
    });
    (meter.clone(), readings.collect())
}

async fn store_in(zone: &TimeZone, readings: &[Reading]) -> Sqlite {
    let folder = tempfile::tempdir().unwrap();
    let settings = SqliteSettings { timezone: zone.clone(), ..SqliteSettings::default() };
    let writer = Some(SqliteWriter::open(folder.path(), &settings).unwrap());
    let subject = Sqlite { folder, writer };
    append(&subject, readings).await;
    subject
}

#[tokio::test]
async fn summaries_are_those_of_the_readings_on_a_day_of_25_hours_too() {
    let (meter, readings) = meter();
    let mut subject = store_in(&paris(), &readings).await;
    subject.seal(at("2026-11-01T12:00:00Z")).await;

    let raw = history(&subject, meter).await;

    let expected = summaries(&raw, &paris());
    assert_eq!(days(&subject, &paris()), expected);
    assert_eq!(
        expected
            .iter()
            .find(|day| day.start == local_day(at("2026-10-25T12:00:00Z"), &paris()))
            .unwrap()
            .count,
        25 * 60 / 7 + 1
    );
}

#[tokio::test]
async fn late_repeated_and_shuffled_readings_give_the_same_summaries() {
    let (_, readings) = meter();
    let mut in_order = store_in(&paris(), &readings).await;
    in_order.seal(at("2026-11-01T12:00:00Z")).await;

    let (late, punctual): (Vec<_>, Vec<_>) =
        readings.iter().cloned().enumerate().partition(|(n, _)| n % 7 == 3);
    let mut shuffled = store_in(&paris(), &[]).await;
    for part in [punctual, late] {
        let mut part: Vec<_> = part.into_iter().map(|(_, reading)| reading).collect();
        part.reverse();
        append(&shuffled, part.clone()).await;
        shuffled.seal(at("2026-10-31T12:00:00Z")).await;
        append(&shuffled, part).await;
    }
    shuffled.seal(at("2026-11-01T12:00:00Z")).await;

    let packed = |subject: &Sqlite| -> Vec<(i64, Vec<u8>)> {
        let stranger = subject.stranger();
        let mut statement = stranger.prepare("SELECT id, data FROM q15").unwrap();
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
        rows.unwrap().map(Result::unwrap).collect()
    };
    assert_eq!(packed(&shuffled), packed(&in_order));
    assert_eq!(days(&shuffled, &paris()), days(&in_order, &paris()));
}

#[tokio::test]
async fn days_are_summarised_again_when_the_building_gets_another_time_zone() {
    let (meter, readings) = meter();
    let mut subject = store_in(&paris(), &readings).await;
    subject.seal(at("2026-11-01T12:00:00Z")).await;

    let kathmandu = TimeZone::get("Asia/Kathmandu").unwrap();
    subject.writer = None;
    let settings = SqliteSettings { timezone: kathmandu.clone(), ..SqliteSettings::default() };
    subject.writer = Some(SqliteWriter::open(subject.folder.path(), &settings).unwrap());
    subject.seal(at("2026-11-01T12:15:00Z")).await;

    let raw = history(&subject, meter).await;
    let expected = summaries(&raw, &kathmandu);
    assert_eq!(days(&subject, &kathmandu), expected);
}

#[tokio::test]
async fn decimals_are_summed_exactly() {
    let air = source("air", Quantity::Temperature);
    let time = |second| at("2026-11-23T10:00:00Z") + SignedDuration::from_secs(second);
    let readings: Vec<_> = (0..10).map(|n| reading(&air, time(n), Value::Gauge(0.1))).collect();
    let mut subject = store_in(&paris(), &readings).await;
    subject.seal(at("2026-11-25T12:00:00Z")).await;

    // Ten times 0.1 as floating-point numbers would be 0.9999999999999999.
    let day = days(&subject, &paris())[0].sum;
    let quarter = quarters_without_readings(&subject, &air).await[0].sum;
    assert_eq!((day, quarter), (1.0, 1.0));
}

#[tokio::test]
async fn rollups_outlive_the_readings_they_were_made_of() {
    let (meter, readings) = meter();
    let mut subject = store_in(&paris(), &readings).await;
    subject.seal(at("2026-11-01T12:00:00Z")).await;
    let day = Step::Day(paris());
    let days = rollups(&subject, &meter, Period::ALL, day.clone()).await;
    let quarters = rollups(&subject, &meter, Period::ALL, Step::Quarter).await;

    let kept = quarters_without_readings(&subject, &meter).await;

    assert_eq!(kept, quarters.iter().map(|bucket| bucket.figure).collect::<Vec<_>>());
    assert_eq!(rollups(&subject, &meter, Period::ALL, day).await, days);
}

#[tokio::test]
async fn a_reading_too_late_for_its_neighbours_fills_a_gap_and_takes_nothing_away() {
    let (meter, readings) = meter();
    let is_late = |n: usize| (300..310).contains(&n) || n == 500;
    let part = |late| -> Vec<Reading> {
        let part = readings.iter().enumerate().filter(|(n, _)| is_late(*n) == late);
        part.map(|(_, reading)| reading.clone()).collect()
    };
    let mut subject = store_in(&paris(), &part(false)).await;
    subject.seal(at("2026-11-01T12:00:00Z")).await;
    let before = quarters_without_readings(&subject, &meter).await;

    append(&subject, part(true)).await;
    let at_once = rollups(&subject, &meter, Period::ALL, Step::Quarter).await;
    subject.seal(at("2026-11-02T12:00:00Z")).await;
    let sealed = rollups(&subject, &meter, Period::ALL, Step::Quarter).await;
    // Once more, when the day has a block of its late readings.
    let again = part(true)[0].clone();
    let more = Reading {
        observation: Observation {
            observed_at: again.observation.observed_at + SignedDuration::from_secs(1),
            ..again.observation
        },
        ..again
    };
    append(&subject, [more]).await;
    subject.seal(at("2026-11-03T12:00:00Z")).await;
    let once_more = rollups(&subject, &meter, Period::ALL, Step::Quarter).await;

    assert_eq!(sealed, at_once);
    let count = |quarters: &[Rollup]| quarters.iter().map(|rollup| rollup.count).sum::<u64>();
    let figures = |buckets: &[Bucket<Rollup>]| -> Vec<Rollup> {
        buckets.iter().map(|bucket| bucket.figure).collect()
    };
    let (late, filled) = (figures(&sealed), part(true).len());
    assert!(late.len() > before.len());
    assert!(count(&late) >= count(&before) + u64::try_from(filled).unwrap() - 4);
    assert_eq!(count(&figures(&once_more)), count(&late) + 1);
}

#[tokio::test]
async fn rollups_are_made_again_when_the_site_takes_another_longest_gap() {
    let (meter, readings) = meter();
    let mut subject = store_in(&paris(), &readings).await;
    subject.seal(at("2026-11-01T12:00:00Z")).await;

    subject.writer = None;
    let longest_gap = SignedDuration::from_mins(5);
    let settings = SqliteSettings { timezone: paris(), longest_gap, ..SqliteSettings::default() };
    subject.writer = Some(SqliteWriter::open(subject.folder.path(), &settings).unwrap());
    subject.seal(at("2026-11-01T12:15:00Z")).await;

    let raw = history(&subject, meter.clone()).await;
    let expected = roll_up(&raw, &Step::Quarter, &Basis::new(meter.quantity, longest_gap));
    assert!(expected.iter().any(|bucket| bucket.figure.gaps > 0));
    let kept = quarters_without_readings(&subject, &meter).await;
    assert_eq!(kept, expected.iter().map(|bucket| bucket.figure).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_file_of_the_first_schema_gets_its_rollups_from_its_blocks() {
    let (meter, readings) = meter();
    let mut subject = store_in(&paris(), &readings).await;
    subject.seal(at("2026-11-01T12:00:00Z")).await;
    subject.writer = None;
    let stranger = subject.stranger();
    stranger
        .execute_batch(
            "DROP TABLE learned; DROP TABLE alerts; DROP TABLE ledger; ALTER TABLE series DROP COLUMN family;
             DROP INDEX blk_d_times; ALTER TABLE blk_d DROP COLUMN times; DROP TABLE times;
             DROP TABLE q15; DROP TABLE rd; DELETE FROM meta WHERE key = 'rollup_gap';
             CREATE TABLE r15(series INTEGER); CREATE TABLE rd(series INTEGER);
             PRAGMA user_version = 1;",
        )
        .unwrap();
    drop(stranger);

    let settings = SqliteSettings { timezone: paris(), ..SqliteSettings::default() };
    subject.writer = Some(SqliteWriter::open(subject.folder.path(), &settings).unwrap());
    let raw = history(&subject, meter.clone()).await;
    let expected = roll_up(&raw, &Step::Day(paris()), &Basis::new(meter.quantity, GAP));
    let before = rollups(&subject, &meter, Period::ALL, Step::Day(paris())).await;
    subject.seal(at("2026-11-01T12:15:00Z")).await;
    let after = rollups(&subject, &meter, Period::ALL, Step::Day(paris())).await;

    assert_alike(&before, &expected);
    assert_alike(&after, &expected);
    assert_eq!(days(&subject, &paris()).len(), expected.len());
}

#[tokio::test]
async fn days_of_a_file_with_a_row_for_each_are_packed_though_nothing_else_tells_of_them() {
    let (_, readings) = meter();
    let mut subject = store_in(&paris(), &readings).await;
    subject.seal(at("2026-11-01T12:00:00Z")).await;
    subject.writer = None;
    let stranger = subject.stranger();
    let series = SeriesId::of_block(1);
    let expected = civil_days::read(&stranger, series, Period::ALL, &paris()).unwrap();
    assert_eq!(expected.len(), 5);
    stranger
        .execute_batch(
            &["DELETE FROM blk_d; DELETE FROM q15; PRAGMA user_version = 7;", DAYS_BY_ROW].concat(),
        )
        .unwrap();
    let write = "INSERT INTO rd VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    for day in &expected {
        let row = params![
            series,
            local_day(day.first.0, &paris()),
            day.count.cast_signed(),
            day.sum,
            day.min,
            day.max,
            day.first.0.as_millis(),
            day.first.1,
            day.last.0.as_millis(),
            day.last.1,
            day.increase,
            day.falls.cast_signed(),
            day.steepest,
            day.covered_ms,
            day.gaps.cast_signed(),
            day.held,
        ];
        stranger.execute(write, row).unwrap();
    }
    drop(stranger);

    let settings = SqliteSettings { timezone: paris(), ..SqliteSettings::default() };
    subject.writer = Some(SqliteWriter::open(subject.folder.path(), &settings).unwrap());

    let packed = civil_days::read(&subject.stranger(), series, Period::ALL, &paris()).unwrap();
    assert_eq!(packed, expected);
}

#[tokio::test]
async fn a_damaged_row_of_days_is_named_and_made_again_from_quarters_of_an_hour() {
    let (meter, readings) = meter();
    let mut subject = store_in(&paris(), &readings).await;
    subject.seal(at("2026-11-01T12:00:00Z")).await;
    let expected = days(&subject, &paris());
    subject.stranger().execute("UPDATE rd SET data = zeroblob(40)", []).unwrap();

    let question = RollupRange {
        sources: vec![meter.clone()],
        period: Period::ALL,
        step: Step::Day(paris()),
        longest_gap: GAP,
    };
    let Err(StoreError::Damaged { what }) = subject.reader().rollups(question).await else {
        panic!("not damaged")
    };
    assert_eq!(
        what,
        "rollups of meter energy_imported, days from 2026-10-10T00:00:00Z: checksum differs"
    );

    let late = reading(&meter, at("2026-10-26T12:00:01Z"), Value::Register(1.0));
    append(&subject, [late]).await;
    subject.seal(at("2026-11-02T12:00:00Z")).await;
    let after = days(&subject, &paris());
    assert_eq!(after.len(), expected.len());
    assert_eq!(after[0], expected[0]);
}

#[tokio::test]
async fn rollups_that_were_spoiled_are_made_again_and_come_out_as_they_were() {
    let (_, readings) = meter();
    let mut subject = store_in(&paris(), &readings).await;
    subject.seal(at("2026-11-01T12:00:00Z")).await;
    subject.writer = None;
    let stored = |subject: &Sqlite| -> Vec<(i64, Vec<u8>)> {
        let stranger = subject.stranger();
        let mut both = stranger
            .prepare("SELECT id, data FROM q15 UNION ALL SELECT id, data FROM rd ORDER BY id")
            .unwrap();
        let rows = both.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
        rows.unwrap().map(Result::unwrap).collect()
    };
    let expected = stored(&subject);
    let settings = SqliteSettings { timezone: paris(), ..SqliteSettings::default() };
    let again = || rebuild(subject.folder.path(), &settings, || true).unwrap();
    assert_eq!(again(), Rebuilt { days: 5, differed: 0 });
    assert_eq!(stored(&subject), expected);

    let spoil = "DELETE FROM q15 WHERE id = (SELECT min(id) FROM q15);
                 UPDATE q15 SET data = zeroblob(9) WHERE id = (SELECT max(id) FROM q15)";
    subject.stranger().execute_batch(spoil).unwrap();
    assert!(again().differed >= 2);
    assert_eq!(again(), Rebuilt { days: 5, differed: 0 });
    assert_eq!(stored(&subject), expected);

    subject.stranger().execute_batch("DELETE FROM rd").unwrap();
    assert!(again().differed > 0);
    assert_eq!(stored(&subject), expected);
}
