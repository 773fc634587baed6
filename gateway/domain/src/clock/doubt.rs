//! Whether what a clock says can be the present instant, and for how long it is doubted: a clock without a battery stands in
//! 1970 or where it was switched off, and one that ran ahead once must not be waited for until it is right.

use std::fmt;
use std::time::Duration;

use jiff::SignedDuration;

use crate::instant::Instant;

/// An instant before this program was built.
const BUILT_AFTER: Instant = Instant::from_millis(1_767_225_600_000);
/// No build of this program is in use for so long.
const IN_USE_FOR: SignedDuration = SignedDuration::from_hours(10 * 366 * 24);
/// A clock may have run ahead by so much, and then been set right.
const MAY_GO_BACK: SignedDuration = SignedDuration::from_mins(5);
/// How long a clock runs steadily until it is believed that nobody can vouch for: where the system cannot tell (a
/// container, whose machine has run for long), and where it says that nobody has set the clock yet.
const STEADY_UNKNOWN: Duration = Duration::from_mins(1);
const STEADY_UNSET: Duration = Duration::from_mins(10);

/// Why a clock is doubted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// It says an instant from before this program was built.
    BeforeBuild {
        /// What it says.
        now: Instant,
    },
    /// It says an instant at which no build of this program is in use any more.
    FarAhead {
        /// What it says.
        now: Instant,
    },
    /// It is behind the arrival of the newest stored reading: either it is not set yet, or it was ahead then.
    BehindStore {
        /// What it says.
        now: Instant,
        /// Arrival of the newest stored reading.
        newest: Instant,
        /// After how many seconds of steady running it is believed.
        within_s: u64,
    },
}

/// Whether the present instant can be `now`, by when this program was built.
pub fn is_possible(now: Instant) -> bool {
    (BUILT_AFTER..BUILT_AFTER + IN_USE_FOR).contains(&now)
}

/// Time for which a clock must run steadily before it is believed; `is_set`: whether the system says that the clock is set
/// by the network, `None` where it cannot tell.
pub const fn patience(is_set: Option<bool>) -> Duration {
    match is_set {
        Some(true) => Duration::ZERO,
        Some(false) => STEADY_UNSET,
        None => STEADY_UNKNOWN,
    }
}

/// Reason to doubt a clock that says `now` and has run steadily `for` so long; `None` when it is believed. `newest` is the
/// arrival of the newest stored reading.
///
/// A clock behind what is stored is doubted for [`patience`] at most. What no clock of a running program can say is
/// doubted until it is set, since nothing that it dated could ever be put right.
pub fn doubt(
    now: Instant,
    newest: Option<Instant>,
    is_set: Option<bool>,
    steady_for: Duration,
) -> Option<Doubt> {
    if now < BUILT_AFTER {
        return Some(Doubt::BeforeBuild { now });
    }
    if !is_possible(now) && is_set != Some(true) {
        return Some(Doubt::FarAhead { now });
    }
    let newest = newest.filter(|newest| now < *newest - MAY_GO_BACK)?;
    let left = patience(is_set).checked_sub(steady_for).filter(|left| !left.is_zero())?;
    Some(Doubt::BehindStore { now, newest, within_s: left.as_secs().max(1) })
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BeforeBuild { now } => write!(
                f,
                "the clock says {now}, which is before this program was built; waiting for it to be set, by the network or \
                 with `timedatectl set-time`"
            ),
            Self::FarAhead { now } => write!(
                f,
                "the clock says {now}, and nothing confirms it; waiting for it to be set, by the network or with \
                 `timedatectl set-time`"
            ),
            Self::BehindStore { now, newest, within_s } => write!(
                f,
                "the clock says {now}, but a reading was received at {newest}; the clock is believed once the network has set \
                 it, or in {within_s} s at the latest. If it was ahead then, `vigie future` shows what was dated by it and \
                 puts that aside"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::testing::at;

    const NEVER: Duration = Duration::ZERO;

    #[test]
    fn a_clock_that_starts_in_1970_is_waited_for_however_long_it_has_run() {
        for is_set in [None, Some(false), Some(true)] {
            let after_a_day = Duration::from_hours(24);
            assert!(doubt(at("1970-01-01T00:00:12Z"), None, is_set, after_a_day).is_some());
        }
        assert_eq!(doubt(at("2026-11-23T14:00:00Z"), None, None, NEVER), None);
    }

    #[test]
    fn a_clock_behind_what_is_stored_is_waited_for_but_not_for_minutes() {
        let newest = Some(at("2026-11-23T14:00:00Z"));
        assert!(doubt(at("2026-11-16T14:00:00Z"), newest, Some(false), NEVER).is_some());
        assert_eq!(doubt(at("2026-11-23T13:56:00Z"), newest, Some(false), NEVER), None);
    }

    #[test]
    fn a_clock_that_ran_ahead_once_is_believed_when_the_network_has_set_it_or_after_ten_minutes() {
        let (now, newest) = (at("2026-11-23T14:00:00Z"), Some(at("2040-01-01T00:00:00Z")));
        let waited = |is_set, minutes: u64| {
            doubt(now, newest, is_set, Duration::from_mins(minutes)).is_some()
        };
        assert!(!waited(Some(true), 0), "the network has set it");
        assert!(waited(Some(false), 9) && !waited(Some(false), 10));
        assert!(waited(None, 0) && !waited(None, 1), "a container cannot tell");
        let why = doubt(now, newest, Some(false), NEVER).unwrap().to_string();
        assert!(why.contains("vigie future") && why.contains("600"), "{why}");
    }

    #[test]
    fn a_clock_in_2040_is_believed_only_when_the_network_has_set_it() {
        let now = at("2040-01-01T00:00:00Z");
        assert!(doubt(now, None, None, Duration::from_hours(24)).is_some());
        assert_eq!(doubt(now, None, Some(true), NEVER), None);
    }

    proptest! {
        #[test]
        fn no_possible_clock_is_doubted_for_longer_than_ten_minutes(
            days in 1_i64..3650, newest in proptest::option::of(any::<i64>()), is_set in any::<Option<bool>>(),
        ) {
            let now = BUILT_AFTER + SignedDuration::from_hours(24 * days);
            let newest = newest.map(Instant::from_millis);
            prop_assert_eq!(doubt(now, newest, is_set, STEADY_UNSET), None);
        }
    }
}
