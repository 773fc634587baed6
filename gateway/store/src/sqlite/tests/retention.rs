//! What is given up, when, and what stays.

use std::sync::atomic::{AtomicU64, Ordering};

use domain::rollup::Step;
use domain::site::{DiskGuard, Kept, Retention};
use domain::{Quantity, Source, Value};
use jiff::SignedDuration;
use jiff::tz::TimeZone;

use super::database::Database;
use super::upkeep::disk::Disk;
use super::upkeep::seal::Pass;
use super::*;
use crate::conformance::{append, at, history, reading, rollups, source};
use crate::ports::{HealthReader, RollupRange};

const DAY: SignedDuration = SignedDuration::from_hours(24);

fn start() -> Instant {
    at("2026-01-01T00:00:00Z")
}

fn air() -> Source {
    source("air", Quantity::Co2)
}

fn lamp() -> Source {
    source("lamp", Quantity::ActivePower)
}

/// Four readings a day of each source.
fn days(count: i32) -> Vec<Reading> {
    let mut readings = Vec::new();
    for n in 0..count * 4 {
        let at = start() + SignedDuration::from_hours(6) * n;
        readings.push(reading(&air(), at, Value::Gauge(400.0 + f64::from(n))));
        readings.push(reading(&lamp(), at, Value::Gauge(f64::from(n))));
    }
    readings
}

fn kept(raw: u32, quarters: u32) -> Kept {
    Kept { raw: Some(raw), quarters: Some(quarters), days: None }
}

fn store_with(retention: Retention, forward_to: Option<&str>) -> Sqlite {
    let folder = tempfile::tempdir().unwrap();
    let forward_to = forward_to.map(str::to_owned);
    let settings = SqliteSettings { retention, forward_to, ..SqliteSettings::default() };
    let writer = Some(SqliteWriter::open(folder.path(), &settings).unwrap());
    Sqlite { folder, writer }
}

const NIGHTS: i32 = 12;

/// Seals night after night; gives how many day blocks were given up.
async fn nights(subject: &mut Sqlite, first: i32) -> u64 {
    let mut given_up = 0;
    for night in first..first + NIGHTS {
        let now = start() + DAY * night + SignedDuration::from_hours(4);
        given_up += subject.writer().seal(now).await.unwrap().given_up;
    }
    given_up
}

async fn days_of(subject: &Sqlite, source: &Source) -> [usize; 3] {
    let readings = history(subject, source.clone()).await.len() / 4;
    let mut quarters = rollups(subject, source, Period::ALL, Step::Quarter).await;
    let days = rollups(subject, source, Period::ALL, Step::Day(TimeZone::UTC)).await;
    quarters.dedup_by_key(|bucket| bucket.period.start().as_millis() / 86_400_000);
    [readings, quarters.len(), days.len()]
}

#[tokio::test]
async fn each_quantity_is_kept_as_long_as_it_is_told() {
    let by_quantity = [(Quantity::ActivePower, kept(50, 60))].into();
    let retention = Retention { all: kept(40, 50), by_quantity, disk: DiskGuard::default() };
    let mut subject = store_with(retention, None);
    append(&subject, days(100)).await;

    nights(&mut subject, 100).await;

    // The last of these nights is that of day 111.
    assert_eq!(days_of(&subject, &air()).await, [29, 39, 100]);
    assert_eq!(days_of(&subject, &lamp()).await, [39, 49, 100]);
}

#[tokio::test]
async fn a_night_gives_up_a_week_at_most_so_that_a_wrong_clock_does_not_empty_the_store() {
    let mut subject = store_with(Retention { all: kept(40, 50), ..Retention::default() }, None);
    append(&subject, days(100)).await;
    subject.seal(start() + DAY * 100 + SignedDuration::from_hours(4)).await;
    let before = days_of(&subject, &air()).await;

    subject.seal(at("2040-01-01T04:00:00Z")).await;

    assert_eq!(days_of(&subject, &air()).await[0], before[0] - 7);
}

#[tokio::test]
async fn days_that_cannot_be_read_go_once_all_of_them_are_too_old() {
    let days_kept = Kept { raw: Some(40), quarters: Some(40), days: Some(50) };
    let mut subject = store_with(Retention { all: days_kept, ..Retention::default() }, None);
    append(&subject, days(100)).await;
    subject.seal(start() + DAY * 60).await;
    let spoil = "UPDATE rd SET data = zeroblob(9) WHERE id = (SELECT min(id) FROM rd)";
    subject.stranger().execute(spoil, []).unwrap();
    let ask = RollupRange {
        sources: vec![air()],
        period: Period::ALL,
        step: Step::Day(TimeZone::UTC),
        longest_gap: SqliteSettings::default().longest_gap,
    };
    let answer = subject.reader().rollups(ask.clone()).await;
    assert!(matches!(answer, Err(StoreError::Damaged { .. })), "{answer:?}");

    nights(&mut subject, 100).await;

    assert!(!subject.reader().rollups(ask).await.unwrap()[0].is_empty());
}

