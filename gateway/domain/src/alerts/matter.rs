//! Subject of an alert: one variant for each kind of event, with its figures.

use serde::{Deserialize, Serialize};

use crate::device::Fault;
use crate::ids::{DeviceId, MeterId, PointId, ZoneId};

/// Subject of an alert, with its figures. Pages and messages put it into words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "rule", rename_all = "snake_case")]
pub enum Matter {
    /// The air of a zone needs renewing.
    Air {
        /// The zone.
        zone: ZoneId,
        /// Its CO2 in ppm.
        co2_ppm: f64,
    },
    /// A zone, or the building without one, is nearly or quite full.
    Crowd {
        /// Which zone; the building when `None`.
        zone: Option<ZoneId>,
        /// People in it.
        people: f64,
        /// Its capacity.
        capacity: u32,
        /// Only the upper end of the interval reaches the capacity: somebody should look.
        #[serde(default)]
        to_verify: bool,
    },
    /// Somebody is in the closed building. Never named closer than a floor: one person alone must not be found by it.
    AfterHours {
        /// The topmost zone; the building when nothing says more.
        zone: Option<ZoneId>,
    },
    /// A machine works though the building is closed.
    MachineLeftOn {
        /// The meter.
        meter: MeterId,
        /// Its power, in W.
        power_w: Option<f64>,
    },
    /// A machine has worked for very long.
    MachineLong {
        /// The meter.
        meter: MeterId,
    },
    /// A meter draws nearly or more than is subscribed.
    Demand {
        /// The meter.
        meter: MeterId,
        /// Apparent power of the last ten minutes, in kVA.
        kva: f64,
        /// Subscribed power, in kVA.
        subscribed_kva: f64,
    },
    /// A zone is heated while nobody is there.
    HeatingEmpty {
        /// The zone.
        zone: ZoneId,
        /// Its temperature in °C.
        celsius: f64,
    },
    /// A zone is heated though the building has been closed for long.
    HeatingClosed {
        /// The zone.
        zone: ZoneId,
        /// Its temperature in °C.
        celsius: f64,
    },
    /// A zone is too hot.
    Overheating {
        /// The zone.
        zone: ZoneId,
        /// Its temperature in °C.
        celsius: f64,
    },
    /// A zone is too cold.
    Cold {
        /// The zone.
        zone: ZoneId,
        /// Its temperature in °C.
        celsius: f64,
    },
    /// The air of a zone is too damp or too dry for the building.
    Humidity {
        /// The zone.
        zone: ZoneId,
        /// Its relative humidity in percent.
        percent: f64,
    },
    /// A device is silent.
    Silence {
        /// The device.
        device: DeviceId,
        /// Usual interval of its reports, in seconds.
        rhythm_s: Option<f64>,
        /// The newest charge of its battery.
        battery_percent: Option<f64>,
    },
    /// Several devices fell silent together: something that they share is gone.
    Outage {
        /// Devices that fell silent.
        devices: usize,
        /// Number that the site file names.
        of: usize,
    },
    /// A CO2 instrument must be looked at.
    Instrument {
        /// Its zone.
        zone: ZoneId,
        /// The instrument.
        point: PointId,
        /// Its defects.
        faults: Vec<Fault>,
    },
    /// The clock of a device is wrong.
    DeviceClock {
        /// The device.
        device: DeviceId,
        /// How far it is ahead, in seconds; below 0 it is behind.
        ahead_s: f64,
    },
    /// Nobody sets the clock of the gateway.
    GatewayClock,
    /// A battery is nearly empty.
    Battery {
        /// The device.
        device: DeviceId,
        /// Its charge.
        percent: f64,
    },
    /// Much of a meter's energy of yesterday is unknown.
    Coverage {
        /// The meter.
        meter: MeterId,
        /// The share that is known, 0 to 1.
        share: f64,
    },
    /// Much of yesterday's energy of several meters is unknown: something that they share was gone.
    Gaps {
        /// Of how many meters.
        meters: usize,
        /// Number that the site file names.
        of: usize,
        /// The share that is known of the one that is known least, 0 to 1.
        least: f64,
    },
    /// A meter draws more at night than it used to.
    Baseload {
        /// The meter.
        meter: MeterId,
        /// Its usual power at night, in W.
        usual_w: f64,
        /// Its power in the last night, in W.
        night_w: f64,
    },
    /// A register did today what registers should not do.
    Register {
        /// The meter.
        meter: MeterId,
        /// The event.
        mishap: MeterMishap,
        /// The total before, in Wh.
        before_wh: f64,
        /// The total that departed, in Wh.
        after_wh: f64,
    },
    /// Messages stand in quarantine.
    Quarantine {
        /// Messages refused since the start.
        refused: u64,
    },
    /// The disk of the store fills up.
    Disk {
        /// Free space, in bytes.
        free_bytes: u64,
        /// Size of the disk, in bytes.
        disk_bytes: u64,
        /// Whether less is left than should remain in any case.
        #[serde(default)]
        is_full: bool,
        /// What others than the store have filled the disk with, in bytes.
        #[serde(default)]
        others_bytes: u64,
        /// For how many days of recording there is room, where that is known.
        #[serde(default)]
        days_left: Option<u64>,
    },
    /// A part of the store cannot be read any more.
    StoreDamage {
        /// Number of places that the last check found.
        places: u64,
    },
    /// The disk of the store fails: its file system met errors.
    DiskErrors {
        /// Their number.
        errors: u64,
    },
}

