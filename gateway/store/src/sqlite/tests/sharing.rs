//! Instants that several series of a device have in common.

use domain::site::{DiskGuard, Kept, Retention};
use domain::{Quantity, Source, Value};
use jiff::SignedDuration;

use super::*;
use crate::conformance::{append, at, history, on_monday, reading, source};

const QUANTITIES: [Quantity; 3] =
    [Quantity::Co2, Quantity::Temperature, Quantity::RelativeHumidity];

fn of(quantity: Quantity) -> Source {
    source("air", quantity)
}

/// A message of three quantities each minute and somewhat, so many from `start`.
fn messages(start: Instant, count: i64) -> Vec<Reading> {
    let times =
        (0..count).map(|n| start + SignedDuration::from_millis(60_000 * n + n * n * 7 % 800));
    times.flat_map(message).collect()
}

fn message(time: Instant) -> [Reading; 3] {
    QUANTITIES.map(|quantity| reading(&of(quantity), time, Value::Gauge(20.5)))
}

/// Monday's messages, packed into day blocks.
async fn monday() -> Sqlite {
    let mut subject = Sqlite::new();
    append(&subject, messages(on_monday("08:00:00"), 100)).await;
    subject.seal(at("2026-11-24T04:00:00Z")).await;
    assert_eq!((subject.count("blk_d"), subject.count("times")), (3, 1));
    subject
}

/// The block of a quantity's Monday, and whether its instants lie apart.
fn block(subject: &Sqlite, quantity: Quantity) -> (Vec<u8>, bool) {
    let sql = "SELECT data, times IS NOT NULL FROM blk_d JOIN series ON series.id = series WHERE quantity = ?1";
    let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
    subject.stranger().query_row(sql, [quantity.name()], row).unwrap()
}

async fn observed(subject: &Sqlite, quantity: Quantity) -> Vec<Observation> {
    history(subject, of(quantity)).await
}

fn of_quantity(readings: &[Reading], quantity: Quantity) -> Vec<Observation> {
    let of = readings.iter().filter(|reading| reading.source.quantity == quantity);
    let mut found: Vec<_> = of.map(|reading| reading.observation).collect();
    found.sort_by_key(|observation| observation.observed_at);
    found
}

#[tokio::test]
async fn the_instants_of_a_message_with_several_quantities_are_stored_once() {
    let subject = monday().await;
    let messages = messages(on_monday("08:00:00"), 100);

    let apart: usize = QUANTITIES.map(|quantity| block(&subject, quantity).0.len()).iter().sum();
    let times: Vec<u8> =
        subject.stranger().query_row("SELECT data FROM times", [], |row| row.get(0)).unwrap();

    assert!(times.len() > apart, "{} and {apart}: the instants are most of it", times.len());
    for quantity in QUANTITIES {
        assert_eq!(observed(&subject, quantity).await, of_quantity(&messages, quantity));
    }
}

#[tokio::test]
async fn a_series_alone_keeps_its_instants_in_its_block() {
    let mut subject = Sqlite::new();
    let alone = messages(on_monday("08:00:00"), 100).into_iter().step_by(3);
    append(&subject, alone.collect::<Vec<_>>()).await;
    subject.seal(at("2026-11-24T04:00:00Z")).await;
    assert_eq!((subject.count("blk_d"), subject.count("times")), (1, 0));
}

#[tokio::test]
async fn a_late_reading_of_one_quantity_leaves_the_others_as_they_were() {
    let mut subject = monday().await;
    let before = QUANTITIES.map(|quantity| block(&subject, quantity));

    let late = reading(&of(Quantity::Co2), on_monday("20:00:00"), Value::Gauge(400.0));
    append(&subject, [late.clone()]).await;
    subject.seal(at("2026-11-25T04:00:00Z")).await;

    let after = QUANTITIES.map(|quantity| block(&subject, quantity));
    assert_eq!((after[0].1, subject.count("times")), (false, 1), "it has its own now");
    assert_eq!(after[1..], before[1..]);
    let mut messages = messages(on_monday("08:00:00"), 100);
    messages.push(late);
    for quantity in QUANTITIES {
        assert_eq!(observed(&subject, quantity).await, of_quantity(&messages, quantity));
    }
}

#[tokio::test]
async fn a_quantity_that_catches_up_shares_again_and_nothing_is_left_of_what_was_before() {
    let mut subject = monday().await;
    let late = message(on_monday("20:00:00"));

    append(&subject, [late[0].clone()]).await;
    subject.seal(at("2026-11-25T04:00:00Z")).await;
    append(&subject, late[1..].to_vec()).await;
    subject.seal(at("2026-11-26T04:00:00Z")).await;
    assert_eq!(QUANTITIES.map(|quantity| block(&subject, quantity).1), [false, true, true]);
    assert_eq!(subject.count("times"), 1);

    append(&subject, [message(on_monday("20:01:00"))[0].clone()]).await;
    subject.seal(at("2026-11-27T04:00:00Z")).await;
    append(&subject, message(on_monday("20:01:00"))).await;
    subject.seal(at("2026-11-28T04:00:00Z")).await;
    append(&subject, message(on_monday("20:02:00"))).await;
    subject.seal(at("2026-11-29T04:00:00Z")).await;
    assert_eq!(QUANTITIES.map(|quantity| block(&subject, quantity).1), [true; 3]);
    assert_eq!(subject.count("times"), 1);
}

