//! What a detector says, and for how long.

use jiff::SignedDuration;

use crate::instant::{Instant, Period};
use crate::rhythm::{Rhythm, state_patience_s};
use crate::site::Rules;

/// What detectors say of a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Presence {
    /// No detector is assigned.
    Absent,
    /// A detector is assigned and does not tell.
    Unknown,
    /// Nobody moves, for longer than the hold time.
    Vacant,
    /// Somebody moves, or did within the hold time.
    Occupied,
}

/// People go home: a detector that sees somebody for so long without a pause is stuck, and tells nothing until it
/// pauses.
const STUCK_AFTER: SignedDuration = SignedDuration::from_hours(12);

/// One detector while it is assigned.
#[derive(Clone, Debug)]
pub(crate) struct Detector {
    assigned: Period,
    rhythm: Rhythm,
    /// Changes of what it says; `None` since it is missed.
    says: Vec<(Instant, Option<bool>)>,
}

impl Detector {
    pub(crate) fn new(assigned: Period) -> Self {
        Self { assigned, rhythm: Rhythm::default(), says: Vec::new() }
    }

    /// Takes the next reading; says whether anything changed.
    pub(crate) fn observe(&mut self, at: Instant, state: bool, rules: &Rules) -> bool {
        if self.rhythm.last().is_some_and(|last| at <= last) {
            return false;
        }
        if let Some(missed) = self.missed_from(rules).filter(|missed| *missed < at) {
            self.says.push((missed, None));
        }
        self.rhythm.observe(at, f64::from(u8::from(state)));
        let changed = self.says.last().is_none_or(|(_, said)| *said != Some(state));
        if changed {
            self.says.push((at, Some(state)));
        }
        changed
    }

    /// Forgets what it said before `instant`, but for what still holds then.
    pub(crate) fn forget(&mut self, instant: Instant) {
        let later = self.says.partition_point(|(at, _)| *at < instant);
        self.says.drain(..later.saturating_sub(2));
    }

    /// Changes of presence in order, while it is assigned; before and after it is absent.
    pub(crate) fn changes(&self, rules: &Rules, mut change: impl FnMut(Instant, Presence)) {
        let (from, until) = (self.assigned.start(), self.assigned.end());
        let says = self.says_until_missed(rules);
        let hold = rules.hold;
        change(from, Presence::Unknown);
        let mut before = None;
        for (index, &(at, said)) in says.iter().enumerate() {
            let next = says.get(index + 1).map_or(until, |(next, _)| *next);
            match said {
                None => change(at, Presence::Unknown),
                Some(true) => {
                    change(at, Presence::Occupied);
                    if at + STUCK_AFTER < next {
                        change(at + STUCK_AFTER, Presence::Absent);
                    }
                }
                Some(false) if before == Some(true) => {
                    if at + hold < next {
                        change(at + hold, Presence::Vacant);
                    }
                }
                Some(false) => change(at, Presence::Vacant),
            }
            before = said;
        }
        if until < Instant::MAX {
            change(until, Presence::Absent);
        }
    }

    /// When it saw nobody any more after it saw somebody, in order; for the hold time it still tells of somebody.
    pub(crate) fn stilled(&self) -> impl Iterator<Item = Instant> + '_ {
        let pairs = self.says.windows(2);
        let stills = pairs.filter(|pair| (pair[0].1, pair[1].1) == (Some(true), Some(false)));
        stills.map(|pair| pair[1].0).filter(|at| self.assigned.contains(*at))
    }

    /// What it says itself while it is assigned, without any hold time; `None` while it is missed.
    pub(crate) fn stretches(&self, rules: &Rules, mut stretch: impl FnMut(Period, Option<bool>)) {
        let says = self.says_until_missed(rules);
        for (index, &(at, said)) in says.iter().enumerate() {
            let next = says.get(index + 1).map_or(self.assigned.end(), |(next, _)| *next);
            if let Some(period) = Period::new(at, next) {
                stretch(period, said);
            }
        }
    }

    /// While it is assigned.
    pub(crate) fn assigned(&self) -> Period {
        self.assigned
    }

    /// Changes of what it says, and at last that it is missed.
    fn says_until_missed(&self, rules: &Rules) -> Vec<(Instant, Option<bool>)> {
        let missed = self.missed_from(rules).filter(|missed| *missed < self.assigned.end());
        self.says.iter().copied().chain(missed.map(|missed| (missed, None))).collect()
    }

    /// When its silence begins to mean that it is gone.
    fn missed_from(&self, rules: &Rules) -> Option<Instant> {
        let patience = SignedDuration::try_from_secs_f64(state_patience_s(&self.rhythm, rules));
        Some(self.rhythm.last()? + patience.unwrap_or(SignedDuration::MAX))
    }
}

/// What several detectors say together: one that sees somebody is enough, one that does not tell leaves it open.
pub(crate) fn together(detectors: &[Presence]) -> Presence {
    let said = |presence| detectors.contains(&presence);
    if said(Presence::Occupied) {
        Presence::Occupied
    } else if said(Presence::Unknown) {
        Presence::Unknown
    } else if said(Presence::Vacant) {
        Presence::Vacant
    } else {
        Presence::Absent
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> Instant {
        Instant::from_millis(minute * 60_000)
    }

    fn changes(readings: &[(i64, bool)]) -> Vec<(i64, Presence)> {
        let mut detector = Detector::new(Period::ALL);
        for &(minute, state) in readings {
            detector.observe(at(minute), state, &Rules::default());
        }
        let mut changes = Vec::new();
        detector.changes(&Rules::default(), |at, presence| {
            changes.push((at.as_millis() / 60_000, presence));
        });
        changes.split_off(1)
    }

    #[test]
    fn movement_holds_for_the_hold_time_after_it_ended() {
        use Presence::{Occupied, Unknown, Vacant};
        let quiet = 20 + 26 * 60;
        let told = changes(&[(0, false), (10, true), (20, false)]);
        assert_eq!(told, [(0, Vacant), (10, Occupied), (35, Vacant), (quiet, Unknown)]);
    }

    #[test]
    fn new_movement_within_the_hold_time_leaves_no_gap() {
        let told = changes(&[(0, true), (10, false), (20, true)]);
        assert!(!told.iter().any(|(_, presence)| *presence == Presence::Vacant));
    }

    #[test]
    fn a_detector_that_repeats_itself_is_missed_after_an_hour() {
        use Presence::{Unknown, Vacant};
        let told = changes(&[(0, false), (1, false), (2, false), (3, false), (200, false)]);
        assert_eq!(told[..3], [(0, Vacant), (63, Unknown), (200, Vacant)]);
    }
}
