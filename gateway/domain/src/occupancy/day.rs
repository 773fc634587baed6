//! The count from one time at which it was set to nobody to the next, and what was left then spread back over it.

use super::estimate::{Count, Estimate};
use super::presence::Presence;
use super::timeline::{Moment, Timeline};
use crate::instant::Instant;
use crate::occupancy::{Residual, Witness, Witnesses};
use crate::site::Rules;

/// What doors and detectors said at an instant.
#[derive(Clone, Copy, Debug)]
pub(super) struct Said {
    pub(super) at: Instant,
    /// `None` unless every door reported.
    pub(super) count: Option<Count>,
    /// In minus out since the day began, with its sign.
    pub(super) drift: f64,
    pub(super) presence: Presence,
    /// What was left when the day before ended.
    pub(super) residual: Option<Residual>,
}

/// What was left of a count that ended with nobody inside, and after how many passages.
#[derive(Clone, Copy, Debug)]
pub(super) struct Left {
    pub(super) people: f64,
    pub(super) passages: f64,
}

/// What was said since the count was last set to nobody.
#[derive(Debug, Default)]
pub(super) struct Day(Vec<Said>);

impl Day {
    pub(super) fn hear(&mut self, said: Said) {
        self.0.push(said);
    }

    /// Goes on in `told` with all of the day, as it was counted or, with what was `left`, as it must have been; then a
    /// new day begins.
    pub(super) fn end(&mut self, left: Option<Left>, rules: &Rules, told: &mut Timeline) {
        for said in self.0.drain(..) {
            let Said { at, count, drift, presence, residual } = said;
            let corrected = count.map(|count| match left {
                Some(left) => left.spread(count, drift),
                None => count,
            });
            let estimate = Estimate::of(corrected, presence, rules);
            let drift = count.map(|_| drift);
            let sources = Witnesses::of([
                (Witness::Doors, count.is_some()),
                (Witness::Detectors, matches!(presence, Presence::Vacant | Presence::Occupied)),
            ]);
            told.push(at, Moment { estimate, drift, residual, sources, ..Moment::UNKNOWN });
        }
    }
}

impl Left {
    /// The count with its part of what was left taken off: each passage was as likely to be counted wrong as any other.
    ///
    /// Since both ends of the day are known, the error is largest in the middle of its passages.
    fn spread(self, count: Count, drift: f64) -> Count {
        let share = if self.passages > 0.0 { count.passages / self.passages } else { 0.0 };
        let people = (drift - self.people * share).max(0.0);
        let is_moved = count.is_moved || (people - count.people).abs() >= 0.5;
        Count { people, passages: count.passages * (1.0 - share), is_moved, ..count }
    }
}
