//! Power and energy of a meter or a place at an instant, as they are published.

use serde::{Deserialize, Serialize};

use crate::figure::Quality;
use crate::instant::Instant;

/// Power now and energy over the usual periods.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EnergyState {
    /// Power now, in W.
    pub power_w: Option<f64>,
    /// Energy of the present civil day, in Wh.
    pub today_wh: Option<f64>,
    /// Energy of the civil day before, in Wh.
    pub yesterday_wh: Option<f64>,
    /// Energy of the present civil month, in Wh.
    pub month_wh: Option<f64>,
    /// Share of today so far that was measured, 0 to 1.
    pub coverage: f64,
    /// Origin of today's energy.
    pub energy_quality: Quality,
}

/// Activity of a machine, and since when.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Activity {
    /// Running, on standby or off.
    pub state: ActivityState,
    /// Beginning of that state.
    pub since: Instant,
}

/// Whether a machine works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActivityState {
    /// It works.
    Running,
    /// It draws power without working.
    Standby,
    /// It draws nothing.
    Off,
}
