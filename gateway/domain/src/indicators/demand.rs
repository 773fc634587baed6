//! Power as it is billed: apparent power of ten minutes beside what was subscribed.

use serde::Serialize;

use super::hours;
use crate::calendar::Bucket;
use crate::instant::Period;

/// Active by apparent power where only the first is measured. A proposal; figures made with it say so.
const POWER_FACTOR: f64 = 0.95;
/// From this share of the subscribed power on it is near.
const NEAR: f64 = 0.9;

/// Apparent power beside the subscribed power, both in kVA.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Demand {
    /// What the contract allows.
    pub subscribed_kva: f64,
    /// The highest mean, and when.
    pub highest_kva: Option<f64>,
    /// The ten minutes of it.
    #[serde(skip)]
    pub highest_at: Option<Period>,
    /// Hours above the subscribed power.
    pub hours_over: f64,
    /// Hours above nine tenths of it.
    pub hours_near: f64,
    /// The ten minutes above it, in kVA.
    #[serde(skip)]
    pub overruns: Vec<Bucket<f64>>,
    /// Whether apparent power was worked out from active power with a power factor of 0.95.
    pub is_assumed: bool,
    /// Share of the cells in which something was measured.
    pub coverage: f64,
}

/// The demand in these cells, ten minutes as the bill has them: apparent power in VA, or active power in W when
/// `is_active`. `None` where nothing was measured.
pub fn demand(subscribed_kva: f64, cells: &[Bucket<Option<f64>>], is_active: bool) -> Demand {
    let kva = |power: f64| apparent_kva(power, is_active);
    let known: Vec<_> = cells
        .iter()
        .filter_map(|cell| Some(Bucket { period: cell.period, figure: kva(cell.figure?) }))
        .collect();
    let highest = known.iter().max_by(|a, b| a.figure.total_cmp(&b.figure));
    let above = |limit: f64| known.iter().filter(move |cell| cell.figure > limit);
    let hours_above = |limit| above(limit).map(|cell| hours(cell.period)).sum();
    #[expect(clippy::cast_precision_loss, reason = "fewer cells than 2^53")]
    let coverage = if cells.is_empty() { 0.0 } else { known.len() as f64 / cells.len() as f64 };
    Demand {
        subscribed_kva,
        highest_kva: highest.map(|cell| cell.figure),
        highest_at: highest.map(|cell| cell.period),
        hours_over: hours_above(subscribed_kva),
        hours_near: hours_above(subscribed_kva * NEAR),
        overruns: above(subscribed_kva).cloned().collect(),
        is_assumed: is_active,
        coverage,
    }
}

/// Apparent power in kVA of apparent power in VA, or of active power in W when `is_active`.
pub(crate) fn apparent_kva(power: f64, is_active: bool) -> f64 {
    power / 1000.0 / if is_active { POWER_FACTOR } else { 1.0 }
}
