//! Summaries of a series over a grid: what a chart draws.

use serde::{Deserialize, Serialize};

use crate::instant::{Instant, Period};
use crate::quantity::Kind;
use crate::reading::Observation;
use crate::rhythm::{Rhythm, state_patience};
use crate::rollup::Rollup;
use crate::site::Rules;
use crate::total::positive_zero;

/// Summary of a series in one period.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// The lowest reading.
    pub min: f64,
    /// The mean of the readings; of a state the share of the known time that it was true.
    pub mean: f64,
    /// The highest reading.
    pub max: f64,
    /// The newest reading.
    pub last: f64,
    /// Number of readings. With 0 the other figures are those of the reading before, which still holds.
    pub count: u64,
    /// Share of the period so far in which a reading holds, 0 to 1.
    pub coverage: f64,
}

/// One summary for each period of `grid`, which must be in order and disjoint; `None` where no reading holds.
///
/// A reading holds until the next one, but not longer than two and a half times the longest usual interval, held
/// between a minute and `max_gap`. A state holds longer, since many devices report its changes only:
/// see [`state_patience`].
pub fn summarise(
    kind: Kind,
    observations: &[Observation],
    grid: &[Period],
    rules: &Rules,
    now: Instant,
) -> Vec<Option<Summary>> {
    let hold_ms = hold_ms(kind, observations, rules);
    let mut first = 0;
    let mut summaries = Vec::with_capacity(grid.len());
    for period in grid {
        // The last reading before the period may still hold in it.
        let before =
            |at: usize| observations.get(at).is_some_and(|one| one.observed_at < period.start());
        while before(first + 1) {
            first += 1;
        }
        let end = observations[first..].iter().take_while(|one| one.observed_at < period.end());
        let last = first + end.count();
        let next = observations.get(last).map(|one| one.observed_at);
        summaries.push(summary(kind, &observations[first..last], next, *period, hold_ms, now));
    }
    summaries
}

/// The summary of `period` from the rollup of its readings, which outlives them. A bucket has a little less coverage
/// than its readings did: for how long the last one spoke is not in it.
#[expect(clippy::cast_precision_loss, reason = "fewer readings than 2^53")]
pub fn summary_of(kind: Kind, rollup: &Rollup, period: Period, now: Instant) -> Summary {
    let (count, covered) = (rollup.count as f64, rollup.covered_ms as f64);
    let is_timed = kind == Kind::State && rollup.covered_ms > 0;
    let length = period.end().min(now).since(period.start()).as_millis() as f64;
    Summary {
        min: positive_zero(rollup.min),
        mean: positive_zero(if is_timed { rollup.held / covered } else { rollup.sum / count }),
        max: positive_zero(rollup.max),
        last: positive_zero(rollup.last.1),
        count: rollup.count,
        coverage: if length > 0.0 { (covered / length).min(1.0) } else { 0.0 },
    }
}

/// Gathers one period. `observations` may begin with one from before it, `next` is the first one after it.
#[expect(clippy::cast_precision_loss, reason = "milliseconds of centuries fit")]
fn summary(
    kind: Kind,
    observations: &[Observation],
    next: Option<Instant>,
    period: Period,
    hold_ms: i64,
    now: Instant,
) -> Option<Summary> {
    let (start, end) = (period.start().as_millis(), period.end().min(now).as_millis());
    let ends = observations.iter().skip(1).map(|one| Some(one.observed_at)).chain([next]);
    let (mut covered, mut true_ms, mut held_value) = (0, 0, None);
    let mut inside = Inside::default();
    for (one, next) in observations.iter().zip(ends) {
        let (from, value) = (one.observed_at.as_millis(), positive_zero(one.value.as_f64()));
        let until = next.map_or(i64::MAX, Instant::as_millis).min(from + hold_ms).min(end);
        let held = (until - from.max(start)).max(0);
        covered += held;
        true_ms += if value == 0.0 { 0 } else { held };
        if from >= start {
            inside.add(value);
        } else if held > 0 {
            held_value = Some(value);
        }
    }
    let only_held =
        |value| Summary { min: value, mean: value, max: value, last: value, ..Summary::NONE };
    let mut summary = inside.summary().or(held_value.map(only_held))?;
    if kind == Kind::State && covered > 0 {
        summary.mean = true_ms as f64 / covered as f64;
    }
    if end > start {
        summary.coverage = covered as f64 / (end - start) as f64;
    }
    Some(summary)
}

/// The readings of one period.
#[derive(Clone, Copy)]
struct Inside {
    sum: f64,
    so_far: Summary,
}

impl Default for Inside {
    fn default() -> Self {
        Self { sum: 0.0, so_far: Summary::NONE }
    }
}

impl Inside {
    fn add(&mut self, value: f64) {
        let Summary { min, max, count, .. } = self.so_far;
        self.sum += value;
        self.so_far = Summary {
            min: min.min(value),
            max: max.max(value),
            last: value,
            count: count + 1,
            ..Summary::NONE
        };
    }

    #[expect(clippy::cast_precision_loss, reason = "fewer readings than 2^53")]
    fn summary(self) -> Option<Summary> {
        let count = self.so_far.count;
        (count > 0).then(|| Summary { mean: self.sum / count as f64, ..self.so_far })
    }
}

impl Summary {
    const NONE: Self = Self {
        min: f64::INFINITY,
        mean: f64::NAN,
        max: f64::NEG_INFINITY,
        last: f64::NAN,
        count: 0,
        coverage: 0.0,
    };
}

