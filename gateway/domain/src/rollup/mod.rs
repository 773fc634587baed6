//! Rollups: what is kept of a stretch of a series, so that figures over a year need not read every reading.
//!
//! ```text
//! readings ──of_all──▶ rollup of a quarter of an hour ──then──▶ rollup of a civil day ──then──▶ ...
//! ```
//!
//! | file | what it knows |
//! |---|---|
//! | this one | a rollup, and how two consecutive ones join |
//! | `basis` | what the readings of a quantity are judged by |
//! | `states` | how long a state was true, over buckets without readings as well |
//!
//! A rollup of a whole is that of its parts in order; sums of `f64` alone may differ in their last bits. What lies
//! between two buckets, a step of a register or the time that a reading holds, belongs to neither: it is part of
//! their join, and whoever asks for single buckets works it out from `last` of one and `first` of the next.

mod basis;
mod states;
#[cfg(test)]
mod tests;

pub use basis::Basis;
pub use states::{StateTime, state_time};

use jiff::SignedDuration;

use crate::calendar::{self, Bucket};
use crate::instant::{Instant, Period};
use crate::reading::Observation;
use crate::register::{Bounds, Mark};

/// Summary of consecutive readings of one series; there is at least one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rollup {
    /// Number of readings.
    pub count: u64,
    /// The sum of their values; of a state, how many were true.
    pub sum: f64,
    /// The least value.
    pub min: f64,
    /// The greatest value.
    pub max: f64,
    /// Instant and value of the first reading.
    pub first: (Instant, f64),
    /// Instant and value of the last reading.
    pub last: (Instant, f64),
    /// Registers: what was added from the first to the last, when one that reads less than before counted from 0;
    /// else 0. Of a [plain](Self::is_plain) register it is `last - first`.
    pub increase: f64,
    /// Registers: how often one read less than before; else 0.
    pub falls: u64,
    /// Registers: the least speed per hour that explains every rise, beyond what one report may add at once
    /// (see [`Bounds`]); else 0.
    pub steepest: f64,
    /// Time between the first and the last in intervals no longer than the [longest gap](Basis::gap), in ms.
    pub covered_ms: i64,
    /// Number of intervals between the first and the last that were longer than the longest gap.
    pub gaps: u64,
    /// Gauges and states: the value times the ms that it held, from the first reading to the last; each holds until
    /// the next one, but no longer than the longest gap. Power below 0 counts as 0. Of registers 0.
    pub held: f64,
}

impl Rollup {
    /// The rollup of one reading.
    pub const fn of(at: Instant, value: f64) -> Self {
        Self {
            count: 1,
            sum: value,
            min: value,
            max: value,
            first: (at, value),
            last: (at, value),
            increase: 0.0,
            falls: 0,
            steepest: 0.0,
            covered_ms: 0,
            gaps: 0,
            held: 0.0,
        }
    }

    /// The rollup of readings in the order of time; `None` of nothing.
    pub fn of_all(
        readings: impl IntoIterator<Item = (Instant, f64)>,
        basis: &Basis,
    ) -> Option<Self> {
        let mut readings = readings.into_iter();
        let (at, value) = readings.next()?;
        let mut whole = Self::of(at, value);
        readings.for_each(|(at, value)| whole = whole.then(Self::of(at, value), basis));
        Some(whole)
    }

    /// The rollup of `self` and the later readings of `later`.
    #[must_use]
    pub fn then(self, later: Self, basis: &Basis) -> Self {
        let between = basis.between(self.last, later.first);
        Self {
            count: self.count + later.count,
            sum: self.sum + later.sum,
            min: self.min.min(later.min),
            max: self.max.max(later.max),
            first: self.first,
            last: later.last,
            increase: self.increase + between.increase + later.increase,
            falls: self.falls + u64::from(between.fell) + later.falls,
            steepest: self.steepest.max(between.speed).max(later.steepest),
            covered_ms: self.covered_ms + between.covered_ms + later.covered_ms,
            gaps: self.gaps + u64::from(between.is_gap) + later.gaps,
            held: self.held + between.held + later.held,
        }
    }

    /// From the first reading to the last, in ms.
    pub fn span_ms(&self) -> i64 {
        self.last.0.as_millis() - self.first.0.as_millis()
    }

    /// Whether a register did nothing that `bounds` would doubt: it never fell, nor rose faster than it can, be it from
    /// reading to reading or from the first to the last, which leaves only once what a report may add at once.
    ///
    /// When this holds, and a [`crate::register::Register`] of these bounds
    /// [stands at](crate::register::Register::stands_at) the first reading once it has observed it, then observing
    /// the last one adds what observing all of them would add, and leaves the register as that would.
    pub fn is_plain(&self, bounds: &Bounds) -> bool {
        let [first, last] = [self.first, self.last].map(|(at, total)| Mark { at, total });
        let whole = if first.at < last.at { bounds.speed(first, last) } else { 0.0 };
        self.falls == 0 && bounds.explains(self.steepest) && bounds.explains(whole)
    }

    /// The time between the first and the last in which a reading holds: all but what is beyond the longest gap.
    pub fn spoken_ms(&self, basis: &Basis) -> i64 {
        self.covered_ms
            + i64::try_from(self.gaps).unwrap_or(i64::MAX).saturating_mul(basis.gap_ms())
    }
}

/// Length of the buckets of rollups.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Quarters of an hour. Every offset in use is a multiple of them, so that they compose into civil hours and days.
    Quarter,
    /// Civil days of this time zone.
    Day(jiff::tz::TimeZone),
}

impl Step {
    /// The bucket that holds `instant`.
    pub fn bucket(&self, instant: Instant) -> Period {
        match self {
            Self::Quarter => {
                calendar::period_of(calendar::Step::Minutes(15), instant, &jiff::tz::TimeZone::UTC)
            }
            Self::Day(zone) => calendar::period_of(calendar::Step::Day, instant, zone),
        }
    }
}

/// The rollups of observations, which are in order: a bucket for each stretch of the step that has any.
pub fn roll_up(observations: &[Observation], step: &Step, basis: &Basis) -> Vec<Bucket<Rollup>> {
    let mut buckets = Vec::<Bucket<Rollup>>::new();
    for one in observations {
        let rollup = Rollup::of(one.observed_at, one.value.as_f64());
        match buckets.last_mut() {
            Some(bucket) if bucket.period.contains(one.observed_at) => {
                bucket.figure = bucket.figure.then(rollup, basis);
            }
            _ => buckets.push(Bucket { period: step.bucket(one.observed_at), figure: rollup }),
        }
    }
    buckets
}

/// The longest gap as rollups keep it: whole milliseconds, between none and a century.
pub(crate) fn gap_ms(gap: SignedDuration) -> i64 {
    const CENTURY_MS: i64 = 100 * 366 * 86_400_000;
    i64::try_from(gap.as_millis()).unwrap_or(CENTURY_MS).clamp(0, CENTURY_MS)
}
