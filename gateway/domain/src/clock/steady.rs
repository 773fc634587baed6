//! Time that goes on evenly. A wall clock that jumps, to 1970, to 2040 or by an hour, is followed only once it is credible;
//! meanwhile the time goes on as the machine's uptime does, so that nothing is dated by a jump that is taken back.

use std::time::Duration;

use jiff::SignedDuration;

use super::doubt::{is_possible, patience};
use crate::instant::Instant;

/// By so much the wall clock may differ from even time between two looks: it is being slewed, and no jump.
const SLEW: SignedDuration = SignedDuration::from_secs(2);
/// A clock that goes back by more was set, and is not slewed.
const SET_BACK: SignedDuration = SignedDuration::from_secs(10);
/// What the network has set is credible after so long; a service that steps a clock does so once.
const CONFIRMED: Duration = Duration::from_secs(10);

/// The wall clock and the time since the machine started, read together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// What the wall clock says.
    pub wall: Instant,
    /// Time since the machine started, its sleep included.
    pub up: Duration,
}

/// Change in how the wall clock is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// It jumped by so much and is not followed yet.
    Jumped {
        /// By how much; negative when it went back.
        by: SignedDuration,
    },
    /// It jumped by so much, is credible, and is followed from now on.
    Followed {
        /// By how much; negative when it went back.
        by: SignedDuration,
    },
    /// It is back where it would be without the jump.
    Back,
}

/// Time that follows the wall clock evenly.
#[derive(Clone, Copy, Debug)]
pub struct SteadyTime {
    /// The last look at which the wall clock was followed.
    followed: Look,
    jump: Option<Jump>,
}

#[derive(Clone, Copy, Debug)]
struct Jump {
    by: SignedDuration,
    /// Uptime at which it was seen first.
    since: Duration,
}

impl SteadyTime {
    /// Begins with what the wall clock says.
    pub const fn begin(look: Look) -> Self {
        Self { followed: look, jump: None }
    }

    /// The time at this look.
    pub fn now(&self, look: Look) -> Instant {
        let even = self.even(look.up);
        if is_small(look.wall.since(even)) || is_set_at_last(even, look.wall) {
            look.wall
        } else {
            even
        }
    }

    /// Takes a look, about once a second, and says what changed. `is_set`: whether the system says that the network has set
    /// the clock; `None` where it cannot tell.
    pub fn turn(&mut self, look: Look, is_set: Option<bool>) -> Option<Turn> {
        let even = self.even(look.up);
        let by = look.wall.since(even);
        if is_small(by) {
            self.followed = look;
            return self.jump.take().map(|_| Turn::Back);
        }
        if is_set_at_last(even, look.wall) {
            *self = Self::begin(look);
            return Some(Turn::Followed { by });
        }
        let Some(jump) = self.jump.filter(|jump| is_small(by.saturating_sub(jump.by))) else {
            self.jump = Some(Jump { by, since: look.up });
            return Some(Turn::Jumped { by });
        };
        let is_credible = is_possible(look.wall) || is_set == Some(true);
        let stood = look.up.saturating_sub(jump.since);
        if !is_credible || stood < patience(is_set).max(CONFIRMED) {
            return None;
        }
        *self = Self::begin(look);
        Some(Turn::Followed { by })
    }

    /// Whether the wall clock jumped and is not followed yet.
    pub const fn is_jumped(&self) -> bool {
        self.jump.is_some()
    }

    fn even(&self, up: Duration) -> Instant {
        let passed = up.saturating_sub(self.followed.up);
        self.followed.wall + SignedDuration::try_from(passed).unwrap_or(SignedDuration::MAX)
    }
}

/// Whether a clock that said `before` and says `now` was set back, by more than slewing takes.
pub fn is_set_back(before: Instant, now: Instant) -> bool {
    before.since(now) > SET_BACK
}

fn is_small(by: SignedDuration) -> bool {
    by.abs() <= SLEW
}

