//! What is given up, when, and what stays.

use std::io;
use std::path::Path;

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
    Kept { raw: Some(raw), quarters: Some(quarters), days: None, by_default: false }
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
    let days_kept = Kept { raw: Some(40), quarters: Some(40), days: Some(50), by_default: false };
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

/// Seals every quarter of an hour of so many hours on a disk that seems to be another one; gives how many day blocks went for room.
fn hours_on(
    database: &mut Database,
    disk: fn(&Path) -> io::Result<Disk>,
    from: Instant,
    hours: i32,
) -> u64 {
    database.pretend(disk);
    let mut given_up = 0;
    for quarter in 0..hours * 4 {
        let mut pass = Pass::at(from + SignedDuration::from_mins(15) * quarter);
        while pass.done().is_none() {
            database.seal_step(&mut pass).unwrap();
        }
        given_up += pass.done().unwrap().given_up_for_room;
    }
    given_up
}

/// A store of 100 days that were sealed night by night, on the evening of the last one.
async fn hundred_days(guard: DiskGuard, retention: Retention) -> (Sqlite, Database, Instant) {
    let mut subject = store_with(retention.clone(), None);
    append(&subject, days(100)).await;
    nights(&mut subject, 99).await;
    subject.writer = None;
    let retention = Retention { disk: guard, ..retention };
    let settings = SqliteSettings { retention, ..SqliteSettings::default() };
    let database = Database::open(subject.folder.path(), &settings).unwrap();
    (subject, database, start() + DAY * 110 + SignedDuration::from_hours(20))
}

/// With a person's yes to days older than two months.
fn agreed() -> DiskGuard {
    DiskGuard { full: 0.5, min_free_bytes: 0, give_up_after: Some(60), ..DiskGuard::default() }
}

/// A disk that other files fill to the brim.
#[expect(
    clippy::unnecessary_wraps,
    reason = "a disk is asked for its room by a function that may fail"
)]
fn full_of_others(_: &Path) -> io::Result<Disk> {
    Ok(Disk { free: 1_000_000, total: 32_000_000_000 })
}

/// A disk that is hardly larger than the store, of which nothing is left.
fn full_of_readings(folder: &Path) -> io::Result<Disk> {
    let stored = std::fs::metadata(folder.join("vigie.db"))?.len();
    Ok(Disk { free: 0, total: stored + stored / 10 })
}

#[tokio::test]
async fn what_others_fill_a_disk_with_costs_no_reading_however_long_it_lasts() {
    let (subject, mut database, evening) = hundred_days(agreed(), Retention::default()).await;
    assert_eq!(hours_on(&mut database, full_of_others, evening, 100), 0);
    drop(database);
    assert_eq!(days_of(&subject, &air()).await[0], 100);
}

#[tokio::test]
async fn a_store_that_fills_its_disk_gives_up_no_reading_before_its_time_unasked() {
    let guard = DiskGuard { give_up_after: None, ..agreed() };
    let (subject, mut database, evening) = hundred_days(guard, Retention::default()).await;
    assert_eq!(hours_on(&mut database, full_of_readings, evening, 100), 0);
    drop(database);
    assert_eq!(days_of(&subject, &air()).await[0], 100);
}

#[tokio::test]
async fn with_a_persons_yes_the_oldest_readings_go_after_a_day_and_no_more_than_make_room() {
    let (subject, database, evening) = hundred_days(agreed(), Retention::default()).await;
    drop(database);
    // Three pages are missing to what must remain.
    let reusable = subject.reader().space().await.unwrap().unwrap().reusable_bytes;
    let guard = DiskGuard { full: 1.0, min_free_bytes: reusable + 3 * 2048, ..agreed() };
    let retention = Retention { disk: guard, ..Retention::default() };
    let settings = SqliteSettings { retention, ..SqliteSettings::default() };
    let mut database = Database::open(subject.folder.path(), &settings).unwrap();
    assert_eq!(
        hours_on(&mut database, full_of_readings, evening, 23),
        0,
        "the alert is a day old first"
    );
    // The shortage goes on over a restart.
    drop(database);
    let mut database = Database::open(subject.folder.path(), &settings).unwrap();
    let later = evening + SignedDuration::from_hours(23);
    let given_up = hours_on(&mut database, full_of_readings, later, 3);
    assert!((1..2 * 50).contains(&given_up), "{given_up}");
    assert_eq!(hours_on(&mut database, full_of_readings, later + DAY, 24), 0, "there is room now");
    drop(database);

    let left = days_of(&subject, &air()).await;
    assert!((50..100).contains(&left[0]), "{left:?}");
    assert_eq!(left[2], 100, "their days stay");
}

