//! The load curve in a few numbers.

use serde::Serialize;

use super::{EnergyCell, hours, powers};
use crate::instant::Period;
use crate::total::Total;

/// The share of the time with less power than the baseload. A proposal: low enough that no working hour is among it.
const BASELOAD_SHARE: f64 = 0.05;

/// Figures of a load curve. Only cells with at least 90 % measured time count.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Load {
    /// Mean power, in W.
    pub mean_w: f64,
    /// The highest mean power of a cell, in W, and when.
    pub peak_w: f64,
    /// Period in which it was that high for the first time.
    #[serde(skip)]
    pub peak_at: Period,
    /// The power below which it is in 5 % of the time, in W.
    pub baseload_w: f64,
    /// The share of the energy that the baseload takes, 0 to 1.
    pub baseload_share: f64,
    /// Mean by peak power, 0 to 1: 1 is a load that never changes.
    pub load_factor: f64,
    /// Hours at peak power that would take the same energy.
    pub full_load_hours: f64,
    /// Measured hours that these figures stand on.
    pub hours: f64,
}

/// The load curve of these cells, quarter hours as a rule; `None` when nothing was measured.
pub fn load(cells: &[EnergyCell]) -> Option<Load> {
    let measured = || powers(cells).map(|(period, watts)| (hours(period), watts));
    let total: f64 = measured().map(|(hours, _)| hours).total();
    let wh: f64 = measured().map(|(hours, watts)| hours * watts).total();
    let (peak_at, peak_w) = powers(cells).reduce(|a, b| if b.1 > a.1 { b } else { a })?;
    let baseload_w = watts_exceeded(cells, 1.0 - BASELOAD_SHARE)?;
    let mean_w = wh / total;
    let share = |part: f64, whole: f64| if whole > 0.0 { part / whole } else { 0.0 };
    Some(Load {
        mean_w,
        peak_w,
        peak_at,
        baseload_w,
        baseload_share: share(baseload_w, mean_w).min(1.0),
        load_factor: share(mean_w, peak_w),
        full_load_hours: share(wh, peak_w),
        hours: total,
    })
}

/// The duration curve (monotone de charge): for each hundredth of the measured time, from 0 to 100, the power that is
/// reached or exceeded for so long, in W. Empty when nothing was measured.
pub fn duration_curve(cells: &[EnergyCell]) -> Vec<f64> {
    (0..=100_u8).filter_map(|percent| watts_exceeded(cells, f64::from(percent) / 100.0)).collect()
}

/// The power that is reached or exceeded in `share` of the measured time.
fn watts_exceeded(cells: &[EnergyCell], share: f64) -> Option<f64> {
    let mut measured: Vec<_> = powers(cells).collect();
    measured.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    let total: f64 = measured.iter().map(|(period, _)| hours(*period)).total();
    // A little less, so that a sum of shares that rounds up does not skip a cell.
    let wanted = share * total - 1e-9 * total;
    let mut passed = 0.0;
    let reached = measured.iter().find(|(period, _)| {
        passed += hours(*period);
        passed >= wanted
    });
    reached.or(measured.last()).map(|(_, watts)| *watts)
}
