//! Stored summaries against the readings they are of.

use std::collections::BTreeMap;

use domain::calendar::{Step, period_of};
use domain::{Quantity, Value};
use jiff::SignedDuration;

use super::*;
use crate::conformance::{append, at, history, reading, source};

#[derive(Debug, PartialEq)]
struct Row {
    start: i64,
    count: i64,
    sum: f64,
    min: f64,
    max: f64,
    first: (i64, f64),
    last: (i64, f64),
    increase: Option<f64>,
}

fn rows(subject: &Sqlite, sql: &str) -> Vec<Row> {
    let stranger = subject.stranger();
    let mut statement = stranger.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| {
        Ok(Row {
            start: row.get(0)?,
            count: row.get(1)?,
            sum: row.get(2)?,
            min: row.get(3)?,
            max: row.get(4)?,
            first: (row.get(5)?, row.get(6)?),
            last: (row.get(7)?, row.get(8)?),
            increase: row.get(9)?,
        })
    });
    rows.unwrap().map(Result::unwrap).collect()
}

/// By quarter of an hour, as somebody with SQL would read them.
fn quarters(subject: &Sqlite) -> Vec<Row> {
    let scale = "(CASE dec WHEN 1 THEN 10.0 WHEN 2 THEN 100.0 ELSE 1.0 END)";
    let scaled = |column| format!("{column} / {scale}");
    let [sum, min, max, f, l, inc] = ["sum", "min", "max", "f", "l", "inc"].map(scaled);
    rows(
        subject,
        &format!("SELECT t, n, {sum}, {min}, {max}, t + ft, {f}, t + lt, {l}, {inc} FROM r15"),
    )
}

/// By civil day.
fn days(subject: &Sqlite) -> Vec<Row> {
    rows(subject, "SELECT day, n, sum, min, max, ft, f, lt, l, inc FROM rd")
}

/// The summary computed from the readings themselves, the increase without regard to borders within.
fn summary(start: i64, readings: &[Observation], is_register: bool) -> Row {
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
        increase: is_register.then_some(increase),
    }
}

fn summaries(
    readings: &[Observation],
    border: impl Fn(Instant) -> i64,
    is_register: bool,
) -> Vec<Row> {
    let mut parts = BTreeMap::<i64, Vec<Observation>>::new();
    for reading in readings {
        parts.entry(border(reading.observed_at)).or_default().push(*reading);
    }
    parts.into_iter().map(|(start, part)| summary(start, &part, is_register)).collect()
}

/// Days from 1970-01-01 to the local date, by way of the date's own arithmetic.
fn local_day(instant: Instant, zone: &TimeZone) -> i64 {
    let start =
        period_of(Step::Day, instant, zone).start().to_jiff().to_zoned_datetime(zone.clone());
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

fn paris() -> TimeZone {
    TimeZone::get("Europe/Paris").unwrap()
}

#[tokio::test]
async fn summaries_are_those_of_the_readings_on_a_day_of_25_hours_too() {
    let (meter, readings) = meter();
    let mut subject = store_in(&paris(), &readings).await;
    subject.seal(at("2026-11-01T12:00:00Z")).await;

    let raw = history(&subject, meter).await;

    let quarter = |instant: Instant| instant.as_millis().div_euclid(900_000) * 900_000;
    assert_eq!(quarters(&subject), summaries(&raw, quarter, true));
    let expected = summaries(&raw, |instant| local_day(instant, &paris()), true);
    assert_eq!(days(&subject), expected);
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

    assert_eq!(quarters(&shuffled), quarters(&in_order));
    assert_eq!(days(&shuffled), days(&in_order));
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
    let expected = summaries(&raw, |instant| local_day(instant, &kathmandu), true);
    assert_eq!(days(&subject), expected);
}

#[tokio::test]
async fn gauges_have_no_increase_and_states_are_summed_as_zero_and_one() {
    let (air, door) = (source("air", Quantity::Co2), source("door", Quantity::OccupancyDetected));
    let time = |minute| at("2026-11-23T10:00:00Z") + SignedDuration::from_mins(minute);
    let readings = [(0, true), (5, false), (10, true)]
        .map(|(minute, state)| reading(&door, time(minute), Value::State(state)));
    let mut subject = store_in(&paris(), &readings).await;
    append(&subject, [reading(&air, time(20), Value::Gauge(0.1 + 0.2))]).await;
    subject.seal(at("2026-11-25T12:00:00Z")).await;

    let found = quarters(&subject);

    assert_eq!((found[0].count, found[0].sum, found[0].increase), (3, 2.0, None));
    assert_eq!((found[1].count, found[1].sum, found[1].increase), (1, 0.1 + 0.2, None));
    assert_eq!(subject.reader().range(Range::of(air, Period::ALL)).await.unwrap().len(), 1);
}

#[tokio::test]
async fn decimals_are_summed_exactly() {
    let air = source("air", Quantity::Temperature);
    let time = |second| at("2026-11-23T10:00:00Z") + SignedDuration::from_secs(second);
    let readings: Vec<_> = (0..10).map(|n| reading(&air, time(n), Value::Gauge(0.1))).collect();
    let mut subject = store_in(&paris(), &readings).await;
    subject.seal(at("2026-11-25T12:00:00Z")).await;

    // Ten times 0.1 as floating-point numbers would be 0.9999999999999999.
    assert_eq!((quarters(&subject)[0].sum, days(&subject)[0].sum), (1.0, 1.0));
}