#[tokio::test]
async fn instants_go_with_the_last_block_that_is_read_with_them() {
    let kept = |raw| Kept { raw: Some(raw), quarters: None, days: None, by_default: false };
    let by_quantity = [(Quantity::Co2, kept(60)), (Quantity::Temperature, kept(80))].into();
    let retention = Retention { all: kept(40), by_quantity, disk: DiskGuard::default() };
    let folder = tempfile::tempdir().unwrap();
    let settings = SqliteSettings { retention, ..SqliteSettings::default() };
    let writer = Some(SqliteWriter::open(folder.path(), &settings).unwrap());
    let mut subject = Sqlite { folder, writer };
    append(&subject, messages(on_monday("08:00:00"), 100)).await;
    let mut left = Vec::new();

    for night in 1..=85 {
        subject.seal(on_monday("04:00:00") + SignedDuration::from_hours(24 * night)).await;
        if [1, 45, 65, 85].contains(&night) {
            left.push((subject.count("blk_d"), subject.count("times")));
        }
    }

    assert_eq!(left, [(3, 1), (2, 1), (1, 1), (0, 0)]);
}

async fn both_days() -> Sqlite {
    let mut subject = monday().await;
    append(&subject, messages(at("2026-11-24T08:00:00Z"), 100)).await;
    subject.seal(at("2026-11-25T04:00:00Z")).await;
    subject
}

async fn is_named_and_the_rest_is_read(mut subject: Sqlite, fault: &str) {
    let reader = subject.reader();
    let ask = |quantity, from, to| {
        reader.range(Range::of(of(quantity), Period::new(at(from), at(to)).unwrap()))
    };
    for quantity in QUANTITIES {
        let monday = ask(quantity, "2026-11-23T00:00:00Z", "2026-11-24T00:00:00Z").await;
        let Err(StoreError::Damaged { what }) = monday else { panic!("not damaged: {monday:?}") };
        assert_eq!(what, format!("air {quantity}, day from 2026-11-23T00:00:00Z: {fault}"));
        let tuesday = ask(quantity, "2026-11-24T00:00:00Z", "2026-11-25T00:00:00Z").await;
        assert_eq!(tuesday.unwrap().len(), 100);
    }
    assert_eq!(reader.sources().await.unwrap().len(), 3);

    // What comes late for the damaged day is kept, and the day after is sealed.
    append(&subject, message(on_monday("20:00:00"))).await;
    append(&subject, messages(at("2026-11-25T08:00:00Z"), 100)).await;
    subject.seal(at("2026-11-26T04:00:00Z")).await;
    assert_eq!((subject.count("blk_h"), subject.count("blk_d")), (3, 9));
}

#[tokio::test]
async fn damaged_instants_are_named_and_all_other_days_are_read() {
    let subject = both_days().await;
    let stranger = subject.stranger();
    let (id, mut data): (i64, Vec<u8>) = stranger
        .query_row("SELECT id, data FROM times ORDER BY id LIMIT 1", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .unwrap();
    data[20] ^= 1;
    stranger.execute("UPDATE times SET data = ?2 WHERE id = ?1", (id, data)).unwrap();
    is_named_and_the_rest_is_read(subject, "times: checksum differs").await;
}

#[tokio::test]
async fn instants_that_are_missing_are_named_and_all_other_days_are_read() {
    let subject = both_days().await;
    let oldest = "DELETE FROM times WHERE id = (SELECT min(id) FROM times)";
    subject.stranger().execute(oldest, []).unwrap();
    is_named_and_the_rest_is_read(subject, "block lacks its times").await;
}

#[tokio::test]
async fn blocks_of_a_file_from_before_are_read_and_share_once_they_are_packed_again() {
    let mut subject = Sqlite::new();
    append(&subject, messages(on_monday("08:00:00"), 100)).await;
    // Packed one by one, as before.
    subject.writer = None;
    let stranger = subject.stranger();
    let back = "DROP INDEX blk_d_times; ALTER TABLE blk_d DROP COLUMN times; DROP TABLE times; PRAGMA user_version = 5;";
    stranger.execute_batch(back).unwrap();
    stranger.execute_batch(DAYS_BY_ROW).unwrap();
    for quantity in QUANTITIES {
        let entries: Vec<_> = of_quantity(&messages(on_monday("08:00:00"), 100), quantity)
            .iter()
            .map(entry::Entry::from)
            .collect();
        let series = series::find(&stranger, &of(quantity)).unwrap().unwrap();
        let day = slot::Slot::of(slot::Tier::Day, series, entries[0].ts);
        let row = (day.id(), 100, entries[99].ts, block::encode(&entries));
        stranger
            .execute("INSERT INTO blk_d(id, n, last, rev, data) VALUES (?1, ?2, ?3, 1, ?4)", row)
            .unwrap();
    }
    stranger.execute("DELETE FROM log", []).unwrap();
    drop(stranger);

    subject.reopen().await;
    let before = observed(&subject, Quantity::Temperature).await;
    append(&subject, message(on_monday("20:00:00"))).await;
    subject.seal(at("2026-11-25T04:00:00Z")).await;

    assert_eq!(before, of_quantity(&messages(on_monday("08:00:00"), 100), Quantity::Temperature));
    assert_eq!(observed(&subject, Quantity::Temperature).await.len(), 101);
    assert_eq!((subject.count("blk_d"), subject.count("times")), (3, 1));
}
