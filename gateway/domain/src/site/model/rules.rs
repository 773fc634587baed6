//! Rules by which figures are made, with their defaults.

use jiff::SignedDuration;
use jiff::civil::Time;

use crate::instant::Instant;
use crate::reading::Observation;

/// A clock is slewed by less between two looks at it.
const RECEIVED_LATER: SignedDuration = SignedDuration::from_secs(5);

/// Rules by which figures are made. The file may set each; sources of the defaults stand with them.
#[derive(Clone, Debug, PartialEq)]
pub struct Rules {
    /// Hold time: how long movement keeps a zone occupied.
    pub hold: SignedDuration,
    /// Time that doors and detectors must be quiet after closing before the count is set to nobody.
    pub quiet: SignedDuration,
    /// The hour of the night when the count is set to nobody in any case, in civil time.
    pub reset_at: Time,
    /// Share of passages that a door counter misses or invents.
    pub door_error: f64,
    /// The longest time that a reading holds; see [`Rules::longest_gap`].
    pub(in crate::site) max_gap: SignedDuration,
    /// Most that a reading may be dated ahead of the clock; see [`Rules::is_too_far_ahead`].
    pub(in crate::site) max_ahead: SignedDuration,
    /// Most sources that are kept without being named in the file; see [`Rules::source_limit`].
    pub(in crate::site) max_unknown_sources: usize,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            hold: SignedDuration::from_mins(15),
            quiet: SignedDuration::from_mins(30),
            reset_at: jiff::civil::time(4, 0, 0, 0),
            door_error: 0.03,
            max_gap: SignedDuration::from_mins(15),
            max_ahead: SignedDuration::from_mins(5),
            max_unknown_sources: 2000,
        }
    }
}

impl Rules {
    /// The longest time that a reading holds, `max_gap` in the file; a longer silence is a gap.
    pub const fn longest_gap(&self) -> SignedDuration {
        self.max_gap
    }

    /// Whether a reading is dated too far ahead of the clock by which it was received, `max_ahead` in the file.
    pub fn is_too_far_ahead(&self, observed_at: Instant, received_at: Instant) -> bool {
        observed_at > received_at + self.max_ahead
    }

    /// The first instant that is too far ahead of a clock that says `now`.
    pub fn too_far_ahead(&self, now: Instant) -> Instant {
        now + self.max_ahead + SignedDuration::from_millis(1)
    }

    /// Whether a stored reading cannot be of the present for a clock that says `now`: it was dated, or dated and received,
    /// by a clock that was ahead. Live figures set it aside.
    pub fn is_from_the_future(&self, one: &Observation, now: Instant) -> bool {
        let was_received_later = one.received_at > now + RECEIVED_LATER;
        self.is_too_far_ahead(one.observed_at, now) || (one.observed_at > now && was_received_later)
    }

    /// The most sources or devices that are kept where the file names so many, `max_unknown_sources` more in the file.
    pub const fn source_limit(&self, named: usize) -> usize {
        named.saturating_add(self.max_unknown_sources)
    }
}
