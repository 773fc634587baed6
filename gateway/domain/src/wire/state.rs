//! State documents: what the gateway publishes, retained, for the dashboard and for other programs.
//!
//! ```text
//! vigie/v1/<site>/state/building       BuildingState
//! vigie/v1/<site>/state/zones/<zone>   ZoneState
//! vigie/v1/<site>/state/meters/<meter> MeterState
//! vigie/v1/<site>/state/devices        DevicesState: the first page
//! vigie/v1/<site>/state/devices/<page> DevicesState: the second page and those after it
//! vigie/v1/<site>/state/alerts         AlertsState
//! vigie/v1/<site>/state/gateway        GatewayState (its last will marks it as offline)
//! ```
//!
//! Each carries `as_of`. Unknown is `null`, never 0. None is larger than [`LARGEST`]: a broker would drop it, and its
//! publisher with it.

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

/// Largest document, in bytes: that of the embedded broker; Mosquitto and others take more.
pub const LARGEST: usize = 64 * 1024;

/// A page of the devices with at least one reading or status: those of the site file first, then in the order in which
/// they were first heard. A page is as large as a message may be, so that a broker takes it whatever their number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DevicesState {
    /// Instant of the state.
    pub as_of: Instant,
    /// One entry a device.
    pub devices: Vec<DeviceState>,
    /// Count of all pages; those beyond are of an earlier start.
    #[serde(default = "one")]
    pub pages: u32,
}

/// Current alerts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AlertsState {
    /// Instant of the state.
    pub as_of: Instant,
    /// Most urgent first.
    pub alerts: Vec<Alert>,
    /// Count of less urgent ones for which the message had no room.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub left_out: usize,
}

impl AlertsState {
    /// A document of these alerts, most urgent first, without those that make it too large.
    pub fn within_bounds(as_of: Instant, alerts: Vec<Alert>) -> Self {
        let count = alerts.len();
        let mut room = LARGEST - ROOM_BESIDE;
        let fits = |alert: &Alert| {
            let size = serde_json::to_vec(alert).map_or(usize::MAX, |text| text.len() + 1);
            let fits = size <= room;
            room = room.saturating_sub(size);
            fits
        };
        let alerts: Vec<_> = alerts.into_iter().take_while(fits).collect();
        Self { as_of, left_out: count - alerts.len(), alerts }
    }
}

/// Room of a document beside its list.
const ROOM_BESIDE: usize = 1024;

const fn one() -> u32 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_zero(count: &usize) -> bool {
    *count == 0
}

/// Name of a page of the devices below `state/`; the first is 1.
pub fn devices_page(page: u32) -> String {
    if page <= 1 { "devices".to_owned() } else { format!("devices/{page}") }
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
        State::Devices { page, pages, devices } => {
            (devices_page(page), content(&DevicesState { as_of, devices, pages }))
        }
    }
}

fn content(state: &impl Serialize) -> Value {
    serde_json::to_value(state).expect("states have text keys and finite numbers or null")
}
