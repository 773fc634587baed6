//! A meter and its parts: what no part accounts for, and parts that are above their whole.

use super::figure::{EnergyFigure, sum};
use crate::figure::Quality;
use crate::ids::MeterId;
use crate::instant::Period;
use crate::site::{Meter, Site};

/// Parts above their whole by less than this share of it are within what instruments differ.
const TOLERATED: f64 = 0.05;
/// … and so is less than this, in Wh: a step of a coarse register.
const STEP_WH: f64 = 100.0;

/// A meter beside the sum of its parts, in one period.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Balance {
    /// The figure of the meter itself. Sums over zones and the building count this and never the parts beside it.
    pub whole: EnergyFigure,
    /// The sum of its parts.
    pub parts: EnergyFigure,
    /// Energy that no part accounts for, in Wh, never negative; `None` where the whole or any part is unknown.
    pub unassigned_wh: Option<f64>,
    /// By how much the parts are above the whole, in Wh; `None` where they are not.
    pub excess_wh: Option<f64>,
}

impl Balance {
    /// Whether the parts are above the whole by more than instruments differ: one of them is wrong, or stands elsewhere
    /// in the tree than the file says.
    pub fn is_contradiction(&self) -> bool {
        let tolerated = (self.whole.energy_wh.unwrap_or(0.0) * TOLERATED).max(STEP_WH);
        self.excess_wh.is_some_and(|excess| excess > tolerated)
    }
}

/// Parts that are above their whole without interruption.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Excess {
    /// Period of the excess.
    pub period: Period,
    /// By how much, in Wh.
    pub wh: f64,
}

/// The meters that name this one as their parent.
pub fn parts_of<'a>(site: &'a Site, whole: &MeterId) -> impl Iterator<Item = &'a Meter> {
    site.meters.iter().filter(move |meter| meter.parent.as_ref() == Some(whole))
}

/// Sets a meter beside its parts.
pub fn balance(whole: EnergyFigure, parts: &[EnergyFigure]) -> Balance {
    let all_known = parts.iter().all(|part| part.quality != Quality::Unknown);
    let together = sum(parts.iter().copied());
    let rest = match (whole.energy_wh, together.energy_wh) {
        (Some(whole), Some(parts)) => Some(whole - parts),
        _ => None,
    };
    Balance {
        whole,
        parts: together,
        unassigned_wh: rest.filter(|_| all_known).map(|rest| rest.max(0.0)),
        excess_wh: rest.map(|rest| -rest).filter(|excess| *excess > 0.0),
    }
}

/// The stretches in which parts contradict their whole; neighbouring periods count as one.
pub fn excesses(grid: &[Period], balances: &[Balance]) -> Vec<Excess> {
    let mut found: Vec<Excess> = Vec::new();
    for (period, balance) in grid.iter().zip(balances) {
        let Some(wh) = balance.excess_wh.filter(|_| balance.is_contradiction()) else { continue };
        match found.last_mut() {
            Some(last) if last.period.end() == period.start() => {
                let joined = Period::new(last.period.start(), period.end());
                *last = Excess { period: joined.unwrap_or(*period), wh: last.wh + wh };
            }
            _ => found.push(Excess { period: *period, wh }),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instant::Instant;

    fn measured(wh: f64) -> EnergyFigure {
        let unknown = EnergyFigure::UNKNOWN;
        EnergyFigure { energy_wh: Some(wh), quality: Quality::Measured, coverage: 1.0, ..unknown }
    }

    fn hour(n: i64) -> Period {
        let at = |n: i64| Instant::from_millis(n * 3_600_000);
        Period::new(at(n), at(n + 1)).unwrap()
    }

    #[test]
    fn what_no_part_accounts_for_is_not_assigned() {
        let balance = balance(measured(5000.0), &[measured(3000.0), measured(1200.0)]);
        assert_eq!((balance.unassigned_wh, balance.excess_wh), (Some(800.0), None));
    }

    #[test]
    fn beside_an_unknown_part_the_rest_is_unknown() {
        let balance = balance(measured(5000.0), &[measured(3000.0), EnergyFigure::UNKNOWN]);
        assert_eq!((balance.unassigned_wh, balance.excess_wh), (None, None));
    }

    #[test]
    fn parts_above_their_whole_are_shown_with_interval_and_size() {
        let good = balance(measured(1000.0), &[measured(900.0)]);
        let bad = balance(measured(1000.0), &[measured(900.0), measured(400.0)]);
        let found = excesses(&[hour(0), hour(1), hour(2)], &[good, bad, bad]);
        let both = Period::new(hour(1).start(), hour(2).end()).unwrap();
        assert_eq!(found, [Excess { period: both, wh: 600.0 }]);
        assert_eq!(bad.unassigned_wh, Some(0.0));
    }

    #[test]
    fn instruments_that_differ_a_little_do_not_contradict_each_other() {
        let near = balance(measured(10_000.0), &[measured(10_400.0)]);
        assert_eq!((near.excess_wh, near.is_contradiction()), (Some(400.0), false));
    }
}