#[expect(clippy::cast_possible_truncation, reason = "a hold is at most some hours")]
fn hold_ms(kind: Kind, observations: &[Observation], rules: &Rules) -> i64 {
    let rhythm = Rhythm::of(observations);
    let seconds = match kind {
        Kind::State => state_patience(&rhythm, rules).as_secs_f64(),
        Kind::Gauge | Kind::Register => {
            let longest = rules.longest_gap().as_secs_f64();
            let learned = rhythm.long_s().map_or(longest, |long| long * 2.5);
            learned.max(60.0).min(longest)
        }
    };
    (seconds * 1000.0) as i64
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::quantity::Quantity;
    use crate::reading::{DatedBy, Value};
    use crate::rollup::Basis;

    fn minute(minute: i64) -> Instant {
        Instant::from_millis(minute * 60_000)
    }

    fn quarters(count: i64) -> Vec<Period> {
        (0..count).map(|n| Period::new(minute(n * 15), minute(n * 15 + 15)).unwrap()).collect()
    }

    fn series(kind: Kind, readings: &[(i64, f64)]) -> Vec<Observation> {
        let observation = |&(at, number): &(i64, f64)| Observation {
            observed_at: minute(at),
            received_at: minute(at),
            dated_by: DatedBy::Device,
            value: Value::from_f64(kind, number),
        };
        readings.iter().map(observation).collect()
    }

    fn gauge(readings: &[(i64, f64)], now: i64) -> Vec<Option<Summary>> {
        let series = series(Kind::Gauge, readings);
        summarise(Kind::Gauge, &series, &quarters(4), &Rules::default(), minute(now))
    }

    #[test]
    fn a_quarter_hour_has_the_mean_and_the_ends_of_its_readings() {
        let first = gauge(&[(-5, 900.0), (0, 400.0), (5, 500.0), (10, 900.0), (15, 100.0)], 60)[0];
        let wanted =
            Summary { min: 400.0, mean: 600.0, max: 900.0, last: 900.0, count: 3, coverage: 1.0 };
        assert_eq!(first, Some(wanted));
    }

    #[test]
    fn a_reading_speaks_a_little_beyond_its_rhythm_and_then_there_is_a_gap() {
        let readings: Vec<_> = (-10..=10).map(|at| (at, 420.0)).collect();
        let summaries = gauge(&readings, 60);
        assert!((summaries[0].unwrap().coverage - 12.5 / 15.0).abs() < 1e-9);
        assert_eq!(summaries[1], None);
    }

    #[test]
    fn a_slow_sensor_speaks_into_the_next_quarter_hour() {
        let held = gauge(&[(0, 21.0), (13, 22.0)], 60)[1].unwrap();
        assert_eq!((held.count, held.last, held.mean), (0, 22.0, 22.0));
        assert!((held.coverage - 13.0 / 15.0).abs() < 1e-9);
    }

    #[test]
    fn what_has_not_happened_yet_has_no_summary_and_is_not_missing() {
        let summaries = gauge(&[(0, 21.0), (5, 21.0)], 7);
        assert_eq!(summaries[0].map(|quarter| quarter.coverage), Some(1.0));
        assert_eq!(summaries[1], None);
    }

    #[test]
    fn a_state_holds_until_it_changes() {
        let series = series(Kind::State, &[(-600, 0.0), (5, 1.0), (8, 0.0)]);
        let summaries =
            summarise(Kind::State, &series, &quarters(2), &Rules::default(), minute(30));
        let first = summaries[0].unwrap();
        assert!((first.mean - 0.2).abs() < 1e-9);
        assert_eq!((first.min, first.max, first.count, first.coverage), (0.0, 1.0, 2, 1.0));
        assert_eq!(summaries[1].map(|quarter| quarter.max), Some(0.0));
    }

    #[test]
    fn the_summary_of_a_rollup_is_that_of_its_readings() {
        let gap = SignedDuration::from_mins(15);
        for (kind, quantity, readings) in [
            (Kind::Gauge, Quantity::Co2, [(0, 420.0), (5, 480.0), (10, 450.0), (15, 0.0)]),
            (Kind::State, Quantity::OccupancyDetected, [(0, 0.0), (5, 1.0), (10, 0.0), (15, 0.0)]),
        ] {
            let series = series(kind, &readings);
            let summaries = summarise(kind, &series, &quarters(1), &Rules::default(), minute(30));
            // The bucket ends with its last reading: it knows nothing of the third stretch of five minutes.
            let inside = readings[..3].iter().map(|(at, value)| (minute(*at), *value));
            let rollup = Rollup::of_all(inside, &Basis::new(quantity, gap)).unwrap();

            let outlived = summary_of(kind, &rollup, quarters(1)[0], minute(30));

            let direct = summaries[0].unwrap();
            let figures = |it: &Summary| (it.min, it.max, it.last, it.count);
            assert_eq!(figures(&outlived), figures(&direct));
            assert!((outlived.coverage - 10.0 / 15.0).abs() < 1e-9, "{outlived:?}");
            let mean = if kind == Kind::State { 0.5 } else { direct.mean };
            assert!((outlived.mean - mean).abs() < 1e-9, "{outlived:?}");
        }
    }

    #[test]
    fn a_series_without_readings_has_no_summaries() {
        assert_eq!(gauge(&[], 60), [None; 4]);
    }
}
