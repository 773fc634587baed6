//! What becomes of a store whose disk is bad or full.

use super::database::Database;
use super::*;
use crate::conformance::{air, append, at, co2, history, numbers, on_monday, period};

async fn morning_and_evening() -> Sqlite {
    let mut subject = Sqlite::new();
    append(&subject, [co2(on_monday("08:00:00"), 1.0), co2(on_monday("18:00:00"), 2.0)]).await;
    subject.seal(on_monday("18:15:00")).await;
    subject
}

/// Changes one byte of the oldest block.
fn harm(subject: &Sqlite, table: &str) {
    let stranger = subject.stranger();
    let oldest = format!("SELECT id, data FROM {table} ORDER BY id LIMIT 1");
    let (id, mut data): (i64, Vec<u8>) =
        stranger.query_row(&oldest, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    data[20] ^= 1;
    stranger.execute(&format!("UPDATE {table} SET data = ?2 WHERE id = ?1"), (id, data)).unwrap();
}

#[tokio::test]
async fn a_damaged_hour_is_named_and_the_others_are_read() {
    let subject = morning_and_evening().await;
    harm(&subject, "blk_h");
    let reader = subject.reader();
    let ask = |from, to| reader.range(Range::of(air(), period(on_monday(from), on_monday(to))));

    let Err(StoreError::Damaged { what }) = ask("08:30:00", "09:00:00").await else {
        panic!("not damaged")
    };

    assert_eq!(what, "air-1 co2, hour from 2026-11-23T08:00:00Z: checksum differs");
    assert_eq!(numbers(&ask("17:00:00", "19:00:00").await.unwrap()), [2.0]);
    assert_eq!(reader.sources().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_source_whose_newest_block_is_damaged_is_still_listed() {
    let mut subject = morning_and_evening().await;
    append(&subject, [co2(at("2026-11-24T18:00:00Z"), 3.0)]).await;
    subject.seal(at("2026-11-24T18:15:00Z")).await;
    harm(&subject, "blk_h");

    let sources = subject.reader().sources().await.unwrap();

    assert_eq!(sources[0].last.value.as_f64().to_bits(), 2.0_f64.to_bits());
}

#[tokio::test]
async fn readings_for_a_damaged_hour_are_kept_and_the_store_goes_on() {
    let mut subject = morning_and_evening().await;
    harm(&subject, "blk_h");

    append(&subject, [co2(on_monday("08:10:00"), 9.0), co2(on_monday("19:00:00"), 3.0)]).await;
    subject.seal(on_monday("19:15:00")).await;
    subject.seal(at("2026-11-24T04:00:00Z")).await;
    subject.reopen().await;

    assert_eq!(subject.count("log"), 1, "the reading for the damaged hour waits in the log");
    assert_eq!(subject.count("blk_h"), 1, "the damaged hour stays where it is");
    let evening = period(on_monday("09:00:00"), on_monday("20:00:00"));
    let found = subject.reader().range(Range::of(air(), evening)).await.unwrap();
    assert_eq!(numbers(&found), [2.0, 3.0]);
}

#[tokio::test]
async fn a_damaged_day_takes_no_more_hours_and_the_next_day_is_sealed() {
    let mut subject = morning_and_evening().await;
    subject.seal(at("2026-11-24T04:00:00Z")).await;
    harm(&subject, "blk_d");

    append(&subject, [co2(on_monday("09:00:00"), 9.0), co2(at("2026-11-24T09:00:00Z"), 3.0)]).await;
    subject.seal(at("2026-11-25T04:00:00Z")).await;

    assert_eq!((subject.count("blk_h"), subject.count("blk_d")), (1, 2));
    let tuesday = period(at("2026-11-24T00:00:00Z"), at("2026-11-25T00:00:00Z"));
    let found = subject.reader().range(Range::of(air(), tuesday)).await.unwrap();
    assert_eq!(numbers(&found), [3.0]);
}

#[test]
fn a_full_disk_refuses_a_batch_as_a_whole_and_takes_it_when_there_is_room_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut database = Database::open(folder.path(), &SqliteSettings::default()).unwrap();
    let readings = (0..2000).map(|n| co2(Instant::from_millis(n * 10_000), 500.0)).collect();
    let batch = Batch { readings, ..Batch::default() };
    let small = Batch { readings: vec![co2(on_monday("10:00:00"), 1.0)], ..Batch::default() };
    database.append(small.clone()).unwrap();

    database.limit_pages(1);
    let full = database.append(batch.clone());
    database.limit_pages(1_000_000);
    let again = database.append(batch);

    assert!(matches!(full, Err(StoreError::Unavailable(_))), "{full:?}");
    assert_eq!(again.unwrap(), Appended { stored: 2000, repeated: 0, dropped: 0 });
    assert_eq!(database.append(small).unwrap().repeated, 1);
}

#[tokio::test]
async fn a_new_source_of_a_batch_that_failed_is_new_again() {
    let subject = Sqlite::new();
    let bad = Reading {
        observation: Observation {
            value: domain::Value::State(true),
            ..co2(Instant::MIN, 1.0).observation
        },
        ..co2(Instant::MIN, 1.0)
    };
    let batch = Batch { readings: vec![bad], ..Batch::default() };
    assert!(subject.writer().append(batch).await.is_err());

    assert_eq!(append(&subject, [co2(on_monday("10:00:00"), 1.0)]).await.stored, 1);
    assert_eq!(history(&subject, air()).await.len(), 1);
}