#[tokio::test]
async fn a_persons_yes_reaches_no_reading_that_is_younger_than_it_says() {
    let guard = DiskGuard { full: 0.0, ..agreed() };
    let (subject, mut database, evening) = hundred_days(guard, Retention::default()).await;
    hours_on(&mut database, full_of_readings, evening, 30);
    drop(database);
    // Sixty days before day 110, by which ages were counted last, or 111.
    let left = days_of(&subject, &air()).await[0];
    assert!((49..=50).contains(&left), "{left}");
}

/// Seals the nights of so many days; gives how many day blocks were given up.
async fn all_nights(subject: &mut Sqlite, nights: std::ops::Range<i32>) -> u64 {
    let mut given_up = 0;
    for night in nights {
        let now = start() + DAY * night + SignedDuration::from_hours(4);
        given_up += subject.writer().seal(now).await.unwrap().given_up;
    }
    given_up
}

#[tokio::test]
async fn a_retention_that_nobody_stated_holds_two_months_after_the_store_was_told() {
    let mut subject = store_with(Retention::default(), None);
    append(&subject, days(30)).await;
    // An installation of long ago: its readings are older than 400 days when this build comes.
    assert_eq!(all_nights(&mut subject, 500..560).await, 0);
    assert_eq!(days_of(&subject, &air()).await[0], 30);
    assert_eq!(all_nights(&mut subject, 560..570).await, 2 * 30);
    assert_eq!(days_of(&subject, &air()).await[1..], [30, 30]);
}

#[tokio::test]
async fn what_a_person_states_meanwhile_holds_without_a_restart() {
    let mut subject = store_with(Retention::default(), None);
    append(&subject, days(30)).await;
    all_nights(&mut subject, 500..510).await;
    let for_ever = Kept { raw: None, quarters: None, days: None, by_default: false };
    let retention = Retention { all: for_ever, ..Retention::default() };
    subject.writer().follow(retention).await.unwrap();
    assert_eq!(all_nights(&mut subject, 510..600).await, 0);
}

#[tokio::test]
async fn the_age_of_what_was_imported_counts_from_its_import() {
    let mut subject = store_with(Retention { all: kept(40, 45), ..Retention::default() }, None);
    let imported: Vec<_> = days(20).into_iter().filter(|it| it.source == air()).collect();
    let on = start() + DAY * 300;
    let batch = Batch { readings: imported, imported_at: Some(on), ..Batch::default() };
    subject.writer().append(batch).await.unwrap();

    all_nights(&mut subject, 300..340).await;
    assert_eq!(days_of(&subject, &air()).await, [20, 20, 20]);
    all_nights(&mut subject, 340..360).await;
    assert_eq!(days_of(&subject, &air()).await, [0, 0, 20]);
}

#[tokio::test]
async fn a_clock_that_runs_ahead_gives_up_no_reading_before_its_time() {
    let mut subject = store_with(Retention { all: kept(40, 50), ..Retention::default() }, None);
    append(&subject, days(39)).await;
    all_nights(&mut subject, 30..40).await;
    for ahead in ["2026-03-30T04:00:00Z", "2027-01-01T04:00:00Z", "2040-01-01T04:00:00Z"] {
        subject.seal(at(ahead)).await;
        subject.seal(start() + DAY * 40).await;
    }
    assert_eq!(days_of(&subject, &air()).await[0], 39);
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
