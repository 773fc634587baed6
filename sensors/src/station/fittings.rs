//! What is told of each instrument in the configuration. `node.example.toml` explains the keys.

use std::time::Duration;

use domain::ids::Channel;
use domain::quantity::Quantity;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use crate::instruments::{Clamp, S0, Scd4xSettings, Sht4xAddress};
use crate::tic::Mode;
use crate::wiring::Pull;

/// One instrument as it is wired.
#[derive(Clone, Debug, PartialEq)]
pub struct Fitting {
    /// Its name beside like ones.
    pub channel: Option<Channel>,
    /// How often it is told.
    pub interval: Duration,
    /// What it is.
    pub kind: Kind,
}

/// The sorts of instruments, with how each is wired.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// CO2, temperature and humidity on this bus.
    Scd4x {
        /// The I²C bus.
        bus: u8,
        /// How it is set up.
        settings: Scd4xSettings,
    },
    /// Temperature and humidity.
    Sht4x {
        /// The I²C bus.
        bus: u8,
        /// Where it answers.
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
        /// It is not believed for so long after the start.
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
        /// What a pulse is worth.
        meter: S0,
    },
    /// A French meter.
    Linky {
        /// The serial device.
        path: String,
        /// How the meter speaks, if that is known.
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

    /// What it measures under the name of its channel alone; a meter adds its labels to that.
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

    /// Where it is wired, for people.
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

/// A table of the file becomes a fitting.
pub(super) trait Table {
    fn fitting(self) -> Fitting;
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Scd4xTable {
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
    fn fitting(self) -> Fitting {
        let settings = Scd4xSettings {
            pressure_hpa: self.pressure_hpa,
            temperature_offset: self.temperature_offset_k,
            self_calibration: self.self_calibration,
        };
        let kind = Kind::Scd4x { bus: self.bus, settings };
        Fitting { channel: self.channel, interval: self.interval, kind }
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sht4xTable {
    channel: Option<Channel>,
    #[serde(default = "one")]
    bus: u8,
    #[serde(default)]
    address: Sht4xAddress,
    #[serde(default = "every_30s", deserialize_with = "span")]
    interval: Duration,
}

impl Table for Sht4xTable {
    fn fitting(self) -> Fitting {
        let kind = Kind::Sht4x { bus: self.bus, address: self.address };
        Fitting { channel: self.channel, interval: self.interval, kind }
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MotionTable {
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
    fn fitting(self) -> Fitting {
        let Self { pin, pull, detected, warm_up, .. } = self;
        let kind = Kind::Motion { pin, pull, detected, warm_up };
        Fitting { channel: self.channel, interval: self.interval, kind }
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DoorTable {
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
    fn fitting(self) -> Fitting {
        let Self { outer_pin, inner_pin, pull, broken, .. } = self;
        let kind = Kind::Door { outer_pin, inner_pin, pull, broken };
        Fitting { channel: self.channel, interval: self.interval, kind }
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PulsesTable {
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
    fn fitting(self) -> Fitting {
        const WH_PER_KWH: f64 = 1000.0;
        let meter = S0 {
            pulses_per_kwh: self.pulses_per_kwh,
            start_wh: self.start_kwh * WH_PER_KWH,
            max_power_w: self.max_power_w,
            hold: self.debounce,
        };
        let kind = Kind::Pulses { pin: self.pin, pull: self.pull, meter };
        Fitting { channel: self.channel, interval: self.interval, kind }
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LinkyTable {
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
    fn fitting(self) -> Fitting {
        let mode = match self.mode {
            ModeWord::Auto => None,
            ModeWord::Historic => Some(Mode::Historic),
            ModeWord::Standard => Some(Mode::Standard),
        };
        let kind = Kind::Linky { path: self.path, mode };
        Fitting { channel: self.channel, interval: self.interval, kind }
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CurrentClampTable {
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
    fn fitting(self) -> Fitting {
        let Self { amperes_per_volt, nominal_v, .. } = self;
        let kind =
            Kind::CurrentClamp { bus: self.bus, clamp: Clamp { amperes_per_volt, nominal_v } };
        Fitting { channel: self.channel, interval: self.interval, kind }
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

/// A length of time above zero and up to a day, such as `"30s"`.
pub(super) fn span<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(deserializer)?;
    let span =
        text.parse::<jiff::SignedDuration>().ok().and_then(|span| Duration::try_from(span).ok());
    let within = |span: &Duration| !span.is_zero() && *span <= Duration::from_hours(24);
    span.filter(within).ok_or_else(|| {
        D::Error::custom(format!(
            "`{text}` is no time such as \"30s\", \"10ms\" or \"5m\", up to a day"
        ))
    })
}

fn pin<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u8, D::Error> {
    let number = i64::deserialize(deserializer)?;
    u8::try_from(number).ok().filter(|pin| *pin <= 27).ok_or_else(|| {
        D::Error::custom(format!(
            "{number} is no pin: give its BCM number, 0 to 27 (`pinout` shows them)"
        ))
    })
}

fn above_zero<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    within(deserializer, f64::MIN_POSITIVE, 1e9, "a number above 0")
}

fn zero_or_more<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    within(deserializer, 0.0, 1e9, "0 or more")
}

fn voltage<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    within(deserializer, 100.0, 480.0, "a voltage of 100 to 480 V").map(Some)
}

fn pressure<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u16>, D::Error> {
    let hpa = i64::deserialize(deserializer)?;
    u16::try_from(hpa).ok().filter(|hpa| (700..=1200).contains(hpa)).map(Some).ok_or_else(|| {
        D::Error::custom(format!(
            "{hpa} is not the pressure of a place that the sensor can be told: 700 to 1200 hPa"
        ))
    })
}

fn offset<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f32>, D::Error> {
    let kelvin = within(deserializer, 0.0, 20.0, "0 to 20 K")?;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a few kelvin, and the sensor knows 16 bits of them"
    )]
    let kelvin = kelvin as f32;
    Ok(Some(kelvin))
}

fn within<'de, D: Deserializer<'de>>(
    deserializer: D,
    low: f64,
    high: f64,
    expected: &str,
) -> Result<f64, D::Error> {
    let number = f64::deserialize(deserializer)?;
    if (low..=high).contains(&number) {
        Ok(number)
    } else {
        Err(D::Error::custom(format!("{number} cannot be: {expected}")))
    }
}
