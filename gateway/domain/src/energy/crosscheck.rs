//! A register beside the power of the same meter: two ways to the same energy, which must agree.

use serde::Serialize;

use super::figure::EnergyFigure;
use crate::site::Meter;

/// Both ways must have measured so much of a period before they are compared.
const ENOUGH: f64 = 0.9;
/// Less than this, in Wh, is within a step of a register and says nothing.
const LEAST_WH: f64 = 100.0;
/// Tolerated deviation of integrated power from a register, as a share.
const TOLERATED: f64 = 0.03;
/// The same for current clamps, which are less exact.
const TOLERATED_OF_CLAMPS: f64 = 0.05;

/// Outcome of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Both figures are the same, within what the instruments differ.
    Agree,
    /// They do not: to be verified on the spot. Wrong scale, a clamp turned round, a phase left out.
    ToVerify,
    /// There is only one way, too little was measured, or too little drawn.
    NotCompared,
}

/// Register and integrated power of one period.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct CrossCheck {
    /// Energy by the registers alone, in Wh.
    pub register_wh: Option<f64>,
    /// Energy by integrated power alone, in Wh.
    pub power_wh: Option<f64>,
    /// Deviation of power from the register, as a share of it; negative when below. `None` where they are not compared.
    pub deviation: Option<f64>,
    /// Outcome.
    pub verdict: Verdict,
}

/// The meter with its registers alone, and with its power alone: the figures of each are to be compared.
pub fn two_ways(meter: &Meter) -> (Meter, Meter) {
    let by_register = Meter { power: Vec::new(), ..meter.clone() };
    let by_power = Meter { energy: Vec::new(), ..meter.clone() };
    (by_register, by_power)
}

/// Compares the figures by registers and by power of the same period, a civil day as a rule. The energy of the meter
/// stays that of the register.
pub fn compare(register: EnergyFigure, power: EnergyFigure, is_clamp: bool) -> CrossCheck {
    let tolerated = if is_clamp { TOLERATED_OF_CLAMPS } else { TOLERATED };
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
    CrossCheck { register_wh: register.energy_wh, power_wh: power.energy_wh, deviation, verdict }
}
