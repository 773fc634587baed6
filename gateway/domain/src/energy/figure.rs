//! Energy of a period: how much, and how much of the period it was measured over.

use serde::{Deserialize, Serialize};

use super::accumulator::Entry;
use crate::calendar::Bucket;
use crate::figure::{Quality, is_complete};
use crate::instant::{Instant, Period};
use crate::total::Total;

/// Energy of a period, with its quality and coverage.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct EnergyFigure {
    /// Energy in Wh; `None` where it is unknown.
    pub energy_wh: Option<f64>,
    /// Quality of the figure. `Estimated` when more of the time has its share of a longer total than was measured.
    pub quality: Quality,
    /// Share of the period so far that was measured, 0 to 1. What is not due yet is not missing.
    pub coverage: f64,
    /// Share of the period so far that was silent and only has its part of a longer total, 0 to 1: how much is known,
    /// when it was drawn is not.
    pub repaired: f64,
}

impl EnergyFigure {
    /// Figure of a period of which no energy is known.
    pub const UNKNOWN: Self =
        Self { energy_wh: None, quality: Quality::Unknown, coverage: 0.0, repaired: 0.0 };

    /// Figure of a period with the energy of `entry`, when readings are due up to `due`.
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of centuries fit")]
    pub(crate) fn of(period: Period, entry: Entry, due: Instant) -> Self {
        if !entry.is_known() {
            return Self::UNKNOWN;
        }
        let known_ms = entry.covered_ms + entry.spread_ms;
        let due_ms = due.min(period.end()).as_millis() - period.start().as_millis();
        let share = |ms: i64| ms as f64 / due_ms.max(known_ms) as f64;
        let (coverage, repaired) = (share(entry.covered_ms), share(entry.spread_ms));
        let quality = if is_complete(coverage) {
            Quality::Measured
        } else if entry.spread_ms > entry.covered_ms {
            Quality::Estimated
        } else {
            Quality::Partial
        };
        Self { energy_wh: Some(entry.wh), quality, coverage, repaired }
    }
}

/// Sum over several meters: of their known energy, and complete only when all of them are.
pub fn sum(figures: impl IntoIterator<Item = EnergyFigure>) -> EnergyFigure {
    let (mut total, mut coverage, mut repaired, mut count) = (None, 0.0, 0.0, 0.0);
    let (mut unknown, mut partial, mut estimated) = (false, false, false);
    for figure in figures {
        total = match (total, figure.energy_wh) {
            (Some(sum), Some(wh)) => Some(sum + wh),
            (one, other) => one.or(other),
        };
        coverage += figure.coverage;
        repaired += figure.repaired;
        count += 1.0;
        unknown |= figure.quality == Quality::Unknown;
        partial |= figure.quality == Quality::Partial;
        estimated |= figure.quality == Quality::Estimated;
    }
    let quality = match total {
        None => return EnergyFigure::UNKNOWN,
        Some(_) if unknown || partial => Quality::Partial,
        Some(_) if estimated => Quality::Estimated,
        Some(_) => Quality::Measured,
    };
    EnergyFigure {
        energy_wh: total,
        quality,
        coverage: coverage / count,
        repaired: repaired / count,
    }
}

/// The same meters over consecutive periods, as one figure.
pub fn sum_over_time(cells: &[Bucket<EnergyFigure>]) -> EnergyFigure {
    let hours = |cell: &Bucket<EnergyFigure>| cell.period.length().as_secs_f64();
    let total: f64 = cells.iter().map(hours).total();
    let energy_wh = cells.iter().filter_map(|it| it.figure.energy_wh).reduce(|sum, wh| sum + wh);
    if energy_wh.is_none() || total <= 0.0 {
        return EnergyFigure::UNKNOWN;
    }
    let mean = |of: fn(&EnergyFigure) -> f64| {
        cells.iter().map(|cell| of(&cell.figure) * hours(cell)).total() / total
    };
    let (coverage, repaired) = (mean(|it| it.coverage), mean(|it| it.repaired));
    let quality = if is_complete(coverage) {
        Quality::Measured
    } else if repaired > coverage {
        Quality::Estimated
    } else {
        Quality::Partial
    };
    EnergyFigure { energy_wh, quality, coverage, repaired }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(energy_wh: f64, quality: Quality, coverage: f64) -> EnergyFigure {
        EnergyFigure { energy_wh: Some(energy_wh), quality, coverage, repaired: 0.0 }
    }

    #[test]
    fn a_sum_with_an_unknown_part_is_partial_and_not_less() {
        let measured = figure(120.0, Quality::Measured, 1.0);
        let both = sum([measured, EnergyFigure::UNKNOWN]);
        assert_eq!(both, figure(120.0, Quality::Partial, 0.5));
    }

    #[test]
    fn a_sum_of_nothing_known_is_unknown_and_not_zero() {
        assert_eq!(sum([]), EnergyFigure::UNKNOWN);
        assert_eq!(sum([EnergyFigure::UNKNOWN; 2]), EnergyFigure::UNKNOWN);
    }

    #[test]
    fn a_sum_is_measured_when_all_its_parts_are() {
        let both = sum([figure(1.0, Quality::Measured, 1.0), figure(2.0, Quality::Measured, 0.99)]);
        assert_eq!((both.energy_wh, both.quality), (Some(3.0), Quality::Measured));
    }
}
