//! State out: what the gateway publishes, retained, for the dashboard and for whoever listens.
//!
//! ```text
//! vigie/v1/<site>/state/building       BuildingState
//! vigie/v1/<site>/state/zones/<zone>   ZoneState
//! vigie/v1/<site>/state/meters/<meter> MeterState
//! vigie/v1/<site>/state/devices        DevicesState
//! vigie/v1/<site>/state/alerts         AlertsState
//! vigie/v1/<site>/state/gateway        GatewayState (its last will says that it is gone)
//! ```
//!
//! Each carries `as_of`. Unknown is `null`, never 0.

mod alerts;
mod witnesses;

pub use alerts::{Alert, AlertsState, Matter, MeterMishap, Severity};
pub use witnesses::{Witness, Witnesses};

use serde::{Deserialize, Serialize};

use crate::ids::{DeviceId, MeterId, PointId, ZoneId};
use crate::instant::Instant;
use crate::message::DevicePresence;
use crate::quantity::Quantity;

/// How a figure came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quality {
    /// From instruments, complete.
    Measured,
    /// From a model, or with a shape that nobody measured.
    Estimated,
    /// From instruments, with gaps.
    Partial,
    /// There is nothing to tell it from.
    Unknown,
}

/// What the figures of its parts are to that of a zone, or of the building.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Parts {
    /// It has none.
    #[default]
    None,
    /// They are known and do not contradict it: they add up to it, or to less where people may be beside them.
    Agree,
    /// Some is unknown, so the figure is of the zone alone.
    Unknown,
}

/// Whether a zone has people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Occupancy {
    /// Somebody is there.
    Occupied,
    /// Nobody is there, and something says so.
    Vacant,
    /// Nothing tells.
    Unknown,
}

/// People in the building or a zone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PeopleState {
    /// The best figure; `None` when unknown.
    pub people: Option<f64>,
    /// The lower end of the 90 % interval.
    pub low: Option<f64>,
    /// The upper end of the 90 % interval.
    pub high: Option<f64>,
    /// How many it may hold.
    pub capacity: Option<u32>,
    /// `people` by `capacity`, 1 is full.
    pub share: Option<f64>,
    /// Whether somebody is there.
    pub occupancy: Occupancy,
    /// How the figure came about.
    pub quality: Quality,
    /// Whether it is the sum of the figures of its parts.
    #[serde(default)]
    pub parts: Parts,
    /// Which kinds of instruments told it, of the place itself or of its parts.
    #[serde(default)]
    pub sources: Witnesses,
    /// In minus out since the last reset as the doors counted it, before nothing below nobody is allowed.
    pub drift: Option<f64>,
    /// What the doors still had inside when the day was closed: the error of the last day.
    pub last_residual: Option<Residual>,
}

/// What was left at a reset.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Residual {
    /// When the count was set to nobody.
    pub at: Instant,
    /// What the doors said just before; negative when more went out than in.
    pub people: f64,
}

/// The whole building.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BuildingState {
    /// When this was so.
    pub as_of: Instant,
    /// Its people.
    #[serde(flatten)]
    pub people: PeopleState,
    /// Whether its opening hours say that it is open; `None` when the site file has none.
    pub open: Option<bool>,
    /// Its power and energy, as the sum of the meters without a parent.
    #[serde(flatten)]
    pub energy: EnergyState,
}

/// One zone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ZoneState {
    /// When this was so.
    pub as_of: Instant,
    /// Which.
    pub id: ZoneId,
    /// Its people.
    #[serde(flatten)]
    pub people: PeopleState,
    /// The gauges of its points, newest reading each; absent when a point was never heard.
    pub gauges: Vec<GaugeState>,
    /// Age of the oldest of the readings shown, in seconds; `None` without any.
    pub age_s: Option<f64>,
    /// Its power and energy, as the sum of its topmost meters.
    #[serde(flatten)]
    pub energy: EnergyState,
}

/// The newest reading of a point.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GaugeState {
    /// Which point.
    pub point: PointId,
    /// What it measures.
    pub quantity: Quantity,
    /// Its value in the unit of the quantity; a state is 1 or 0.
    pub value: f64,
    /// When it was observed.
    pub observed_at: Instant,
    /// Whether it reports as it used to.
    pub freshness: Freshness,
}

/// Whether a source reports as it used to, judged by its own rhythm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Freshness {
    /// As expected.
    Fresh,
    /// Later than usual; the figure is shown with its age.
    Late,
    /// Silent for so long that the figure says nothing about now.
    Lost,
}

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
    /// How today's energy came about.
    pub energy_quality: Quality,
}

/// One meter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MeterState {
    /// When this was so.
    pub as_of: Instant,
    /// Which.
    pub id: MeterId,
    /// Its power and energy.
    #[serde(flatten)]
    pub energy: EnergyState,
    /// Age of its newest reading, in seconds.
    pub age_s: Option<f64>,
    /// Whether it works, and since when.
    pub activity: Option<Activity>,
}

/// What a machine is doing.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Activity {
    /// Running, on standby or off.
    pub state: ActivityState,
    /// Since when.
    pub since: Instant,
}

/// Whether a machine works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActivityState {
    /// It works.
    Running,
    /// It draws power and does nothing.
    Standby,
    /// It draws nothing.
    Off,
}

/// All devices that were ever heard, by name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DevicesState {
    /// When this was so.
    pub as_of: Instant,
    /// One entry a device.
    pub devices: Vec<DeviceState>,
}

/// One device.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeviceState {
    /// Which.
    pub id: DeviceId,
    /// How it is, from its own word and its rhythm.
    pub state: DeviceHealth,
    /// When it was last heard.
    pub last_seen: Option<Instant>,
    /// The newest charge of its battery.
    pub battery_percent: Option<f64>,
    /// What it says of itself.
    pub presence: Option<DevicePresence>,
    /// How often it usually reports, in seconds.
    pub rhythm_s: Option<f64>,
    /// Whether the site file names it.
    pub known: bool,
    /// How many readings its running numbers show as lost on the way.
    pub lost_readings: u64,
}

/// How a device is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceHealth {
    /// It reports as expected.
    Online,
    /// It sleeps between reports, on purpose.
    Sleeping,
    /// It is later than usual.
    Late,
    /// It is silent too long.
    Lost,
    /// Its last will was seen.
    Offline,
}

/// How much room the store takes and has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StorageState {
    /// What the store takes on its disk, in bytes.
    pub stored_bytes: u64,
    /// Of this, room that was given up and will be used again.
    pub reusable_bytes: u64,
    /// What is left of the disk, in bytes.
    pub free_bytes: u64,
    /// How large the disk is, in bytes.
    pub disk_bytes: u64,
    /// What the gateway writes to its disk in a day, at the pace of the last 24 hours; unknown in its first hour.
    pub written_bytes_per_day: Option<u64>,
    /// How many errors the file system of the disk has met; unknown where none counts them.
    #[serde(default)]
    pub disk_errors: Option<u64>,
}

/// The gateway itself. Published every few seconds: it is the pulse of everything else.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GatewayState {
    /// When this was so.
    pub as_of: Instant,
    /// False only in the last will.
    pub online: bool,
    /// The version of the program.
    pub version: String,
    /// Messages refused since the start.
    pub refused: u64,
    /// Readings stored since the start.
    pub stored: u64,
    /// How much room the store takes and has; none where that is not measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storage: Option<StorageState>,
}
