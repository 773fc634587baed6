//! Readings rolled up by quarter of an hour.

use domain::Instant;
use domain::rollup::{Basis, Rollup};

use super::decimals::Decimals;
use super::entry::{Entry, real};
use super::rollup_block::Stretch;
use super::slot::Slot;

/// The length of a quarter of an hour in milliseconds. Every offset in use is a multiple of it.
pub(in crate::sqlite) const QUARTER: i64 = 15 * 60 * 1000;

/// The quarter of an hour that holds `ts`.
pub(in crate::sqlite) const fn quarter_of(ts: i64) -> i64 {
    ts.div_euclid(QUARTER)
}

/// The rollups of entries, which are in order, by quarter of an hour.
pub(in crate::sqlite) fn roll_up(entries: &[Entry], basis: &Basis) -> Vec<Rollup> {
    let quarters = entries.chunk_by(|a, b| quarter_of(a.ts) == quarter_of(b.ts));
    quarters.filter_map(|quarter| summary(quarter, basis)).collect()
}

/// The rollup of entries, with exact sums where all are decimals.
fn summary(entries: &[Entry], basis: &Basis) -> Option<Rollup> {
    let numbers: Vec<f64> = entries.iter().map(|entry| entry.number).collect();
    let at = |entry: &Entry| Instant::from_millis(entry.ts);
    let of = |numbers: &[f64]| {
        Rollup::of_all(entries.iter().map(at).zip(numbers.iter().copied()), basis)
    };
    let rollup = of(&numbers)?;
    let Some((decimals, scaled)) = Decimals::of_all(&numbers) else { return Some(rollup) };
    let scaled: Vec<f64> = scaled.into_iter().map(real).collect();
    let exact = of(&scaled)?;
    Some(Rollup {
        sum: decimals.unscaled(exact.sum),
        increase: decimals.unscaled(exact.increase),
        held: decimals.unscaled(exact.held),
        ..rollup
    })
}

/// Where the rollups of a UTC day lie.
pub(in crate::sqlite) const fn stretch(day: Slot) -> Stretch {
    Stretch { start: day.start(), length: day.tier.length(), each: QUARTER }
}
