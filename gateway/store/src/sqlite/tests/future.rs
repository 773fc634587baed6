//! Readings from the future are put aside, and nothing else is.

use domain::audit::{Correction, Deed, Draft, Effect, Target};
use domain::rollup::Step;
use domain::{Quantity, Value};
use jiff::SignedDuration;
use jiff::tz::TimeZone;

use super::*;
use crate::conformance::{append, at, history, reading, rollups, source};
use crate::ports::AuditReader;

const DAY: SignedDuration = SignedDuration::from_hours(24);

fn now() -> Instant {
    at("2026-11-23T12:00:00Z")
}

/// Readings every six hours from two days ago on, for so many days.
fn readings(from: Instant, count: i32) -> Vec<Reading> {
    let air = source("air", Quantity::Co2);
    let one = |n: i32| {
        let at = from + SignedDuration::from_hours(6) * n;
        reading(&air, at, Value::Gauge(400.0 + f64::from(n)))
    };
    (0..count).map(one).collect()
}

fn draft() -> Draft {
    let correction = Correction {
        target: Target::Source(source("air", Quantity::Co2)),
        from: now(),
        to: now() + DAY,
        effect: Effect::Note,
    };
    Draft {
        at: now(),
        author: "(vigie future)".to_owned(),
        reason: "aside".to_owned(),
        deed: Deed::Correction(correction),
        before: None,
    }
}

fn put_aside(subject: &mut Sqlite, fails: bool) -> (Vec<Reading>, Result<(), StoreError>) {
    subject.writer = None;
    let (settings, mut kept) = (SqliteSettings::default(), Vec::new());
    let is_from_it = |one: &Observation| one.observed_at > now() + SignedDuration::from_mins(5);
    let keep = |some: &[Reading]| {
        kept.extend_from_slice(some);
        Ok(())
    };
    let finish =
        || if fails { Err(StoreError::Unavailable("full".into())) } else { Ok(vec![draft()]) };
    let folder = subject.folder.path();
    let done = crate::put_future_aside(folder, &settings, now(), &is_from_it, keep, finish);
    subject.writer = Some(SqliteWriter::open(folder, &settings).unwrap());
    (kept, done)
}

#[tokio::test]
async fn readings_of_a_clock_that_was_ahead_leave_the_store_whether_they_were_packed_or_not() {
    let mut subject = Sqlite::new();
    let present = readings(now() - DAY * 2, 9);
    let future = [
        readings(now() + SignedDuration::from_hours(1), 8),
        readings(at("2040-01-01T00:00:00Z"), 8),
    ]
    .concat();
    append(&subject, present.clone()).await;
    append(&subject, future[..8].to_vec()).await;
    // The clock that was ahead has packed its days, the present one among them.
    subject.seal(at("2040-01-02T04:00:00Z")).await;
    append(&subject, future[8..].to_vec()).await;

    let (kept, done) = put_aside(&mut subject, false);

    done.unwrap();
    assert_eq!(kept.len(), 16);
    let air = source("air", Quantity::Co2);
    let left = history(&subject, air.clone()).await;
    assert_eq!(left.len(), present.len());
    let newest = subject.reader().sources().await.unwrap()[0].last.observed_at;
    assert_eq!(newest, now());
    assert_eq!(subject.reader().ledger().await.unwrap()[0].author, "(vigie future)");

    // Summaries are those of what is left, now and after the next nights.
    let fresh = Sqlite::new();
    append(&fresh, present.clone()).await;
    for step in [Step::Quarter, Step::Day(TimeZone::UTC)] {
        let expected = rollups(&fresh, &air, Period::ALL, step.clone()).await;
        assert_eq!(rollups(&subject, &air, Period::ALL, step).await, expected);
    }
    for night in 1..4 {
        subject.seal(now() + DAY * night).await;
    }
    assert_eq!(history(&subject, air.clone()).await, left);
    append(&subject, future).await;
    assert_eq!(history(&subject, air).await.len(), present.len() + 16, "they may come back");
}

#[tokio::test]
async fn when_what_is_put_aside_cannot_be_kept_the_store_stays_as_it_was() {
    let mut subject = Sqlite::new();
    append(&subject, readings(at("2040-01-01T00:00:00Z"), 8)).await;
    let (_, done) = put_aside(&mut subject, true);
    assert!(done.is_err());
    assert_eq!(history(&subject, source("air", Quantity::Co2)).await.len(), 8);
    assert!(subject.reader().ledger().await.unwrap().is_empty());
}
