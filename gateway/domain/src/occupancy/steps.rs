//! Steps: a grid of five minutes over absolute time, so that every query cuts time at the same instants.

use jiff::SignedDuration;

use crate::instant::{Instant, Period};

/// Length of a step.
pub(super) const STEP: SignedDuration = SignedDuration::from_mins(5);
/// Length of a step in hours, as air changes are given per hour.
pub(super) const STEP_H: f64 = 5.0 / 60.0;
/// Minutes in a step.
pub(super) const MINUTES: usize = 5;

const STEP_MS: i64 = 5 * 60_000;
const MINUTE_MS: i64 = 60_000;

/// Number of the border between steps nearest to an instant, counted over all time.
pub(super) fn absolute_border(instant: Instant) -> i64 {
    (instant.as_millis() + STEP_MS / 2).div_euclid(STEP_MS)
}

/// Consecutive steps from a multiple of five minutes on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Steps {
    first_ms: i64,
    count: usize,
}

impl Steps {
    /// Steps that touch `span`.
    pub(super) fn over(span: Period) -> Self {
        let first_ms = span.start().as_millis().div_euclid(STEP_MS) * STEP_MS;
        let length = span.end().as_millis() - first_ms;
        let count = usize::try_from((length + STEP_MS - 1).div_euclid(STEP_MS)).unwrap_or(0);
        Self { first_ms, count }
    }

    pub(super) fn count(self) -> usize {
        self.count
    }

    /// Start of a step.
    pub(super) fn start(self, index: usize) -> Instant {
        Instant::from_millis(
            self.first_ms + i64::try_from(index).unwrap_or(i64::MAX / STEP_MS) * STEP_MS,
        )
    }

    /// Step that an instant lies in.
    pub(super) fn at(self, instant: Instant) -> Option<usize> {
        self.place(instant, 0, STEP_MS, self.count)
    }

    /// Border between steps nearest to an instant; there is one more border than steps.
    pub(super) fn border(self, instant: Instant) -> Option<usize> {
        self.place(instant, STEP_MS / 2, STEP_MS, self.count + 1)
    }

    /// Minutes of a period: as many as it is long, at least one, from the one that it begins in.
    pub(super) fn minutes(self, period: Period) -> std::ops::Range<usize> {
        let all = self.count * MINUTES;
        let clamped =
            |minute: i64| usize::try_from(minute.max(0)).map_or(all, |minute| minute.min(all));
        let (start, end) = (period.start().as_millis(), period.end().as_millis());
        let first = (start - self.first_ms).div_euclid(MINUTE_MS);
        let length = ((end - start + MINUTE_MS - 1) / MINUTE_MS).max(1);
        clamped(first)..clamped(first + length)
    }

    fn place(self, instant: Instant, ahead: i64, length: i64, count: usize) -> Option<usize> {
        let place = (instant.as_millis() - self.first_ms + ahead).div_euclid(length);
        usize::try_from(place).ok().filter(|place| *place < count)
    }
}
