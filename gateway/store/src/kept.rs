//! The precision and the bounds with which every adapter keeps readings and refusals, so that all give the same answers.

use domain::{DatedBy, Instant, Kind, Observation, Reading, Value};
use jiff::SignedDuration;

use crate::ports::{Refused, StoreError};

/// Largest number of refusals in quarantine; beyond it the oldest are dropped and counted.
pub const QUARANTINE_ROWS: usize = 10_000;

/// Largest number of refusals of one topic; beyond it the oldest of that topic are dropped and counted, so that who sends
/// much that is refused pushes out nobody else's.
pub(crate) const QUARANTINE_ROWS_OF_TOPIC: usize = 200;

/// Largest size of their kept payloads together, in bytes; beyond it the oldest are dropped and counted as well.
pub(crate) const QUARANTINE_BYTES: usize = 64 * 1024 * 1024;

/// Number of days for which a cleared alert stays in the log.
pub(crate) const ALERTS_FOR: i64 = 366;

/// Arrival of a reading: `received_at` and `dated_by` as they are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arrival {
    /// The device dated the reading; it arrived so many whole seconds later, rounded down.
    After(i64),
    /// The gateway dated the reading by its arrival.
    Dating,
}

impl Arrival {
    /// The arrival of `observation`, to the second.
    pub(crate) fn of(observation: &Observation) -> Self {
        match observation.dated_by {
            DatedBy::Gateway => Self::Dating,
            DatedBy::Device => {
                let lag = observation.received_at.since(observation.observed_at);
                Self::After(i64::try_from(lag.as_millis().div_euclid(1000)).unwrap_or(i64::MAX))
            }
        }
    }

    /// The observation as it is read back.
    pub(crate) fn observation(self, observed_at: Instant, value: Value) -> Observation {
        let (received_at, dated_by) = match self {
            Self::After(seconds) => {
                (observed_at + SignedDuration::from_secs(seconds), DatedBy::Device)
            }
            Self::Dating => (observed_at, DatedBy::Gateway),
        };
        Observation { observed_at, received_at, dated_by, value }
    }
}

/// Refuses a value that its quantity cannot have, which no adapter could give back as it was.
///
/// # Errors
/// [`StoreError::Refused`]; a caller that admits readings by [`domain::Quantity::number`] never sees it.
pub(crate) fn check(reading: &Reading) -> Result<(), StoreError> {
    let value = reading.observation.value;
    let fits = match (reading.source.quantity.kind(), value) {
        (Kind::State, Value::State(_)) => true,
        (Kind::Gauge, Value::Gauge(number)) | (Kind::Register, Value::Register(number)) => {
            number.is_finite()
        }
        _ => false,
    };
    if fits {
        return Ok(());
    }
    Err(StoreError::Refused(format!("{value:?} is no value of {}", reading.source).into()))
}

/// The refusal with its payload cut to [`Refused::KEPT_BYTES`].
pub(crate) fn cut(mut refused: Refused) -> Refused {
    refused.payload.truncate(Refused::KEPT_BYTES);
    refused
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(observed_ms: i64, received_ms: i64, dated_by: DatedBy) -> (i64, DatedBy) {
        let observation = Observation {
            observed_at: Instant::from_millis(observed_ms),
            received_at: Instant::from_millis(received_ms),
            dated_by,
            value: Value::Gauge(1.0),
        };
        let kept =
            Arrival::of(&observation).observation(observation.observed_at, observation.value);
        (kept.received_at.as_millis(), kept.dated_by)
    }

    #[test]
    fn the_arrival_is_kept_in_whole_seconds_after_the_observation() {
        assert_eq!(kept(10_250, 13_249, DatedBy::Device), (12_250, DatedBy::Device));
        assert_eq!(kept(10_250, 13_250, DatedBy::Device), (13_250, DatedBy::Device));
    }

    #[test]
    fn a_device_whose_clock_is_ahead_arrives_before_it_observed() {
        assert_eq!(kept(10_000, 9_999, DatedBy::Device), (9_000, DatedBy::Device));
    }

    #[test]
    fn a_reading_dated_by_the_gateway_arrived_when_it_was_observed() {
        assert_eq!(kept(10_250, 10_250, DatedBy::Gateway), (10_250, DatedBy::Gateway));
    }

    #[test]
    fn what_was_kept_once_is_kept_as_it_is() {
        let (received, dated_by) = kept(-1, 7_777, DatedBy::Device);
        assert_eq!(kept(-1, received, dated_by), (received, dated_by));
    }
}
