//! Summaries of consecutive readings. They join in order, so that those of quarters of an hour make those of days.

use super::entry::Entry;

/// What is kept of a stretch of a series.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Rollup {
    /// How many readings.
    pub(super) count: i64,
    /// The sum of their values.
    pub(super) sum: f64,
    /// The least value.
    pub(super) min: f64,
    /// The greatest value.
    pub(super) max: f64,
    /// When the first was observed, and its value.
    pub(super) first: (i64, f64),
    /// When the last was observed, and its value.
    pub(super) last: (i64, f64),
    /// What a register added from the first to the last.
    pub(super) increase: f64,
}

impl Rollup {
    /// The summary of `self` and the readings after it.
    #[must_use]
    pub(super) fn then(self, later: Self) -> Self {
        Self {
            count: self.count + later.count,
            sum: self.sum + later.sum,
            min: self.min.min(later.min),
            max: self.max.max(later.max),
            first: self.first,
            last: later.last,
            increase: self.increase + step(self.last.1, later.first.1) + later.increase,
        }
    }

    /// The summary of all, which are in order; `None` of nothing.
    pub(super) fn of_all(rollups: impl IntoIterator<Item = Self>) -> Option<Self> {
        rollups.into_iter().reduce(Self::then)
    }
}

impl From<&Entry> for Rollup {
    fn from(entry: &Entry) -> Self {
        let (at, number) = (entry.ts, entry.number);
        Self {
            count: 1,
            sum: number,
            min: number,
            max: number,
            first: (at, number),
            last: (at, number),
            increase: 0.0,
        }
    }
}

/// What a register added between two readings. One that reads less than before was reset and counted from zero.
fn step(from: f64, to: f64) -> f64 {
    if to >= from { to - from } else { to }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kept::Arrival;

    fn rollup(readings: &[(i64, f64)]) -> Rollup {
        let entry = |&(ts, number)| Rollup::from(&Entry { ts, arrival: Arrival::Dating, number });
        Rollup::of_all(readings.iter().map(entry)).unwrap()
    }

    #[test]
    fn a_register_that_starts_again_lower_has_counted_from_zero() {
        let rollup = rollup(&[(0, 100.0), (1, 130.0), (2, 20.0), (3, 25.0)]);
        assert_eq!((rollup.count, rollup.increase), (4, 30.0 + 20.0 + 5.0));
    }

    #[test]
    fn the_summary_of_a_whole_is_that_of_its_parts_in_order() {
        let readings = [(0, 5.0), (1, 7.0), (2, 1.0), (3, 4.0)];
        let whole = rollup(&readings);
        let joined =
            rollup(&readings[..1]).then(rollup(&readings[1..3])).then(rollup(&readings[3..]));

        assert_eq!(joined, whole);
        assert_eq!((whole.count, whole.sum, whole.min, whole.max), (4, 17.0, 1.0, 7.0));
        assert_eq!(
            (whole.first, whole.last, whole.increase),
            ((0, 5.0), (3, 4.0), 2.0 + 1.0 + 3.0)
        );
    }
}
