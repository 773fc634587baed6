//! Door counters: registers of passages in and out, with the errors that real ones make.

use domain::Instant;
use jiff::SignedDuration;

use super::chance::Chance;
use super::people::Passage;

/// Share of passages in that a counter misses, out that it misses, and of any that it counts twice.
///
/// Groups leave closer together than they come, so more is missed on the way out and the count drifts upwards.
const MISSED_IN: f64 = 0.003;
const MISSED_OUT: f64 = 0.005;
const DOUBLED: f64 = 0.002;

/// One doorway: what passed, and what its counter says.
#[derive(Clone, Debug)]
pub(super) struct Door {
    /// True passages since the start, in and out.
    pub(super) truth: (u64, u64),
    /// Count of the counter.
    register: (u64, u64),
    /// The registers after each passage of the present step, for those that report on change.
    changes: Vec<(Instant, (u64, u64))>,
    /// Count shown when the present step began.
    before: (u64, u64),
    errs: bool,
    chance: Chance,
}

impl Door {
    /// A counter that has counted before; with `errs` it errs like a real one.
    pub(super) fn new(errs: bool, mut chance: Chance) -> Self {
        let before = 20_000 + chance.index(40_000) as u64;
        let register = (before, before);
        Self { truth: (0, 0), register, changes: Vec::new(), before: register, errs, chance }
    }

    /// Counts a passage.
    pub(super) fn pass(&mut self, passage: &Passage) {
        let (missed, truth, register) = if passage.is_in {
            (MISSED_IN, &mut self.truth.0, &mut self.register.0)
        } else {
            (MISSED_OUT, &mut self.truth.1, &mut self.register.1)
        };
        *truth += 1;
        let counted = match self.errs {
            true if self.chance.yes(missed) => 0,
            true if self.chance.yes(DOUBLED) => 2,
            _ => 1,
        };
        *register += counted;
        if counted > 0 {
            // Two people in the same millisecond are still two readings.
            let last = self.changes.last().map_or(Instant::MIN, |(at, _)| *at);
            let at = passage.at.max(last + SignedDuration::from_millis(1));
            self.changes.push((at, self.register));
        }
    }

    /// Count shown at `at`, within the present step.
    pub(super) fn register_at(&self, at: Instant) -> (u64, u64) {
        let before = self.changes.iter().rev().find(|(change, _)| *change <= at);
        before.map_or(self.before, |(_, register)| *register)
    }

    /// When the register of people in changed within the present step.
    pub(super) fn changes_in(&self) -> impl Iterator<Item = Instant> + '_ {
        self.changes_of(|register| register.0)
    }

    /// When the register of people out changed within the present step.
    pub(super) fn changes_out(&self) -> impl Iterator<Item = Instant> + '_ {
        self.changes_of(|register| register.1)
    }

    fn changes_of(&self, side: fn(&(u64, u64)) -> u64) -> impl Iterator<Item = Instant> + '_ {
        let mut last = side(&self.before);
        self.changes.iter().filter_map(move |(at, register)| {
            let changed = side(register) != last;
            last = side(register);
            changed.then_some(*at)
        })
    }

    /// Begins a step: the changes of the last one have been emitted.
    pub(super) fn begin_step(&mut self) {
        self.changes.clear();
        self.before = self.register;
    }
}