/// Event of a register that registers should not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MeterMishap {
    /// It started again near 0.
    Reset,
    /// It fell to a lower total that is no beginning.
    RollBack,
    /// It rose by more than can be.
    Jump,
}

impl Matter {
    /// Zone whose people the event tells of, by its figures or by being there at all; `None` for the building, and where it
    /// tells of nobody.
    pub fn people_of(&self) -> Option<&ZoneId> {
        match self {
            Self::Crowd { zone, .. } | Self::AfterHours { zone } => zone.as_ref(),
            Self::HeatingEmpty { zone, .. } | Self::HeatingClosed { zone, .. } => Some(zone),
            Self::Air { .. }
            | Self::MachineLeftOn { .. }
            | Self::MachineLong { .. }
            | Self::Demand { .. }
            | Self::Overheating { .. }
            | Self::Cold { .. }
            | Self::Humidity { .. }
            | Self::Silence { .. }
            | Self::Outage { .. }
            | Self::Instrument { .. }
            | Self::DeviceClock { .. }
            | Self::GatewayClock
            | Self::Battery { .. }
            | Self::Coverage { .. }
            | Self::Gaps { .. }
            | Self::Baseload { .. }
            | Self::Register { .. }
            | Self::Quarantine { .. }
            | Self::Disk { .. }
            | Self::DiskErrors { .. }
            | Self::StoreDamage { .. } => None,
        }
    }

    /// Key of the event, the same however its figures change: the rule and the zone, meter or device.
    pub fn key(&self) -> String {
        let zone = |zone: &Option<ZoneId>| {
            zone.as_ref().map_or_else(|| "building".to_owned(), ToString::to_string)
        };
        match self {
            Self::Air { zone, .. } => format!("air/{zone}"),
            Self::Crowd { zone: of, .. } => format!("crowd/{}", zone(of)),
            Self::AfterHours { zone: of } => format!("after_hours/{}", zone(of)),
            Self::MachineLeftOn { meter, .. } => format!("machine_left_on/{meter}"),
            Self::MachineLong { meter } => format!("machine_long/{meter}"),
            Self::Demand { meter, .. } => format!("demand/{meter}"),
            // One event: an empty room that is warm goes on into a long closure.
            Self::HeatingEmpty { zone, .. } | Self::HeatingClosed { zone, .. } => {
                format!("heating_empty/{zone}")
            }
            Self::Overheating { zone, .. } => format!("overheating/{zone}"),
            Self::Cold { zone, .. } => format!("cold/{zone}"),
            Self::Humidity { zone, .. } => format!("humidity/{zone}"),
            Self::Silence { device, .. } => format!("silence/{device}"),
            Self::Outage { .. } => "outage".to_owned(),
            Self::Instrument { point, .. } => format!("instrument/{point}"),
            Self::DeviceClock { device, .. } => format!("device_clock/{device}"),
            Self::GatewayClock => "gateway_clock".to_owned(),
            Self::Battery { device, .. } => format!("battery/{device}"),
            Self::Coverage { meter, .. } => format!("coverage/{meter}"),
            Self::Baseload { meter, .. } => format!("baseload/{meter}"),
            Self::Gaps { .. } => "gaps".to_owned(),
            Self::Register { meter, .. } => format!("register/{meter}"),
            Self::Quarantine { .. } => "quarantine".to_owned(),
            Self::Disk { .. } => "disk".to_owned(),
            Self::StoreDamage { .. } => "store_damage".to_owned(),
            Self::DiskErrors { .. } => "disk_errors".to_owned(),
        }
    }
}
