//! State documents: what the gateway publishes, retained, for the dashboard and for other programs.
//!
//! ```text
//! vigie/v1/<site>/state/building       BuildingState
//! vigie/v1/<site>/state/zones/<zone>   ZoneState
//! vigie/v1/<site>/state/meters/<meter> MeterState
//! vigie/v1/<site>/state/devices        DevicesState
//! vigie/v1/<site>/state/alerts         AlertsState
//! vigie/v1/<site>/state/gateway        GatewayState (its last will marks it as offline)
//! ```
//!
//! Each carries `as_of`. Unknown is `null`, never 0.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::alerts::Alert;
use crate::device::DeviceState;
use crate::energy::{Activity, EnergyState};
use crate::ids::{MeterId, ZoneId};
use crate::instant::Instant;
use crate::live::{GaugeState, Stamped, State};
use crate::occupancy::PeopleState;
use crate::storage::StorageState;

/// The whole building.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BuildingState {
    /// Instant of the state.
    pub as_of: Instant,
    /// Its people.
    #[serde(flatten)]
    pub people: PeopleState,
    /// Whether it is open by its opening hours; `None` when the site file has none.
    pub open: Option<bool>,
    /// Its power and energy, as the sum of the meters without a parent.
    #[serde(flatten)]
    pub energy: EnergyState,
}

/// One zone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ZoneState {
    /// Instant of the state.
    pub as_of: Instant,
    /// Its name in topics and addresses.
    pub id: ZoneId,
    /// Its people.
    #[serde(flatten)]
    pub people: PeopleState,
    /// Newest reading of each of its points; a point without readings is absent.
    pub gauges: Vec<GaugeState>,
    /// Age of the oldest of these readings, in seconds; `None` without any.
    pub age_s: Option<f64>,
    /// Its power and energy, as the sum of its topmost meters.
    #[serde(flatten)]
    pub energy: EnergyState,
}

/// One meter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MeterState {
    /// Instant of the state.
    pub as_of: Instant,
    /// Its name in topics and addresses.
    pub id: MeterId,
    /// Its power and energy.
    #[serde(flatten)]
    pub energy: EnergyState,
    /// Age of its newest reading, in seconds.
    pub age_s: Option<f64>,
    /// Activity of its machine, and since when.
    pub activity: Option<Activity>,
}

/// All devices with at least one reading or status, by name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DevicesState {
    /// Instant of the state.
    pub as_of: Instant,
    /// One entry a device.
    pub devices: Vec<DeviceState>,
}

/// Current alerts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AlertsState {
    /// Instant of the state.
    pub as_of: Instant,
    /// Most urgent first.
    pub alerts: Vec<Alert>,
}

/// The gateway itself. Published every few seconds: it is the pulse of everything else.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GatewayState {
    /// Instant of the state.
    pub as_of: Instant,
    /// False only in the last will.
    pub online: bool,
    /// Version of the program.
    pub version: String,
    /// Messages refused since the start.
    pub refused: u64,
    /// Readings stored since the start.
    pub stored: u64,
    /// Space of the store; none where it is not measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storage: Option<StorageState>,
}

/// Document of a state of the site: its name below `state/`, and its content.
pub fn document(stamped: Stamped<State>) -> (String, Value) {
    let Stamped { as_of, age_s, state } = stamped;
    match state {
        State::Building { people, open, energy } => {
            ("building".to_owned(), content(&BuildingState { as_of, people, open, energy }))
        }
        State::Zone { id, people, gauges, energy } => {
            let name = format!("zones/{id}");
            (name, content(&ZoneState { as_of, id, people, gauges, age_s, energy }))
        }
        State::Meter { id, energy, activity } => {
            let name = format!("meters/{id}");
            (name, content(&MeterState { as_of, id, energy, age_s, activity }))
        }
        State::Devices(devices) => {
            ("devices".to_owned(), content(&DevicesState { as_of, devices }))
        }
    }
}

fn content(state: &impl Serialize) -> Value {
    serde_json::to_value(state).expect("states have text keys and finite numbers or null")
}
