//! When what is packed.

use jiff::SignedDuration;

use super::*;
use crate::conformance::{air, append, at, co2, history, on_monday, source};

/// A reading every ten seconds, so many from `start`.
fn every_ten_seconds(start: Instant, count: i64) -> Vec<Reading> {
    (0..count).map(|n| co2(start + SignedDuration::from_secs(10 * n), 500.0)).collect()
}

async fn seal(subject: &Sqlite, now: &str) -> Sealed {
    subject.writer().seal(at(now)).await.unwrap()
}

#[tokio::test]
async fn the_log_is_packed_into_hours_and_yesterday_into_a_day_three_hours_after_midnight() {
    let subject = Sqlite::new();
    append(&subject, every_ten_seconds(on_monday("22:00:00"), 3 * 360)).await;

    let at_two = seal(&subject, "2026-11-24T02:59:59Z").await;
    let at_three = seal(&subject, "2026-11-24T03:00:00Z").await;

    assert_eq!(at_two, Sealed { readings: 1080, hours: 3, days: 0, ..Sealed::default() });
    assert_eq!(at_three, Sealed { readings: 0, hours: 0, days: 1, ..Sealed::default() });
    assert_eq!((subject.count("log"), subject.count("blk_h"), subject.count("blk_d")), (0, 1, 1));
}

#[tokio::test]
async fn what_is_late_for_a_sealed_day_waits_for_the_next_night() {
    let subject = Sqlite::new();
    append(&subject, every_ten_seconds(on_monday("10:00:00"), 10)).await;
    seal(&subject, "2026-11-24T03:00:00Z").await;

    append(&subject, every_ten_seconds(on_monday("12:00:00"), 10)).await;
    let same_night = seal(&subject, "2026-11-24T03:15:00Z").await;
    let next_night = seal(&subject, "2026-11-25T03:00:00Z").await;

    assert_eq!(same_night, Sealed { readings: 10, hours: 1, days: 0, ..Sealed::default() });
    assert_eq!(next_night, Sealed { readings: 0, hours: 0, days: 1, ..Sealed::default() });
    assert_eq!(history(&subject, air()).await.len(), 20);
}

#[tokio::test]
async fn a_clock_that_was_far_ahead_once_does_not_end_the_sealing_of_days() {
    let subject = Sqlite::new();
    append(&subject, every_ten_seconds(on_monday("10:00:00"), 10)).await;
    seal(&subject, "2099-01-01T00:00:00Z").await;

    append(&subject, every_ten_seconds(at("2026-11-24T10:00:00Z"), 10)).await;

    assert_eq!(seal(&subject, "2026-11-25T03:00:00Z").await.days, 1);
}

#[tokio::test]
async fn a_log_that_gets_long_is_packed_without_being_asked() {
    let subject = Sqlite::new();
    for n in 0..11 {
        let start = Instant::from_millis(n * 100_000_000);
        append(&subject, every_ten_seconds(start, 10_000)).await;
    }
    // The writer packs between commands; closing waits until it has done one step at least.
    append(&subject, []).await;
    assert!(subject.logged() <= 90_000, "{}", subject.logged());
    assert_eq!(history(&subject, air()).await.len(), 110_000);
}

#[tokio::test]
async fn readings_are_appended_and_read_while_a_seal_goes_on() {
    let subject = Sqlite::new();
    let start = at("2026-11-10T00:00:00Z");
    append(&subject, every_ten_seconds(start, 60_000)).await;

    let sealing = subject.writer().seal(at("2026-11-30T00:00:00Z"));
    let appending = async {
        for n in 0..50 {
            let time = at("2026-11-29T23:00:00Z") + SignedDuration::from_secs(n);
            append(&subject, [co2(time, 400.0)]).await;
        }
        history(&subject, air()).await.len()
    };
    let (sealed, read) = tokio::join!(sealing, appending);

    assert!(sealed.unwrap().days >= 6);
    assert_eq!(read, 60_050);
}

#[tokio::test]
async fn a_second_seal_is_told_to_wait() {
    let subject = Sqlite::new();
    append(&subject, every_ten_seconds(at("2026-11-10T00:00:00Z"), 60_000)).await;

    let now = at("2026-11-30T00:00:00Z");
    let (first, second) = tokio::join!(subject.writer().seal(now), subject.writer().seal(now));

    first.unwrap();
    assert!(matches!(second, Err(StoreError::Unavailable(_))));
}

#[tokio::test]
async fn a_reading_is_only_ever_in_one_place() {
    let mut subject = Sqlite::new();
    let readings = every_ten_seconds(on_monday("20:00:00"), 2000);
    for part in [0..500, 400..1500, 0..2000, 1000..1200] {
        append(&subject, &readings[part]).await;
        subject.seal(on_monday("23:00:00")).await;
    }
    subject.seal(at("2026-11-24T03:00:00Z")).await;
    append(&subject, readings).await;

    let sealed = |table| format!("SELECT coalesce(sum(n), 0) FROM {table}");
    let count = |table| {
        subject.stranger().query_row(&sealed(table), [], |row| row.get::<_, i64>(0)).unwrap()
    };
    assert_eq!((subject.logged(), count("blk_h") + count("blk_d")), (0, 2000));
}

#[tokio::test]
async fn a_source_heard_of_only_once_long_ago_is_found_beside_a_million_others() {
    let mut subject = Sqlite::new();
    let quiet = source("quiet", domain::Quantity::Co2);
    let once = Reading { source: quiet.clone(), ..co2(at("2020-01-01T00:00:00Z"), 7.0) };
    append(&subject, [once.clone()]).await;
    append(&subject, every_ten_seconds(at("2026-11-10T00:00:00Z"), 20_000)).await;
    subject.seal(at("2026-11-30T00:00:00Z")).await;

    let newest = subject.reader().range(Range::newest(quiet)).await.unwrap();

    assert_eq!(newest, [once.observation]);
}
