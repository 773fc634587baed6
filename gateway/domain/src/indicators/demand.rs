//! Power as it is billed: apparent power of ten minutes beside what was subscribed.

use jiff::SignedDuration;
use serde::Serialize;

use super::hours;
use crate::calendar::Bucket;
use crate::instant::{Instant, Period};
use crate::reading::Observation;
use crate::total::Total;

/// Active by apparent power where only the first is measured. A proposal; figures made with it say so.
const POWER_FACTOR: f64 = 0.95;
/// From this share of the subscribed power on it is near.
const NEAR: f64 = 0.9;

/// A window of which less is known, by share, says nothing.
const ENOUGH: f64 = 0.9;

/// The mean of a power over time, however unevenly it is reported: each value counts for as long as it held.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct HeldMean {
    power_seconds: f64,
    known_seconds: f64,
}

impl HeldMean {
    /// Takes a power that held for so long.
    pub(crate) fn add(&mut self, power: f64, seconds: f64) {
        self.power_seconds += power * seconds;
        self.known_seconds += seconds;
    }

    /// The mean over a window, when enough of it is known.
    pub(crate) fn over(&self, window: Period) -> Option<f64> {
        let whole = window.length().as_secs_f64();
        let is_known = self.known_seconds > 0.0 && self.known_seconds >= ENOUGH * whole;
        is_known.then(|| self.power_seconds / self.known_seconds)
    }
}

/// Mean power of each window of `grid`, which is in order: a reading holds until the next one, but no longer than
/// `longest_gap`, nor beyond `now`. The newest reading holds nothing once it is older than `longest_gap`: an open silence
/// longer than that is unknown from its beginning.
pub fn window_means(
    observations: &[Observation],
    grid: &[Period],
    longest_gap: SignedDuration,
    now: Instant,
) -> Vec<Bucket<Option<f64>>> {
    let held_until = |at: usize, one: &Observation| match observations.get(at + 1) {
        Some(next) => next.observed_at.min(one.observed_at + longest_gap),
        None if now > one.observed_at + longest_gap => one.observed_at,
        None => now,
    };
    let mut first = 0;
    let mean = |window: &Period| {
        // The last reading before the window may still hold in it.
        while observations.get(first + 1).is_some_and(|one| one.observed_at <= window.start()) {
            first += 1;
        }
        let mut mean = HeldMean::default();
        for (at, one) in observations.iter().enumerate().skip(first) {
            if one.observed_at >= window.end() {
                break;
            }
            let until = held_until(at, one).min(window.end()).min(now);
            let held = Period::new(one.observed_at.max(window.start()), until);
            if let Some(held) = held {
                mean.add(one.value.as_f64(), held.length().as_secs_f64());
            }
        }
        Bucket { period: *window, figure: mean.over(*window) }
    };
    grid.iter().map(mean).collect()
}

/// Apparent power beside the subscribed power, both in kVA.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Demand {
    /// What the contract allows.
    pub subscribed_kva: f64,
    /// The highest mean, and when.
    pub highest_kva: Option<f64>,
    /// The ten minutes of it.
    #[serde(skip)]
    pub highest_at: Option<Period>,
    /// Hours above the subscribed power.
    pub hours_over: f64,
    /// Hours above nine tenths of it.
    pub hours_near: f64,
    /// The ten minutes above it, in kVA.
    #[serde(skip)]
    pub overruns: Vec<Bucket<f64>>,
    /// Whether apparent power was worked out from active power with a power factor of 0.95.
    pub is_assumed: bool,
    /// Share of the cells in which something was measured.
    pub coverage: f64,
}

