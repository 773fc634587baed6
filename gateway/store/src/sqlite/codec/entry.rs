//! A reading in the form in which it is stored: without its source, and a number whatever its kind.

use domain::{Instant, Kind, Observation, Value};

use crate::kept::Arrival;

/// One reading of a series.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::sqlite) struct Entry {
    /// `observed_at` in milliseconds since 1970.
    pub(in crate::sqlite) ts: i64,
    /// How it arrived.
    pub(in crate::sqlite) arrival: Arrival,
    /// Its value; a state is 0 or 1.
    pub(in crate::sqlite) number: f64,
}

impl From<&Observation> for Entry {
    fn from(observation: &Observation) -> Self {
        Self {
            ts: observation.observed_at.as_millis(),
            arrival: Arrival::of(observation),
            number: observation.value.as_f64(),
        }
    }
}

impl Entry {
    /// The reading as the ports give it.
    pub(in crate::sqlite) fn observation(self, kind: Kind) -> Observation {
        self.arrival.observation(Instant::from_millis(self.ts), Value::from_f64(kind, self.number))
    }
}

/// The largest whole number below which every whole number has an `f64` of its own.
const LARGEST_EXACT: u64 = 1 << 53;

/// The number as an integer, when that gives back every bit of it.
pub(in crate::sqlite) fn whole(number: f64) -> Option<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "the comparison below finds what was lost")]
    let integer = number as i64;
    let exact =
        integer.unsigned_abs() < LARGEST_EXACT && real(integer).to_bits() == number.to_bits();
    exact.then_some(integer)
}

/// The number that [`whole`] was given.
pub(in crate::sqlite) fn real(integer: i64) -> f64 {
    #[expect(
        clippy::cast_precision_loss,
        reason = "integers beyond 2^53 only come from a damaged file"
    )]
    let number = integer as f64;
    number
}

/// Entries by `ts`, each instant once. Of two at one instant the former stays.
pub(in crate::sqlite) fn in_order(mut entries: Vec<Entry>) -> Vec<Entry> {
    entries.sort_by_key(|entry| entry.ts);
    entries.dedup_by_key(|entry| entry.ts);
    entries
}
