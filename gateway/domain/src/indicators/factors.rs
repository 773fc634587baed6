//! Carbon and primary energy: energy times the factor that holds for its carrier, use and day.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::{EnergyCell, civil};
use crate::site::{Carrier, Factor, Use};

/// Energy that was weighed, with its proof.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Weighed {
    /// In kg `CO2e` or primary kWh; `None` when no energy has a factor.
    pub value: Option<f64>,
    /// Energy that has a factor, in Wh.
    pub weighed_wh: f64,
    /// Energy without a factor, in Wh.
    pub unweighed_wh: f64,
    /// The factors that were taken, in the order of their first use.
    pub factors: Vec<UsedFactor>,
}

/// A factor, and how well it fits the days that it was taken for.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct UsedFactor {
    /// The factor.
    pub value: f64,
    /// The day from which on it holds.
    pub since: Date,
    /// Who says so.
    pub source: String,
    /// Whether the source itself was read, not only quoted.
    pub confirmed: bool,
    /// By how many years it is older than the newest day that it was taken for. A factor that is published every year
    /// and was not for this one is carried forward, and that must be shown.
    pub years_old: i16,
}

/// Weighs the energy in these cells.
///
/// A factor of the use goes before the one of the carrier as a whole; among several the newest that has begun counts.
/// Energy from before the first factor has none: nothing is carried backwards.
pub fn weigh(
    factors: &[Factor],
    carrier: Carrier,
    usage: Option<Use>,
    cells: &[EnergyCell],
    zone: &TimeZone,
) -> Weighed {
    let mut weighed = Weighed::default();
    for cell in cells {
        let Some(wh) = cell.figure.energy_wh else { continue };
        let day = civil(cell.period.start(), zone).date();
        match in_force(factors, carrier, usage, day) {
            Some(factor) => weighed.add(factor, day, wh),
            None => weighed.unweighed_wh += wh,
        }
    }
    weighed
}

fn in_force(
    factors: &[Factor],
    carrier: Carrier,
    usage: Option<Use>,
    day: Date,
) -> Option<&Factor> {
    let newest = |of: Option<Use>| {
        let fits = move |it: &&Factor| it.carrier == carrier && it.usage == of && it.since <= day;
        factors.iter().filter(fits).max_by_key(|factor| factor.since)
    };
    usage.and_then(|usage| newest(Some(usage))).or_else(|| newest(None))
}

impl Weighed {
    /// Adds other energy that was weighed.
    pub fn join(&mut self, other: Self) {
        self.value = match (self.value, other.value) {
            (Some(one), Some(other)) => Some(one + other),
            (one, other) => one.or(other),
        };
        self.weighed_wh += other.weighed_wh;
        self.unweighed_wh += other.unweighed_wh;
        self.factors.extend(other.factors);
    }

    fn add(&mut self, factor: &Factor, day: Date, wh: f64) {
        self.value = Some(self.value.unwrap_or(0.0) + wh / 1000.0 * factor.value);
        self.weighed_wh += wh;
        let years_old = day.year() - factor.since.year();
        let is_same =
            |used: &&mut UsedFactor| used.since == factor.since && used.source == factor.source;
        match self.factors.iter_mut().find(is_same) {
            Some(used) => used.years_old = used.years_old.max(years_old),
            None => self.factors.push(UsedFactor {
                value: factor.value,
                since: factor.since,
                source: factor.source.clone(),
                confirmed: factor.confirmed,
                years_old,
            }),
        }
    }
}
