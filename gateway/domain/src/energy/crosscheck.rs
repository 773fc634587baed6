//! A register beside the power of the same meter: two ways to the same energy, which must agree.

use super::meter_energy;
use crate::instant::{Instant, Period};
use crate::reading::SeriesSet;
use crate::site::{Meter, Rules};

/// Both ways must have measured so much of a period before they are compared.
const ENOUGH: f64 = 0.9;
/// Less than this, in Wh, is within a step of a register and says nothing.
const LEAST_WH: f64 = 100.0;
/// How far integrated power may be from a register.
const TOLERATED: f64 = 0.03;
/// The same for current clamps, which are less exact.
const TOLERATED_OF_CLAMPS: f64 = 0.05;

/// What a comparison says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Both ways tell the same, within what the instruments differ.
    Agree,
    /// They do not: to be verified on the spot. Wrong scale, a clamp turned round, a phase left out.
    ToVerify,
    /// There is only one way, too little was measured, or too little drawn.
    NotCompared,
}

/// Register and integrated power of one period.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CrossCheck {
    /// What the registers tell alone, in Wh.
    pub register_wh: Option<f64>,
    /// What power tells alone, in Wh.
    pub power_wh: Option<f64>,
    /// How far power is from the register, as a share of it; negative when below. `None` where they are not compared.
    pub deviation: Option<f64>,
    /// What follows.
    pub verdict: Verdict,
}

/// Compares both ways in each period of `grid`; meant for civil days. The figures of the meter stay those of the register.
pub fn cross_check(
    meter: &Meter,
    grid: &[Period],
    series: &SeriesSet,
    rules: &Rules,
    now: Instant,
) -> Vec<CrossCheck> {
    let by_register = Meter { power: Vec::new(), ..meter.clone() };
    let by_power = Meter { energy: Vec::new(), ..meter.clone() };
    let figures = |meter| meter_energy(&meter, grid, series, rules, now);
    let tolerated = if meter.clamp { TOLERATED_OF_CLAMPS } else { TOLERATED };
    let pairs = figures(by_register).into_iter().zip(figures(by_power));
    pairs
        .map(|(register, power)| {
            let enough = register.coverage >= ENOUGH && power.coverage >= ENOUGH;
            let deviation = match (register.energy_wh, power.energy_wh) {
                (Some(register), Some(power)) if enough && register.max(power) >= LEAST_WH => {
                    Some((power - register) / register.max(1.0))
                }
                _ => None,
            };
            let verdict = match deviation {
                None => Verdict::NotCompared,
                Some(share) if share.abs() > tolerated => Verdict::ToVerify,
                Some(_) => Verdict::Agree,
            };
            CrossCheck {
                register_wh: register.energy_wh,
                power_wh: power.energy_wh,
                deviation,
                verdict,
            }
        })
        .collect()
}
