//! Dating of readings on a machine whose wall clock is wrong at first. Pure: both clocks are arguments.
//!
//! A Pi has no clock of its own. After a power cut it shows the time at which it last saved it, until the network sets it.
//! So readings are held with the time since the machine started, and dated back once the clock is right.

use domain::Instant;
use jiff::SignedDuration;

use crate::uptime::Uptime;

/// A jump of the wall clock beyond this is not the clock being set a little finer.
const JUMP: SignedDuration = SignedDuration::from_secs(5);

/// Turns uptimes into instants, once it can.
#[derive(Clone, Copy, Debug)]
pub struct Dating {
    /// A wall clock that is before this cannot be right.
    not_before: Instant,
    /// The instant at which the machine started, by a clock that is right.
    started: Option<Instant>,
}

/// Outcome of comparing the wall clock with the uptime.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockChange {
    /// As before.
    Same,
    /// The clock is right from now on.
    Right,
    /// The clock was right and is not any more.
    Wrong,
    /// The clock is right, and was put by so much.
    Jumped(SignedDuration),
}

impl Dating {
    /// A dating without a right clock yet; it is later than `not_before`.
    pub const fn new(not_before: Instant) -> Self {
        Self { not_before, started: None }
    }

    /// Whether readings can be dated.
    pub const fn is_right(&self) -> bool {
        self.started.is_some()
    }

    /// Compares both clocks. `is_synchronized`, called only when it matters, says whether the wall clock was set by the
    /// network.
    pub fn compare(
        &mut self,
        wall: Instant,
        uptime: Uptime,
        is_synchronized: impl FnOnce() -> bool,
    ) -> ClockChange {
        let millis = i64::try_from(uptime.as_millis()).unwrap_or(i64::MAX);
        let started = wall - SignedDuration::from_millis(millis);
        let Some(before) = self.started else {
            if wall < self.not_before || !is_synchronized() {
                return ClockChange::Same;
            }
            self.started = Some(started);
            return ClockChange::Right;
        };
        let moved = started.since(before);
        if moved.abs() <= JUMP {
            // The network sets a clock a little finer all the time.
            self.started = Some(started);
            return ClockChange::Same;
        }
        if wall >= self.not_before && is_synchronized() {
            self.started = Some(started);
            return ClockChange::Jumped(moved);
        }
        self.started = None;
        ClockChange::Wrong
    }

    /// The instant of an uptime of this start of the machine; `None` until the clock is right.
    pub fn date(&self, uptime: Uptime) -> Option<Instant> {
        let millis = i64::try_from(uptime.as_millis()).unwrap_or(i64::MAX);
        self.started.map(|started| started + SignedDuration::from_millis(millis))
    }
}

#[cfg(test)]
mod tests {
    use domain::testing::at;

    use super::*;

    const BUILT: &str = "2026-01-01T00:00:00Z";

    fn seconds(seconds: u64) -> Uptime {
        Uptime::from_millis(seconds * 1000)
    }

    #[test]
    fn readings_from_before_the_clock_was_right_are_dated_back() {
        let mut dating = Dating::new(at(BUILT));
        let taken = seconds(20);
        assert_eq!(dating.compare(at("2026-11-20T03:00:20Z"), taken, || false), ClockChange::Same);
        assert_eq!(dating.date(taken), None);

        assert_eq!(
            dating.compare(at("2026-11-23T14:00:00Z"), seconds(80), || true),
            ClockChange::Right
        );

        assert_eq!(dating.date(taken), Some(at("2026-11-23T13:59:00Z")));
    }

    #[test]
    fn a_clock_in_the_past_is_not_right_even_if_it_counts_as_synchronized() {
        let mut dating = Dating::new(at(BUILT));
        assert_eq!(
            dating.compare(at("1970-01-01T00:00:20Z"), seconds(20), || true),
            ClockChange::Same
        );
        assert!(!dating.is_right());
    }

    #[test]
    fn a_clock_that_jumps_without_the_network_is_no_longer_believed() {
        let mut dating = Dating::new(at(BUILT));
        dating.compare(at("2026-11-23T14:00:00Z"), seconds(80), || true);

        assert_eq!(
            dating.compare(at("2026-11-20T14:00:01Z"), seconds(81), || false),
            ClockChange::Wrong
        );
        assert_eq!(dating.date(seconds(81)), None);

        assert_eq!(
            dating.compare(at("2026-11-23T14:00:02Z"), seconds(82), || true),
            ClockChange::Right
        );
        assert_eq!(dating.date(seconds(81)), Some(at("2026-11-23T14:00:01Z")));
    }

    #[test]
    fn a_clock_that_the_network_puts_right_is_followed() {
        let mut dating = Dating::new(at(BUILT));
        dating.compare(at("2026-11-23T14:00:00Z"), seconds(80), || true);
        let jump = SignedDuration::from_secs(60);
        assert_eq!(
            dating.compare(at("2026-11-23T14:01:01Z"), seconds(81), || true),
            ClockChange::Jumped(jump)
        );
        assert_eq!(
            dating.compare(at("2026-11-23T14:01:02.2Z"), seconds(82), || false),
            ClockChange::Same
        );
        assert_eq!(dating.date(seconds(82)), Some(at("2026-11-23T14:01:02.2Z")));
    }
}
