//! Claims about rollups.

use domain::calendar::Bucket;
use domain::rollup::{Basis, Rollup, Step, roll_up};
use domain::{Quantity, Reading, Source, Value};
use jiff::SignedDuration;
use jiff::tz::TimeZone;

use super::*;
use crate::ports::RollupRange;

pub(crate) const GAP: SignedDuration = SignedDuration::from_mins(15);

pub(crate) fn paris() -> TimeZone {
    TimeZone::get("Europe/Paris").unwrap()
}

pub(crate) fn steps() -> [Step; 3] {
    [Step::Quarter, Step::Day(TimeZone::UTC), Step::Day(paris())]
}

/// The same to the rounding of sums.
pub(crate) fn assert_alike(found: &[Bucket<Rollup>], expected: &[Bucket<Rollup>]) {
    let rounded = |buckets: &[Bucket<Rollup>]| -> Vec<_> {
        let exact = |r: &Rollup| Rollup { sum: 0.0, increase: 0.0, held: 0.0, ..*r };
        buckets.iter().map(|bucket| (bucket.period, exact(&bucket.figure))).collect()
    };
    assert_eq!(rounded(found), rounded(expected));
    for (found, expected) in found.iter().zip(expected) {
        let (found, expected) = (&found.figure, &expected.figure);
        let sums = |r: &Rollup| [r.sum, r.increase, r.held];
        for (a, b) in sums(found).into_iter().zip(sums(expected)) {
            assert!((a - b).abs() <= 1e-9 * a.abs().max(b.abs()), "{found:?} for {expected:?}");
        }
    }
}

pub(crate) async fn rollups<S: Subject>(
    subject: &S,
    source: &Source,
    period: Period,
    step: Step,
) -> Vec<Bucket<Rollup>> {
    let sources = vec![source.clone()];
    let request = RollupRange { sources, period, step, longest_gap: GAP };
    subject.reader().rollups(request).await.unwrap().remove(0)
}

/// Whether the store's rollups are those of the readings that it gives.
pub(crate) async fn assert_rollups_follow_from_readings<S: Subject>(subject: &S, source: &Source) {
    let readings = history(subject, source.clone()).await;
    let basis = Basis::new(source.quantity, GAP);
    for step in steps() {
        let found = rollups(subject, source, Period::ALL, step.clone()).await;
        assert_alike(&found, &roll_up(&readings, &step, &basis));
    }
}

fn meter() -> Source {
    source("meter", Quantity::EnergyImported)
}

/// A meter over the days around the end of summer time, reset once, read every seven minutes, silent for hours.
fn register() -> Vec<Reading> {
    let start = at("2026-10-23T20:00:00Z");
    let readings = (0..800_u32).filter(|n| !(300..340).contains(n)).map(|n| {
        let wh = f64::from(if n < 500 { 100_000 + n * 3 } else { (n - 500) * 2 }) / 10.0;
        let at = start + SignedDuration::from_mins(7 * i64::from(n));
        reading(&meter(), at, Value::Register(wh))
    });
    readings.collect()
}

pub(crate) async fn rollups_follow_from_the_readings_before_and_after_sealing<S: Subject>() {
    let mut subject = S::new();
    append(&subject, register()).await;
    assert_rollups_follow_from_readings(&subject, &meter()).await;
    for now in ["2026-10-25T12:00:00Z", "2026-11-01T12:00:00Z"] {
        subject.seal(at(now)).await;
        assert_rollups_follow_from_readings(&subject, &meter()).await;
    }
    subject.reopen().await;
    assert_rollups_follow_from_readings(&subject, &meter()).await;
}

