//! Table of each kind of instrument in the file, with its defaults.

use std::time::Duration;

use domain::ids::Channel;
use serde::Deserialize;

use super::limits::{above_zero, offset, pin, pressure, span, voltage, zero_or_more};
use super::{InstrumentConfig, Kind, Level};
use crate::instruments::{Clamp, S0, Scd4xSettings, Sht4xAddress};
use crate::pins::Pull;
use crate::tic::Mode;

/// A table of the file that configures one instrument.
pub(in crate::station) trait Table {
    fn into_config(self) -> InstrumentConfig;
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::station) struct Scd4xTable {
    channel: Option<Channel>,
    #[serde(default = "one")]
    bus: u8,
    #[serde(default = "every_30s", deserialize_with = "span")]
    interval: Duration,
    #[serde(default, deserialize_with = "pressure")]
    pressure_hpa: Option<u16>,
    #[serde(default, deserialize_with = "offset")]
    temperature_offset_k: Option<f32>,
    #[serde(default)]
    self_calibration: bool,
}

impl Table for Scd4xTable {
    fn into_config(self) -> InstrumentConfig {
        let settings = Scd4xSettings {
            pressure_hpa: self.pressure_hpa,
            temperature_offset: self.temperature_offset_k,
            self_calibration: self.self_calibration,
        };
        let kind = Kind::Scd4x { bus: self.bus, settings };
        InstrumentConfig { channel: self.channel, interval: self.interval, kind }
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::station) struct Sht4xTable {
    channel: Option<Channel>,
    #[serde(default = "one")]
    bus: u8,
    #[serde(default)]
    address: Sht4xAddress,
    #[serde(default = "every_30s", deserialize_with = "span")]
    interval: Duration,
}

impl Table for Sht4xTable {
    fn into_config(self) -> InstrumentConfig {
        let kind = Kind::Sht4x { bus: self.bus, address: self.address };
        InstrumentConfig { channel: self.channel, interval: self.interval, kind }
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::station) struct MotionTable {
    channel: Option<Channel>,
    #[serde(deserialize_with = "pin")]
    pin: u8,
    #[serde(default = "pulled_down")]
    pull: Pull,
    #[serde(default = "high")]
    detected: Level,
    #[serde(default = "every_60s", deserialize_with = "span")]
    interval: Duration,
    #[serde(default = "every_60s", deserialize_with = "span")]
    warm_up: Duration,
}

impl Table for MotionTable {
    fn into_config(self) -> InstrumentConfig {
        let Self { pin, pull, detected, warm_up, .. } = self;
        let kind = Kind::Motion { pin, pull, detected, warm_up };
        InstrumentConfig { channel: self.channel, interval: self.interval, kind }
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::station) struct DoorTable {
    channel: Option<Channel>,
    #[serde(deserialize_with = "pin")]
    outer_pin: u8,
    #[serde(deserialize_with = "pin")]
    inner_pin: u8,
    #[serde(default)]
    pull: Pull,
    #[serde(default = "low")]
    broken: Level,
    #[serde(default = "every_60s", deserialize_with = "span")]
    interval: Duration,
}

impl Table for DoorTable {
    fn into_config(self) -> InstrumentConfig {
        let Self { outer_pin, inner_pin, pull, broken, .. } = self;
        let kind = Kind::Door { outer_pin, inner_pin, pull, broken };
        InstrumentConfig { channel: self.channel, interval: self.interval, kind }
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::station) struct PulsesTable {
    channel: Option<Channel>,
    #[serde(deserialize_with = "pin")]
    pin: u8,
    #[serde(default)]
    pull: Pull,
    #[serde(deserialize_with = "above_zero")]
    pulses_per_kwh: f64,
    #[serde(default, deserialize_with = "zero_or_more")]
    start_kwh: f64,
    #[serde(default = "of_36_kw", deserialize_with = "above_zero")]
    max_power_w: f64,
    #[serde(default = "of_10_ms", deserialize_with = "span")]
    debounce: Duration,
    #[serde(default = "every_60s", deserialize_with = "span")]
    interval: Duration,
}

impl Table for PulsesTable {
    fn into_config(self) -> InstrumentConfig {
        const WH_PER_KWH: f64 = 1000.0;
        let meter = S0 {
            pulses_per_kwh: self.pulses_per_kwh,
            start_wh: self.start_kwh * WH_PER_KWH,
            max_power_w: self.max_power_w,
            hold: self.debounce,
        };
        let kind = Kind::Pulses { pin: self.pin, pull: self.pull, meter };
        InstrumentConfig { channel: self.channel, interval: self.interval, kind }
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::station) struct LinkyTable {
    channel: Option<Channel>,
    path: String,
    #[serde(default)]
    mode: ModeWord,
    #[serde(default = "every_10s", deserialize_with = "span")]
    interval: Duration,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum ModeWord {
    #[default]
    Auto,
    Historic,
    Standard,
}

impl Table for LinkyTable {
    fn into_config(self) -> InstrumentConfig {
        let mode = match self.mode {
            ModeWord::Auto => None,
            ModeWord::Historic => Some(Mode::Historic),
            ModeWord::Standard => Some(Mode::Standard),
        };
        let kind = Kind::Linky { path: self.path, mode };
        InstrumentConfig { channel: self.channel, interval: self.interval, kind }
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::station) struct CurrentClampTable {
    channel: Option<Channel>,
    #[serde(default = "one")]
    bus: u8,
    #[serde(deserialize_with = "above_zero")]
    amperes_per_volt: f64,
    #[serde(default, deserialize_with = "voltage")]
    nominal_v: Option<f64>,
    #[serde(default = "every_10s", deserialize_with = "span")]
    interval: Duration,
}

impl Table for CurrentClampTable {
    fn into_config(self) -> InstrumentConfig {
        let Self { amperes_per_volt, nominal_v, .. } = self;
        let kind =
            Kind::CurrentClamp { bus: self.bus, clamp: Clamp { amperes_per_volt, nominal_v } };
        InstrumentConfig { channel: self.channel, interval: self.interval, kind }
    }
}

const fn one() -> u8 {
    1
}

const fn every_10s() -> Duration {
    Duration::from_secs(10)
}

const fn every_30s() -> Duration {
    Duration::from_secs(30)
}

const fn every_60s() -> Duration {
    Duration::from_mins(1)
}

const fn of_10_ms() -> Duration {
    Duration::from_millis(10)
}

const fn of_36_kw() -> f64 {
    36_000.0
}

const fn pulled_down() -> Pull {
    Pull::Down
}

const fn high() -> Level {
    Level::High
}

const fn low() -> Level {
    Level::Low
}