/// A clock that could not be right, and now can, was waited for.
fn is_set_at_last(even: Instant, wall: Instant) -> bool {
    !is_possible(even) && is_possible(wall)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::testing::at;

    fn noon() -> Instant {
        at("2026-11-23T12:00:00Z")
    }

    fn look(wall: Instant, second: u64) -> Look {
        Look { wall, up: Duration::from_secs(1000 + second) }
    }

    /// The time after each second of a wall clock that is off by so many seconds from even time, with what the network says.
    fn times(seconds: u64, is_set: Option<bool>, off: impl Fn(u64) -> i64) -> Vec<Instant> {
        let mut time = SteadyTime::begin(look(noon(), 0));
        let at = |second: u64| {
            let even = i64::try_from(second).unwrap();
            look(noon() + SignedDuration::from_secs(even + off(second)), second)
        };
        let mut told = Vec::new();
        for second in 1..=seconds {
            time.turn(at(second), is_set);
            told.push(time.now(at(second)));
        }
        told
    }

    fn even(second: usize) -> Instant {
        noon() + SignedDuration::from_secs(i64::try_from(second).unwrap() + 1)
    }

    #[test]
    fn a_jump_that_is_taken_back_within_a_minute_changes_no_time() {
        for jump in [-3600, 86_400, -1_790_000_000, -830_000_000, 430_000_000] {
            for is_set in [None, Some(false)] {
                let off = |second| if (10..55).contains(&second) { jump } else { 0 };
                let told = times(100, is_set, off);
                assert!(
                    told.iter().enumerate().all(|(second, now)| *now == even(second)),
                    "{jump} {is_set:?}"
                );
            }
        }
    }

    #[test]
    fn a_jump_that_lasts_is_followed_at_once_when_the_network_did_it_and_within_minutes_else() {
        for (is_set, after) in [(Some(true), 10), (None, 60), (Some(false), 600)] {
            let told = times(700, is_set, |second| if second >= 5 { -3600 } else { 0 });
            let followed = told.iter().enumerate().position(|(second, now)| *now != even(second));
            assert_eq!(followed, Some(4 + after), "{is_set:?}");
        }
    }

    #[test]
    fn nobody_follows_a_clock_to_1970_or_to_2040() {
        for jump in [-1_790_000_000, 430_000_000] {
            let told = times(3000, None, |second| if second >= 5 { jump } else { 0 });
            assert_eq!(told.last(), Some(&even(2999)), "{jump}");
        }
    }

    #[test]
    fn a_clock_that_could_not_be_right_is_followed_as_soon_as_it_can() {
        let start = at("1970-01-01T00:00:12Z");
        let mut time = SteadyTime::begin(look(start, 0));
        assert_eq!(time.now(look(noon(), 3)), noon());
        assert!(matches!(time.turn(look(noon(), 3), None), Some(Turn::Followed { .. })));
        assert_eq!(time.now(look(noon() + SLEW, 5)), noon() + SLEW);
    }

    #[test]
    fn a_clock_that_is_slewed_is_followed_all_the_time() {
        // Half a second a second, for ten minutes.
        let told = times(600, Some(false), |second| i64::try_from(second / 2).unwrap());
        assert_eq!(told.last(), Some(&(noon() + SignedDuration::from_secs(900))));
    }

    proptest! {
        #[test]
        fn time_never_leaves_even_time_by_a_jump_of_less_than_a_minute(
            jumps in proptest::collection::vec((any::<i32>(), 1_u64..55), 1..8),
        ) {
            let mut off = Vec::new();
            for (by, seconds) in &jumps {
                off.extend((0..*seconds).map(|_| i64::from(*by)));
                off.extend((0..5).map(|_| 0));
            }
            let count = u64::try_from(off.len()).unwrap();
            let told = times(count, None, |second| off[usize::try_from(second - 1).unwrap()]);
            for (second, now) in told.iter().enumerate() {
                let differs = now.since(even(second)).abs();
                // What is no jump is followed, second by second.
                prop_assert!(differs <= SLEW, "{second}: {differs}");
            }
        }
    }
}
