//! When something happened: UTC instants to the millisecond and half-open periods of them.

use std::fmt;
use std::ops::{Add, Sub};
use std::str::FromStr;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A UTC instant, to the millisecond; finer parts are cut off.
///
/// Written as RFC 3339 with a `Z`, read with any offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(i64);

impl Instant {
    /// The earliest instant that can be written as RFC 3339: year 0.
    pub const MIN: Self = Self(-62_167_219_200_000);
    /// The latest instant that can be written as RFC 3339: year 9999.
    pub const MAX: Self = Self(253_402_207_200_000);

    /// Milliseconds since 1970-01-01T00:00:00Z, held to the years 0 to 9999.
    pub const fn from_millis(millis: i64) -> Self {
        if millis < Self::MIN.0 {
            Self::MIN
        } else if millis > Self::MAX.0 {
            Self::MAX
        } else {
            Self(millis)
        }
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// The time from `earlier` to `self`; negative when `earlier` is later.
    pub fn since(self, earlier: Self) -> SignedDuration {
        SignedDuration::from_millis(self.0 - earlier.0)
    }

    /// The same instant as jiff knows it.
    pub fn to_jiff(self) -> Timestamp {
        Timestamp::from_millisecond(self.0).expect("years 0 to 9999 lie within jiff's range")
    }
}

impl From<Timestamp> for Instant {
    fn from(timestamp: Timestamp) -> Self {
        Self::from_millis(timestamp.as_millisecond())
    }
}

impl FromStr for Instant {
    type Err = InvalidInstant;

    fn from_str(text: &str) -> Result<Self, InvalidInstant> {
        text.parse::<Timestamp>().map(Self::from).map_err(InvalidInstant)
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.to_jiff())
    }
}

impl Add<SignedDuration> for Instant {
    type Output = Self;

    fn add(self, span: SignedDuration) -> Self {
        let millis = i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
        Self::from_millis(self.0.saturating_add(millis))
    }
}

impl Sub<SignedDuration> for Instant {
    type Output = Self;

    fn sub(self, span: SignedDuration) -> Self {
        let millis = i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
        Self::from_millis(self.0.saturating_sub(millis))
    }
}

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A text that is no RFC 3339 instant with an offset.
#[derive(Clone, Debug, thiserror::Error)]
#[error("not an instant with offset such as 2026-11-23T14:03:07Z")]
pub struct InvalidInstant(#[source] jiff::Error);

/// A half-open span of time: `start` belongs to it, `end` does not. Never negative, may be empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Period {
    start: Instant,
    end: Instant,
}

impl Period {
    /// All of time.
    pub const ALL: Self = Self { start: Instant::MIN, end: Instant::MAX };

    /// The period from `start` up to, not including, `end`; `None` when it would run backwards.
    pub fn new(start: Instant, end: Instant) -> Option<Self> {
        (start <= end).then_some(Self { start, end })
    }

    /// The first instant of the period.
    pub const fn start(self) -> Instant {
        self.start
    }

    /// The first instant after the period.
    pub const fn end(self) -> Instant {
        self.end
    }

    /// How long the period is.
    pub fn length(self) -> SignedDuration {
        self.end.since(self.start)
    }

    /// Whether `instant` lies within.
    pub fn contains(self, instant: Instant) -> bool {
        self.start <= instant && instant < self.end
    }

    /// The part that both periods share; `None` when they only touch or lie apart.
    pub fn intersection(self, other: Self) -> Option<Self> {
        let start = self.start.max(other.start);
        let end = self.end.min(other.end);
        (start < end).then_some(Self { start, end })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    #[test]
    fn an_instant_is_read_with_any_offset_and_written_in_utc() {
        assert_eq!(at("2026-11-23T15:03:07.250+01:00").to_string(), "2026-11-23T14:03:07.25Z");
    }

    #[test]
    fn a_time_without_an_offset_is_no_instant() {
        assert!("2026-11-23T15:03:07".parse::<Instant>().is_err());
        assert!("yesterday".parse::<Instant>().is_err());
    }

    #[test]
    fn an_instant_survives_json_in_both_directions() {
        let instant = at("2026-11-23T14:03:07.25Z");
        let json = serde_json::to_string(&instant).unwrap();
        assert_eq!(json, r#""2026-11-23T14:03:07.25Z""#);
        assert_eq!(serde_json::from_str::<Instant>(&json).unwrap(), instant);
    }

    #[test]
    fn the_end_of_a_period_belongs_to_the_next_one() {
        let (start, end) = (at("2026-11-23T14:00:00Z"), at("2026-11-23T15:00:00Z"));
        let hour = Period::new(start, end).unwrap();
        assert!(hour.contains(start));
        assert!(!hour.contains(end));
        assert_eq!(Period::new(end, start), None);
    }

    #[test]
    fn periods_that_only_touch_share_nothing() {
        let hour = |a, b| Period::new(at(a), at(b)).unwrap();
        let morning = hour("2026-11-23T08:00:00Z", "2026-11-23T12:00:00Z");
        let afternoon = hour("2026-11-23T12:00:00Z", "2026-11-23T18:00:00Z");
        assert_eq!(morning.intersection(afternoon), None);
        assert_eq!(morning.intersection(Period::ALL), Some(morning));
    }

    #[test]
    fn arithmetic_stops_at_the_ends_of_time() {
        assert_eq!(Instant::MAX + SignedDuration::MAX, Instant::MAX);
        assert_eq!(Instant::MIN - SignedDuration::MAX, Instant::MIN);
    }
}
