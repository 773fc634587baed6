//! The log: what is written with each commit.

use super::database::Database;
use super::*;
use crate::conformance::{append, at, co2, history, numbers, on_monday, reading, source};
use domain::{Quantity, Value};
use jiff::SignedDuration;

/// How many pages were written since the file was opened, each as a frame of the write-ahead log.
fn frames(folder: &Path) -> u64 {
    let log = std::fs::metadata(folder.join(format!("{FILE}-wal"))).unwrap();
    (log.len() - 32) / FRAME
}

const FRAME: u64 = 2048 + 24;

/// Two hundred sources that report every ten seconds, for five minutes, committed every so many seconds.
fn five_minutes(window_s: i64) -> u64 {
    let folder = tempfile::tempdir().unwrap();
    let mut database = Database::open(folder.path(), &SqliteSettings::default()).unwrap();
    let sources: Vec<_> =
        (0..200).map(|n| source(&format!("air-{n}"), Quantity::Temperature)).collect();
    let second = |second: i64| {
        let nr = usize::try_from(second % 10).unwrap();
        let time = on_monday("10:00:00") + SignedDuration::from_secs(second);
        let degrees = Value::Gauge(20.0 + f64::from(u8::try_from(second % 50).unwrap()) / 10.0);
        let readings = sources[nr * 20..][..20].iter().map(|source| reading(source, time, degrees));
        readings.collect::<Vec<_>>()
    };
    // New sources are written down once.
    database
        .append(Batch {
            readings: (-10..0).flat_map(|s| second(s + 10)).collect(),
            ..Batch::default()
        })
        .unwrap();
    let before = frames(folder.path());
    for start in (10..310).step_by(usize::try_from(window_s).unwrap()) {
        let readings = (start..start + window_s).flat_map(second).collect();
        database.append(Batch { readings, ..Batch::default() }).unwrap();
    }
    assert!(frames(folder.path()) < 1000, "beyond that SQLite begins again at its start");
    frames(folder.path()) - before
}

#[test]
fn what_is_written_in_a_day_is_bounded_by_how_often_is_committed() {
    let [each_second, every_five, every_ten] = [1, 5, 10].map(five_minutes);

    // One page a commit, another one where it is full, and then those that find it.
    assert!(each_second <= 300 * 3 / 2, "{each_second} pages for 300 commits of 20 readings");
    assert!(every_five <= 60 * 3, "{every_five} pages for 60 commits of 100 readings");
    assert!(every_ten <= 30 * 5, "{every_ten} pages for 30 commits of 200 readings");
    let a_day = each_second * FRAME * 24 * 12;
    assert!(a_day < 270_000_000, "{a_day} bytes");
}

#[tokio::test]
async fn what_arrived_after_a_place_in_the_log_is_counted_reading_by_reading() {
    let subject = Sqlite::new();
    for minute in 0..3 {
        let start = on_monday("10:00:00") + SignedDuration::from_mins(minute);
        let readings = (0..10).map(|n| co2(start + SignedDuration::from_secs(n), 400.0));
        append(&subject, readings.collect::<Vec<_>>()).await;
    }
    let stranger = subject.stranger();
    let after = |seq, count| -> Vec<i64> {
        log::after(&stranger, seq, count).unwrap().iter().map(|row| row.seq).collect()
    };

    assert_eq!(subject.count("log"), 3, "a row a commit");
    assert_eq!(after(8, 4), [9, 10, 11, 12]);
    assert_eq!(after(29, 4), [30]);
    assert_eq!(after(30, 4), [0; 0]);
    let count = |seq| log::count_after(&stranger, seq).unwrap();
    assert_eq!([0, 4, 10, 15, 30, 31].map(count), [30, 26, 20, 15, 0, 0]);
}

#[tokio::test]
async fn readings_that_a_log_from_before_holds_one_by_one_are_read_and_sealed() {
    let mut subject = Sqlite::new();
    append(&subject, [co2(on_monday("10:00:00"), 1.0)]).await;
    subject.writer = None;
    let stranger = subject.stranger();
    let millis = on_monday("10:01:00").as_millis();
    let sql = "INSERT INTO log(seq, series, ts, lag, v) VALUES (2, 1, ?1, 0, 2), (3, 1, ?1 + 60000, NULL, 3.5);
               PRAGMA user_version = 6";
    let (insert, version) = sql.split_once(';').unwrap();
    stranger.execute(insert, [millis]).unwrap();
    stranger.execute_batch(version).unwrap();
    stranger.execute_batch(DAYS_BY_ROW).unwrap();
    drop(stranger);

    subject.reopen().await;
    append(&subject, [co2(on_monday("10:03:00"), 4.0), co2(on_monday("10:02:00"), 9.0)]).await;
    let before = history(&subject, crate::conformance::air()).await;
    subject.seal(on_monday("10:15:00")).await;

    assert_eq!(numbers(&before), [1.0, 2.0, 3.5, 4.0]);
    assert_eq!(history(&subject, crate::conformance::air()).await, before);
    assert_eq!(subject.count("log"), 0);
}

#[tokio::test]
async fn a_commit_that_is_damaged_in_the_log_stays_there_and_all_others_are_read_and_sealed() {
    let mut subject = Sqlite::new();
    for (time, ppm) in [("10:00:00", 1.0), ("10:01:00", 2.0), ("10:02:00", 3.0)] {
        append(&subject, [co2(on_monday(time), ppm)]).await;
    }
    let harm =
        "UPDATE log SET v = CAST(substr(v, 1, 3) || x'7f' || substr(v, 5) AS BLOB) WHERE seq = 2";
    subject.stranger().execute(harm, []).unwrap();
    subject.reopen().await;

    let before = history(&subject, crate::conformance::air()).await;
    append(&subject, [co2(on_monday("10:03:00"), 4.0)]).await;
    subject.seal(at("2026-11-24T04:00:00Z")).await;

    assert_eq!(numbers(&before), [1.0, 3.0]);
    assert_eq!(numbers(&history(&subject, crate::conformance::air()).await), [1.0, 3.0, 4.0]);
    assert_eq!(subject.count("log"), 1);
}
