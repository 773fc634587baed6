//! Configuration of each instrument. `node.example.toml` explains the keys.
//!
//! | file | what it does |
//! |---|---|
//! | `tables` | the table of each kind of instrument in the file, with its defaults |
//! | `limits` | the range of each key |

mod limits;
mod tables;

use std::time::Duration;

use domain::ids::Channel;
use domain::quantity::Quantity;
use serde::Deserialize;

pub(super) use limits::span;
pub(super) use tables::{
    CurrentClampTable, DoorTable, LinkyTable, MotionTable, PulsesTable, Scd4xTable, Sht4xTable,
    Table,
};

use crate::instruments::{Clamp, S0, Scd4xSettings, Sht4xAddress};
use crate::pins::Pull;
use crate::tic::Mode;

/// Configuration of one instrument.
#[derive(Clone, Debug, PartialEq)]
pub struct InstrumentConfig {
    /// Its name beside like ones.
    pub channel: Option<Channel>,
    /// Interval of its readings.
    pub interval: Duration,
    /// Its kind, with its wiring.
    pub kind: Kind,
}

/// Kind of an instrument, with its wiring.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// CO2, temperature and humidity on this bus.
    Scd4x {
        /// The I²C bus.
        bus: u8,
        /// Its settings.
        settings: Scd4xSettings,
    },
    /// Temperature and humidity.
    Sht4x {
        /// The I²C bus.
        bus: u8,
        /// Its I²C address.
        address: Sht4xAddress,
    },
    /// A motion detector.
    Motion {
        /// Its pin.
        pin: u8,
        /// The resistor at its pin.
        pull: Pull,
        /// The level when somebody moves.
        detected: Level,
        /// Time after the start in which it is not believed.
        warm_up: Duration,
    },
    /// Two light barriers.
    Door {
        /// The pin of the barrier on the side of `from`.
        outer_pin: u8,
        /// The pin of the other one.
        inner_pin: u8,
        /// The resistors at the pins.
        pull: Pull,
        /// The level when a beam is broken.
        broken: Level,
    },
    /// An S0 output.
    Pulses {
        /// Its pin.
        pin: u8,
        /// The resistor at its pin.
        pull: Pull,
        /// Characteristics of the output.
        meter: S0,
    },
    /// A French meter.
    Linky {
        /// The serial device.
        path: String,
        /// Mode of the output; found by listening when left out.
        mode: Option<Mode>,
    },
    /// A current clamp.
    CurrentClamp {
        /// The I²C bus.
        bus: u8,
        /// The clamp.
        clamp: Clamp,
    },
}

impl Kind {
    /// The name of its table in the file.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Scd4x { .. } => "scd4x",
            Self::Sht4x { .. } => "sht4x",
            Self::Motion { .. } => "motion",
            Self::Door { .. } => "door",
            Self::Pulses { .. } => "pulses",
            Self::Linky { .. } => "linky",
            Self::CurrentClamp { .. } => "current_clamp",
        }
    }

    /// Quantities measured under the name of its channel alone; a meter adds its labels to that.
    pub(super) const fn quantities(&self) -> &'static [Quantity] {
        use Quantity as Q;
        match self {
            Self::Scd4x { .. } => &[Q::Co2, Q::Temperature, Q::RelativeHumidity],
            Self::Sht4x { .. } => &[Q::Temperature, Q::RelativeHumidity],
            Self::Motion { .. } => &[Q::OccupancyDetected],
            Self::Door { .. } => &[Q::PeopleIn, Q::PeopleOut],
            Self::Pulses { .. } => &[Q::EnergyImported, Q::ActivePower],
            Self::Linky { .. } => &[],
            Self::CurrentClamp { .. } => &[Q::Current, Q::ApparentPower],
        }
    }

    /// The pins that it takes.
    pub(super) fn pins(&self) -> Vec<u8> {
        match self {
            Self::Motion { pin, .. } | Self::Pulses { pin, .. } => vec![*pin],
            Self::Door { outer_pin, inner_pin, .. } => vec![*outer_pin, *inner_pin],
            _ => Vec::new(),
        }
    }

    /// Whether it needs no more than a serial line, which every machine can have.
    pub const fn needs_only_a_line(&self) -> bool {
        matches!(self, Self::Linky { .. })
    }

    /// Its wiring, for people.
    pub fn place(&self) -> String {
        match self {
            Self::Scd4x { bus, .. } => format!("/dev/i2c-{bus} at 0x62"),
            Self::Sht4x { bus, address } => format!("/dev/i2c-{bus} at {address}"),
            Self::CurrentClamp { bus, .. } => format!("/dev/i2c-{bus} at 0x48"),
            Self::Motion { pin, .. } | Self::Pulses { pin, .. } => format!("GPIO {pin}"),
            Self::Door { outer_pin, inner_pin, .. } => format!("GPIO {outer_pin} and {inner_pin}"),
            Self::Linky { path, .. } => path.clone(),
        }
    }
}

/// The level of a pin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// 3.3 V.
    High,
    /// Ground.
    Low,
}