pub(crate) async fn late_readings_are_in_rollups_as_soon_as_they_are_stored<S: Subject>() {
    let mut subject = S::new();
    let (late, punctual): (Vec<_>, Vec<_>) =
        register().into_iter().enumerate().partition(|(n, _)| n % 7 == 3);
    let readings = |part: Vec<(usize, Reading)>| -> Vec<Reading> {
        part.into_iter().map(|(_, reading)| reading).collect()
    };
    append(&subject, readings(punctual)).await;
    subject.seal(at("2026-11-01T12:00:00Z")).await;
    append(&subject, readings(late)).await;
    assert_rollups_follow_from_readings(&subject, &meter()).await;
    subject.seal(at("2026-11-01T12:15:00Z")).await;
    assert_rollups_follow_from_readings(&subject, &meter()).await;
    subject.seal(at("2026-11-02T12:00:00Z")).await;
    assert_rollups_follow_from_readings(&subject, &meter()).await;
}

pub(crate) async fn a_bucket_is_whole_where_it_reaches_out_of_the_period<S: Subject>() {
    let mut subject = S::new();
    append(&subject, register()).await;
    for seal in [false, true] {
        if seal {
            subject.seal(at("2026-11-01T12:00:00Z")).await;
        }
        let afternoon = at("2026-10-25T16:00:00+01:00");
        let moment = period(afternoon, afternoon + SignedDuration::from_millis(1));
        let day = rollups(&subject, &meter(), moment, Step::Day(paris())).await;
        assert_eq!(day.len(), 1);
        assert_eq!(day[0].period.length().as_hours(), 25);
        assert_eq!(day[0].period.start(), at("2026-10-25T00:00:00+02:00"));

        let quarter = rollups(&subject, &meter(), moment, Step::Quarter).await;
        assert_eq!(quarter.len(), 1);
        assert_eq!(quarter[0].figure.count, 2);
        let empty = period(afternoon, afternoon);
        assert_eq!(rollups(&subject, &meter(), empty, Step::Quarter).await, []);
    }
}

pub(crate) async fn rollups_of_several_sources_come_in_the_order_of_the_question<S: Subject>() {
    let subject = S::new();
    append(&subject, register()).await;
    append(&subject, [co2(on_monday("10:00:00"), 400.0)]).await;
    let unheard = source("nobody", Quantity::Co2);
    let request = RollupRange {
        sources: vec![air(), unheard, meter(), air()],
        period: Period::ALL,
        step: Step::Day(TimeZone::UTC),
        longest_gap: GAP,
    };
    let found = subject.reader().rollups(request).await.unwrap();
    let counts: Vec<_> = found.iter().map(Vec::len).collect();
    assert_eq!(counts, [1, 0, 5, 1]);
}

pub(crate) async fn a_state_is_rolled_up_by_how_long_it_was_true<S: Subject>() {
    let mut subject = S::new();
    let door = source("door", Quantity::OccupancyDetected);
    let readings = [("08:00:00", true), ("09:30:00", false), ("20:00:00", true)]
        .map(|(time, state)| reading(&door, on_monday(time), Value::State(state)));
    append(&subject, readings).await;
    for now in ["2026-11-23T21:00:00Z", "2026-11-25T12:00:00Z"] {
        subject.seal(at(now)).await;
        let day = rollups(&subject, &door, Period::ALL, Step::Day(TimeZone::UTC)).await[0].figure;
        assert_eq!((day.sum, day.held), (2.0, 1.5 * 3_600_000.0));
        assert_rollups_follow_from_readings(&subject, &door).await;
    }
}

pub(crate) async fn another_longest_gap_or_zone_is_answered_as_right<S: Subject>() {
    let mut subject = S::new();
    append(&subject, register()).await;
    subject.seal(at("2026-11-01T12:00:00Z")).await;
    let readings = history(&subject, meter()).await;
    for minutes in [5, 7, 600] {
        for step in [Step::Quarter, Step::Day(TimeZone::get("Asia/Kathmandu").unwrap())] {
            let longest_gap = SignedDuration::from_mins(minutes);
            let basis = Basis::new(Quantity::EnergyImported, longest_gap);
            let expected = roll_up(&readings, &step, &basis);
            let sources = vec![meter()];
            let request = RollupRange { sources, period: Period::ALL, step, longest_gap };
            let found = subject.reader().rollups(request).await.unwrap();
            assert_alike(&found[0], &expected);
        }
    }
}