/// The demand in these cells, ten minutes as the bill has them: apparent power in VA, or active power in W when
/// `is_active`, as [`window_means`] gives them. `None` where too little was measured.
pub fn demand(subscribed_kva: f64, cells: &[Bucket<Option<f64>>], is_active: bool) -> Demand {
    let kva = |power: f64| apparent_kva(power, is_active);
    let known: Vec<_> = cells
        .iter()
        .filter_map(|cell| Some(Bucket { period: cell.period, figure: kva(cell.figure?) }))
        .collect();
    let highest = known.iter().max_by(|a, b| a.figure.total_cmp(&b.figure));
    let above = |limit: f64| known.iter().filter(move |cell| cell.figure > limit);
    let hours_above = |limit| above(limit).map(|cell| hours(cell.period)).total();
    #[expect(clippy::cast_precision_loss, reason = "fewer cells than 2^53")]
    let coverage = if cells.is_empty() { 0.0 } else { known.len() as f64 / cells.len() as f64 };
    Demand {
        subscribed_kva,
        highest_kva: highest.map(|cell| cell.figure),
        highest_at: highest.map(|cell| cell.period),
        hours_over: hours_above(subscribed_kva),
        hours_near: hours_above(subscribed_kva * NEAR),
        overruns: above(subscribed_kva).cloned().collect(),
        is_assumed: is_active,
        coverage,
    }
}

/// Apparent power in kVA of apparent power in VA, or of active power in W when `is_active`.
pub(crate) fn apparent_kva(power: f64, is_active: bool) -> f64 {
    power / 1000.0 / if is_active { POWER_FACTOR } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading::{DatedBy, Value};

    fn at(second: i64) -> Instant {
        Instant::from_millis(second * 1000)
    }

    fn means(readings: &[(i64, f64)], now: i64) -> Vec<Option<f64>> {
        let reading = |&(second, power): &(i64, f64)| Observation {
            observed_at: at(second),
            received_at: at(second),
            dated_by: DatedBy::Device,
            value: Value::Gauge(power),
        };
        let readings: Vec<_> = readings.iter().map(reading).collect();
        let grid = [(0, 600), (600, 1200)].map(|(from, to)| Period::new(at(from), at(to)).unwrap());
        let gap = SignedDuration::from_mins(15);
        let cells = window_means(&readings, &grid, gap, at(now));
        cells.into_iter().map(|cell| cell.figure).collect()
    }

    #[test]
    fn a_device_that_reports_more_often_while_it_draws_more_does_not_draw_more() {
        // A minute of 36 kVA, reported every second, in ten minutes of 6 kVA that are reported once.
        let burst = (300..360).map(|second| (second, 36_000.0));
        let readings: Vec<_> =
            [(0, 6_000.0)].into_iter().chain(burst).chain([(360, 6_000.0)]).collect();
        assert_eq!(means(&readings, 600)[0], Some(9_000.0));
    }

    #[test]
    fn a_reading_before_a_window_holds_in_it_but_not_across_a_long_silence() {
        assert_eq!(
            means(&[(-60, 3_000.0), (300, 5_000.0), (1200, 0.0)], 1200),
            [Some(4_000.0), Some(5_000.0)]
        );
        assert_eq!(means(&[(-400, 3_000.0), (1200, 5_000.0)], 1200), [None, None]);
    }

    #[test]
    fn an_open_silence_longer_than_the_gap_is_unknown_from_its_beginning() {
        let readings = [(0, 3_000.0), (590, 5_000.0)];
        let known = means(&readings, 1200);
        assert!(known[0].is_some() && known[1].is_some(), "a reading may still follow: {known:?}");
        assert_eq!(means(&readings, 590 + 900)[1], known[1]);
        for now in [590 + 901, 7200, 86_400] {
            assert_eq!(means(&readings, now), [Some(3_000.0), None], "{now}");
        }
    }

    #[test]
    fn a_window_that_is_not_over_has_no_mean_yet() {
        assert_eq!(means(&[(0, 3_000.0)], 500), [None, None]);
        assert_eq!(means(&[(0, 3_000.0)], 600), [Some(3_000.0), None]);
    }
}
