//! Correction of the count of a day by what was left at its end, spread back over its passages.

use crate::instant::Instant;
use crate::occupancy::estimate::{DoorCount, Estimate};
use crate::occupancy::presence::Presence;
use crate::occupancy::timeline::{Moment, Timeline};
use crate::occupancy::{Residual, Witness, Witnesses};
use crate::site::Rules;

/// Count and presence of a place at an instant.
#[derive(Clone, Copy, Debug)]
pub(super) struct CountAt {
    pub(super) at: Instant,
    /// `None` unless every door is online.
    pub(super) count: Option<DoorCount>,
    /// In minus out since the last reset, with its sign.
    pub(super) drift: f64,
    pub(super) presence: Presence,
    /// Count that was left at the last reset.
    pub(super) residual: Option<Residual>,
}

/// Error of a count that ended with nobody inside: so many were left after so many passages.
#[derive(Clone, Copy, Debug)]
pub(super) struct DayError {
    pub(super) people: f64,
    pub(super) passages: f64,
}

/// Counts since the last reset.
#[derive(Debug, Default)]
pub(super) struct Day(Vec<CountAt>);

impl Day {
    pub(super) fn push(&mut self, count: CountAt) {
        self.0.push(count);
    }

    /// Appends the day to `timeline`, corrected when its `error` is known, and begins a new one.
    pub(super) fn end(&mut self, error: Option<DayError>, rules: &Rules, timeline: &mut Timeline) {
        for CountAt { at, count, drift, presence, residual } in self.0.drain(..) {
            let corrected = count.map(|count| match error {
                Some(error) => error.correct(count, drift),
                None => count,
            });
            let estimate = Estimate::of(corrected, presence, rules);
            let drift = count.map(|_| drift);
            let sources = Witnesses::of([
                (Witness::Doors, count.is_some()),
                (Witness::Detectors, matches!(presence, Presence::Vacant | Presence::Occupied)),
            ]);
            timeline.push(at, Moment { estimate, drift, residual, sources, ..Moment::UNKNOWN });
        }
    }
}

impl DayError {
    /// Count without its share of the error: each passage was as likely to be counted wrong as any other.
    ///
    /// Since both ends of the day are known, the error is largest in the middle of its passages.
    fn correct(self, count: DoorCount, drift: f64) -> DoorCount {
        let share = if self.passages > 0.0 { count.passages / self.passages } else { 0.0 };
        let people = (drift - self.people * share).max(0.0);
        let is_corrected = count.is_corrected || (people - count.people).abs() >= 0.5;
        DoorCount { people, passages: count.passages * (1.0 - share), is_corrected, ..count }
    }
}