#[tokio::test]
async fn rollups_and_days_answer_as_before_when_readings_were_given_up() {
    let mut subject = store_with(Retention::default(), None);
    append(&subject, days(100)).await;
    subject.seal(start() + DAY * 101).await;
    let before = rollups(&subject, &lamp(), Period::ALL, Step::Quarter).await;

    subject.writer = None;
    let retention = Retention { all: kept(40, 4000), ..Retention::default() };
    let settings = SqliteSettings { retention, ..SqliteSettings::default() };
    subject.writer = Some(SqliteWriter::open(subject.folder.path(), &settings).unwrap());
    assert_eq!(nights(&mut subject, 102).await, 2 * (102 + 11 - 40));

    assert_eq!(rollups(&subject, &lamp(), Period::ALL, Step::Quarter).await, before);
}

#[tokio::test]
async fn what_another_store_lacks_is_not_given_up() {
    let retention = Retention { all: kept(40, 50), ..Retention::default() };
    let mut subject = store_with(retention, Some("influxdb"));
    append(&subject, days(60)).await;

    nights(&mut subject, 100).await;
    assert_eq!(days_of(&subject, &air()).await[0], 60);

    // Once all but the oldest day is there.
    let backlog = subject.reader().backlog(usize::MAX).await.unwrap();
    let oldest = |debt: &backlog::Debt| debt.slot.start() < (start() + DAY).as_millis();
    let paid = backlog.slots.into_iter().filter(|debt| !oldest(debt)).collect();
    subject.writer().settle(Receipt { paid, ..Receipt::default() }).await.unwrap();
    nights(&mut subject, 200).await;
    assert_eq!(days_of(&subject, &air()).await[0], 1);
}

#[tokio::test]
async fn a_reading_of_a_day_that_was_given_up_is_stored_and_given_up_again() {
    let mut subject = store_with(Retention { all: kept(40, 4000), ..Retention::default() }, None);
    append(&subject, days(100)).await;
    nights(&mut subject, 100).await;
    let before = days_of(&subject, &air()).await;
    let quarters = rollups(&subject, &air(), Period::ALL, Step::Quarter).await;

    // A repeated one, and one that was missing then.
    let late = reading(&air(), start() + SignedDuration::from_mins(1), Value::Gauge(1000.0));
    append(&subject, [days(1)[0].clone(), late]).await;
    nights(&mut subject, 150).await;

    let after = rollups(&subject, &air(), Period::ALL, Step::Quarter).await;
    assert_eq!(after[0].figure.count, 2);
    assert_eq!(after[1..], quarters[1..]);
    assert!(days_of(&subject, &air()).await[0] <= before[0]);
}

/// A pass that makes room, to its end.
fn make_room(database: &mut Database) -> u64 {
    let mut pass = Pass::for_space();
    loop {
        database.seal_step(&mut pass).unwrap();
        if let Some(sealed) = pass.done() {
            return sealed.given_up;
        }
    }
}

#[tokio::test]
async fn on_a_full_disk_the_oldest_readings_go_but_not_those_of_a_month() {
    let mut subject = store_with(Retention::default(), None);
    append(&subject, days(100)).await;
    subject.seal(start() + DAY * 101).await;
    subject.writer = None;

    let settings = SqliteSettings::default();
    let mut database = Database::open(subject.folder.path(), &settings).unwrap();
    assert!(!database.needs_space(), "this disk is not full");
    drop(database);
    let mut database = Database::open(subject.folder.path(), &settings).unwrap();
    database.pretend(|_| Ok(Disk { free: 1_000_000_000, total: 32_000_000_000 }));
    assert!(database.needs_space());
    let given_up = make_room(&mut database);
    drop(database);

    let left = days_of(&subject, &air()).await;
    assert_eq!((left[0], left[2]), (31, 100));
    assert_eq!(given_up, 2 * 69);
}

static FREE: AtomicU64 = AtomicU64::new(0);

#[tokio::test]
async fn no_more_is_given_up_than_frees_space() {
    let mut subject = store_with(Retention::default(), None);
    append(&subject, days(100)).await;
    subject.seal(start() + DAY * 101).await;
    subject.writer = None;

    let settings = SqliteSettings::default();
    let mut database = Database::open(subject.folder.path(), &settings).unwrap();
    // 5 % must remain of 32 GB: three pages of it are missing.
    let reusable = subject.reader().space().await.unwrap().unwrap().reusable_bytes;
    FREE.store(1_600_000_000 - reusable - 3 * 2048, Ordering::Relaxed);
    database.pretend(|_| Ok(Disk { free: FREE.load(Ordering::Relaxed), total: 32_000_000_000 }));
    assert!(database.needs_space());
    let given_up = make_room(&mut database);
    drop(database);

    assert!((1..2 * 69).contains(&given_up), "{given_up}");
    assert!(days_of(&subject, &air()).await[0] > 31);
}

#[tokio::test]
async fn a_reader_tells_how_much_room_there_is() {
    let mut subject = Sqlite::new();
    append(&subject, days(100)).await;
    subject.seal(start() + DAY * 101).await;
    let space = subject.reader().space().await.unwrap().unwrap();
    assert!(space.stored_bytes > 10_000, "{space:?}");
    assert!(space.free_bytes > 0 && space.free_bytes <= space.disk_bytes, "{space:?}");
}
