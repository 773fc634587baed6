//! Presence by the detectors of a zone, with their hold time.

use jiff::SignedDuration;

use crate::instant::{Instant, Period};
use crate::rhythm::{Rhythm, Silence};
use crate::site::Rules;

/// Presence that one or several detectors report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Presence {
    /// No detector is assigned.
    Absent,
    /// A detector is assigned, and offline or without a reading so far.
    Unknown,
    /// No movement for longer than the hold time.
    Vacant,
    /// Movement now or within the hold time.
    Occupied,
}

/// Length of movement without a pause from which on a detector counts as stuck, and as absent until it pauses: people
/// go home.
const STUCK_AFTER: SignedDuration = SignedDuration::from_hours(12);

/// States of one detector while it is assigned.
#[derive(Clone, Debug)]
pub(crate) struct Detector {
    assigned: Period,
    rhythm: Rhythm,
    /// Changes of its own state.
    changes: Vec<StateChange>,
}

/// State of a detector from an instant on.
#[derive(Clone, Copy, Debug)]
struct StateChange {
    at: Instant,
    /// Whether it sees movement; `None` while it is offline.
    moves: Option<bool>,
}

impl Detector {
    pub(crate) fn new(assigned: Period) -> Self {
        Self { assigned, rhythm: Rhythm::default(), changes: Vec::new() }
    }

    /// Takes the next reading. Returns whether the state changed.
    pub(crate) fn observe(&mut self, at: Instant, state: bool, rules: &Rules) -> bool {
        if self.rhythm.last().is_some_and(|last| at <= last) {
            return false;
        }
        self.changes.extend(self.offline(rules, at));
        self.rhythm.observe(at, f64::from(u8::from(state)));
        let changed = self.changes.last().is_none_or(|last| last.moves != Some(state));
        if changed {
            self.changes.push(StateChange { at, moves: Some(state) });
        }
        changed
    }

    /// Drops states before `instant`, except those that still hold then.
    pub(crate) fn forget(&mut self, instant: Instant) {
        let later = self.changes.partition_point(|change| change.at < instant);
        self.changes.drain(..later.saturating_sub(2));
    }

    /// Calls `change` with each change of presence in order, while assigned; before and after, the detector is absent.
    /// Its readings end at `end`.
    pub(crate) fn changes(
        &self,
        rules: &Rules,
        end: Instant,
        mut change: impl FnMut(Instant, Presence),
    ) {
        let (from, until) = (self.assigned.start(), self.assigned.end());
        let changes = self.changes_until_offline(rules, end);
        let hold = rules.hold;
        change(from, Presence::Unknown);
        let mut before = None;
        for (index, &StateChange { at, moves }) in changes.iter().enumerate() {
            let next = changes.get(index + 1).map_or(until, |next| next.at);
            match moves {
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
            before = moves;
        }
        if until < Instant::MAX {
            change(until, Presence::Absent);
        }
    }

    /// Ends of movement in order; for the hold time after them presence is still reported.
    pub(crate) fn movement_ends(&self) -> impl Iterator<Item = Instant> + '_ {
        let pairs = self.changes.windows(2);
        let ends = pairs.filter(|pair| pair[0].moves == Some(true) && pair[1].moves == Some(false));
        ends.map(|pair| pair[1].at).filter(|at| self.assigned.contains(*at))
    }

    /// Calls `stretch` with each period of one own state, without any hold time; `None` while the detector is offline.
    /// Its readings end at `end`.
    pub(crate) fn stretches(
        &self,
        rules: &Rules,
        end: Instant,
        mut stretch: impl FnMut(Period, Option<bool>),
    ) {
        let changes = self.changes_until_offline(rules, end);
        for (index, &StateChange { at, moves }) in changes.iter().enumerate() {
            let next = changes.get(index + 1).map_or(self.assigned.end(), |next| next.at);
            if let Some(period) = Period::new(at, next) {
                stretch(period, moves);
            }
        }
    }

    /// Period of its assignment.
    pub(crate) fn assigned(&self) -> Period {
        self.assigned
    }

    /// Changes of its own state, the last of them to offline if it is silent at `end`.
    fn changes_until_offline(&self, rules: &Rules, end: Instant) -> Vec<StateChange> {
        let offline = self.offline(rules, end).filter(|it| it.at < self.assigned.end());
        self.changes.iter().copied().chain(offline).collect()
    }

    /// Change to offline after its last reading, if the silence since then is certain at `instant`.
    fn offline(&self, rules: &Rules, instant: Instant) -> Option<StateChange> {
        let silence = Silence::after(&self.rhythm, rules)?;
        silence.is_certain(instant).then_some(StateChange { at: silence.from, moves: None })
    }
}

/// Presence of several detectors together: one that sees somebody decides, else one that is unknown leaves it open.
pub(crate) fn combined(detectors: impl IntoIterator<Item = Presence>) -> Presence {
    use Presence::{Absent, Occupied, Unknown, Vacant};
    detectors.into_iter().fold(Absent, |one, other| match (one, other) {
        (Occupied, _) | (_, Occupied) => Occupied,
        (Unknown, _) | (_, Unknown) => Unknown,
        (Vacant, _) | (_, Vacant) => Vacant,
        (Absent, Absent) => Absent,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::at_minute as at;

    fn changes(readings: &[(i64, bool)]) -> Vec<(i64, Presence)> {
        changes_until(i64::MAX / 60_000, readings)
    }

    fn changes_until(end: i64, readings: &[(i64, bool)]) -> Vec<(i64, Presence)> {
        let mut detector = Detector::new(Period::ALL);
        for &(minute, state) in readings {
            detector.observe(at(minute), state, &Rules::default());
        }
        let mut changes = Vec::new();
        detector.changes(&Rules::default(), at(end), |at, presence| {
            changes.push((at.as_millis() / 60_000, presence));
        });
        changes.split_off(1)
    }

    #[test]
    fn movement_holds_for_the_hold_time_after_it_ended() {
        use Presence::{Occupied, Unknown, Vacant};
        let quiet = 20 + 26 * 60;
        let changes = changes(&[(0, false), (10, true), (20, false)]);
        assert_eq!(changes, [(0, Vacant), (10, Occupied), (35, Vacant), (quiet, Unknown)]);
    }

    #[test]
    fn new_movement_within_the_hold_time_leaves_no_gap() {
        let changes = changes(&[(0, true), (10, false), (20, true)]);
        assert!(!changes.iter().any(|(_, presence)| *presence == Presence::Vacant));
    }

    #[test]
    fn a_detector_that_repeats_itself_is_offline_from_the_beginning_of_an_hour_of_silence() {
        use Presence::{Unknown, Vacant};
        let readings = [(0, false), (1, false), (2, false), (3, false), (200, false)];
        assert_eq!(changes(&readings)[..3], [(0, Vacant), (4, Unknown), (200, Vacant)]);
    }

    #[test]
    fn a_silence_is_not_one_before_the_patience_with_the_detector_is_over() {
        use Presence::{Unknown, Vacant};
        let readings = [(0, false), (1, false), (2, false), (3, false)];
        assert_eq!(changes_until(62, &readings), [(0, Vacant)]);
        assert_eq!(changes_until(63, &readings), [(0, Vacant), (4, Unknown)]);
    }
}
