//! Accumulator of energy: Wh and known time in the periods of a grid.

use std::ops::AddAssign;

use crate::instant::{Instant, Period};

/// Energy between two instants.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Stretch {
    pub(crate) from: Instant,
    pub(crate) to: Instant,
    pub(crate) wh: f64,
    /// Whether its course is measured too; else only its total is.
    pub(crate) shaped: bool,
}

/// Energy and known time of one period.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Entry {
    pub(crate) wh: f64,
    /// Time whose energy was measured, in ms.
    pub(crate) covered_ms: i64,
    /// Time that only has its share of a longer total, in ms.
    pub(crate) spread_ms: i64,
}

impl Entry {
    pub(crate) fn is_known(&self) -> bool {
        self.covered_ms + self.spread_ms > 0
    }
}

impl AddAssign for Entry {
    fn add_assign(&mut self, other: Self) {
        self.wh += other.wh;
        self.covered_ms += other.covered_ms;
        self.spread_ms += other.spread_ms;
    }
}

/// Entries for a grid of periods in order. Stretches may come in any order; near the last one they are cheap.
#[derive(Clone, Debug)]
pub(crate) struct EnergyAccumulator {
    grid: Vec<Period>,
    entries: Vec<Entry>,
    at: usize,
    /// Periods about which nothing is taken, since a person stated what was used then.
    apart: Vec<Period>,
}

impl EnergyAccumulator {
    pub(crate) fn new(grid: &[Period]) -> Self {
        let (entries, apart) = (vec![Entry::default(); grid.len()], Vec::new());
        Self { grid: grid.to_vec(), entries, at: 0, apart }
    }

    /// The same, which takes nothing about these periods; they must be disjoint.
    pub(crate) fn apart_from(grid: &[Period], apart: impl Iterator<Item = Period>) -> Self {
        Self { apart: apart.collect(), ..Self::new(grid) }
    }

    pub(crate) fn entries(&self) -> impl Iterator<Item = (Period, Entry)> + '_ {
        self.grid.iter().copied().zip(self.entries.iter().copied())
    }

    /// Forgets all stretches.
    pub(crate) fn clear(&mut self) {
        self.entries.fill(Entry::default());
        self.at = 0;
    }

    /// Gives each period its share of the stretch, by time.
    pub(crate) fn add(&mut self, stretch: Stretch) {
        let (from, to) = (stretch.from.as_millis(), stretch.to.as_millis());
        self.at = self.first_after(from);
        for at in self.at..self.grid.len() {
            let (start, end) = (self.grid[at].start().as_millis(), self.grid[at].end().as_millis());
            if start >= to {
                break;
            }
            let (first, last) = (start.max(from), end.min(to));
            let shared = last - first - self.apart_ms(first, last);
            if shared > 0 {
                self.entries[at] += share(stretch, shared, to - from);
            }
        }
    }

    /// Adds `entry`, of the time from `instant` on, to the period that holds `instant`.
    pub(crate) fn add_within(&mut self, instant: Instant, entry: Entry) {
        self.at = self.first_after(instant.as_millis());
        if self.grid.get(self.at).is_some_and(|period| period.contains(instant)) {
            self.entries[self.at] += entry;
        }
    }

    /// Part of a span that is not taken, in ms.
    fn apart_ms(&self, from: i64, to: i64) -> i64 {
        let shared =
            |apart: &Period| apart.end().as_millis().min(to) - apart.start().as_millis().max(from);
        self.apart.iter().map(|apart| shared(apart).max(0)).sum::<i64>()
    }

    /// The first period that ends after `instant`: mostly the same as last time, or the next.
    fn first_after(&self, instant: i64) -> usize {
        let ends_after =
            |at: usize| self.grid.get(at).is_none_or(|p| p.end().as_millis() > instant);
        let near = (self.at..self.at + 2).find(|&at| {
            at <= self.grid.len() && ends_after(at) && (at == 0 || !ends_after(at - 1))
        });
        near.unwrap_or_else(|| self.grid.partition_point(|p| p.end().as_millis() <= instant))
    }
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds of centuries fit")]
fn share(stretch: Stretch, shared: i64, length: i64) -> Entry {
    let (covered_ms, spread_ms) = if stretch.shaped { (shared, 0) } else { (0, shared) };
    // Whole stretches, by far most of them, are added without rounding.
    let wh =
        if shared == length { stretch.wh } else { stretch.wh * (shared as f64 / length as f64) };
    Entry { wh, covered_ms, spread_ms }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hour(at: i64) -> Period {
        let instant = |hour: i64| Instant::from_millis(hour * 3_600_000);
        Period::new(instant(at), instant(at + 1)).unwrap()
    }

    fn stretch(from_min: i64, to_min: i64, wh: f64) -> Stretch {
        let instant = |minute: i64| Instant::from_millis(minute * 60_000);
        Stretch { from: instant(from_min), to: instant(to_min), wh, shaped: true }
    }

    fn energies(accumulator: &EnergyAccumulator) -> Vec<f64> {
        accumulator.entries().map(|(_, entry)| entry.wh).collect()
    }

    #[test]
    fn a_stretch_over_a_border_is_shared_by_time() {
        let mut accumulator = EnergyAccumulator::new(&[hour(0), hour(1), hour(2)]);
        accumulator.add(stretch(45, 75, 100.0));
        assert_eq!(energies(&accumulator), [50.0, 50.0, 0.0]);
    }

    #[test]
    fn stretches_may_come_in_any_order_and_reach_out_of_the_grid() {
        let mut accumulator = EnergyAccumulator::new(&[hour(1), hour(2), hour(4)]);
        for (from, to) in [(270, 330), (0, 30), (150, 160), (0, 360), (90, 100), (60, 70)] {
            accumulator.add(stretch(from, to, f64::from(u16::try_from(to - from).unwrap())));
        }
        assert_eq!(energies(&accumulator), [80.0, 70.0, 90.0]);
    }

    #[test]
    fn an_accumulator_without_periods_takes_everything_and_keeps_nothing() {
        let mut accumulator = EnergyAccumulator::new(&[]);
        accumulator.add(stretch(0, 60, 1.0));
        assert_eq!(accumulator.entries().count(), 0);
    }
}
