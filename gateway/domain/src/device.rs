//! Condition of devices and of their instruments, judged by what they report.

use serde::{Deserialize, Serialize};

use crate::ids::DeviceId;
use crate::instant::Instant;
use crate::message::DevicePresence;

/// Age of the newest reading of a source, beside the rhythm in which it usually reports.
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

/// Condition of a device.
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

/// One device at an instant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeviceState {
    /// Its name.
    pub id: DeviceId,
    /// Its condition, from its status and its rhythm.
    pub state: DeviceHealth,
    /// Arrival of its newest reading.
    pub last_seen: Option<Instant>,
    /// Newest charge of its battery.
    pub battery_percent: Option<f64>,
    /// Its status: birth, sleep or last will.
    pub presence: Option<DevicePresence>,
    /// Usual interval of its reports, in seconds.
    pub rhythm_s: Option<f64>,
    /// Whether the site file names it.
    pub known: bool,
    /// Readings that its running numbers show as lost on the way.
    pub lost_readings: u64,
}

/// Defect of a CO2 instrument.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// It shows less than there is outdoors.
    BelowOutdoor,
    /// At night it shows less than any air has.
    NightTooLow,
    /// At night it shows more than air that nobody breathed.
    NightTooHigh,
    /// Its lowest value is not that of the other instruments.
    DiffersFromBuilding,
    /// It has shown the same value for hours.
    Frozen,
}
