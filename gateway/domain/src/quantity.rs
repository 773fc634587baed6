//! Quantities that can be measured: each has one unit, one kind and a range beyond which no instrument measures.

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

pub use crate::value::Kind;
use crate::value::Value;

macro_rules! quantities {
    ($($(#[$doc:meta])* $variant:ident $name:literal $kind:ident $unit:literal $low:literal ..= $high:literal;)*) => {
        /// Measured quantity. It determines the unit.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Quantity {
            $($(#[$doc])* $variant,)*
        }

        impl Quantity {
            /// Whether it is a quantity of the device itself and not of the building, and so needs no role.
            pub const fn is_of_the_device(self) -> bool {
                matches!(self, Self::Battery | Self::Rssi)
            }

            /// Every quantity there is.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The name in topics, files and the API: `energy_imported`.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// Whether it is a gauge, a state or a register.
            pub const fn kind(self) -> Kind {
                match self { $(Self::$variant => Kind::$kind,)* }
            }

            /// The unit as it is shown: `ppm`; empty for states.
            pub const fn unit(self) -> &'static str {
                match self { $(Self::$variant => $unit,)* }
            }

            /// What an instrument can report; anything else is a fault. Wide on purpose.
            pub const fn plausible(self) -> RangeInclusive<f64> {
                match self { $(Self::$variant => $low..=$high,)* }
            }
        }
    };
}

quantities! {
    /// Carbon dioxide in the air. Values under 400 are shown, since they show a bad calibration.
    Co2 "co2" Gauge "ppm" 1.0..=40_000.0;
    /// Air temperature.
    Temperature "temperature" Gauge "°C" -60.0..=125.0;
    /// Relative humidity.
    RelativeHumidity "relative_humidity" Gauge "%" 0.0..=100.0;
    /// Light on a surface.
    Illuminance "illuminance" Gauge "lx" 0.0..=250_000.0;
    /// Somebody was detected.
    OccupancyDetected "occupancy_detected" State "" 0.0..=1.0;
    /// People who went in, in all.
    PeopleIn "people_in" Register "people" 0.0..=1e12;
    /// People who went out, in all.
    PeopleOut "people_out" Register "people" 0.0..=1e12;
    /// People counted now.
    PeopleCount "people_count" Gauge "people" 0.0..=100_000.0;
    /// Power that does work; negative when it is fed back.
    ActivePower "active_power" Gauge "W" -10_000_000.0..=10_000_000.0;
    /// Voltage times current; never integrated into energy.
    ApparentPower "apparent_power" Gauge "VA" -10_000_000.0..=10_000_000.0;
    /// Energy taken, in all.
    EnergyImported "energy_imported" Register "Wh" 0.0..=1e13;
    /// Energy given back, in all.
    EnergyExported "energy_exported" Register "Wh" 0.0..=1e13;
    /// Voltage.
    Voltage "voltage" Gauge "V" -1_000.0..=100_000.0;
    /// Current.
    Current "current" Gauge "A" -20_000.0..=20_000.0;
    /// Charge left in a battery.
    Battery "battery" Gauge "%" 0.0..=100.0;
    /// Strength of the radio signal.
    Rssi "rssi" Gauge "dBm" -200.0..=50.0;
    /// Outdoor air brought in.
    Airflow "airflow" Gauge "m³/h" 0.0..=1_000_000.0;
}

impl Quantity {
    /// The number as a value of this quantity.
    ///
    /// # Errors
    /// When the quantity is a state, or the number is outside [`Quantity::plausible`].
    pub fn number(self, number: f64) -> Result<Value, InvalidValue> {
        // NaN lies in no range, so this refuses it too.
        if !self.plausible().contains(&number) {
            return Err(InvalidValue::Implausible { number, quantity: self });
        }
        match self.kind() {
            Kind::Gauge => Ok(Value::Gauge(number)),
            Kind::Register => Ok(Value::Register(number)),
            Kind::State => Err(InvalidValue::NotANumber(self)),
        }
    }

    /// The truth as a value of this quantity.
    ///
    /// # Errors
    /// When the quantity is no state.
    pub fn state(self, state: bool) -> Result<Value, InvalidValue> {
        match self.kind() {
            Kind::State => Ok(Value::State(state)),
            Kind::Gauge | Kind::Register => Err(InvalidValue::NotAState(self)),
        }
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Quantity {
    type Err = UnknownQuantity;

    fn from_str(text: &str) -> Result<Self, UnknownQuantity> {
        let found = Self::ALL.iter().find(|quantity| quantity.name() == text);
        found.copied().ok_or_else(|| UnknownQuantity(text.chars().take(80).collect()))
    }
}

/// A name that no quantity has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no quantity")]
pub struct UnknownQuantity(String);

/// A value that a quantity cannot have.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum InvalidValue {
    /// No instrument measures this.
    #[error(
        "{number} {unit} is outside what {quantity} can be ({low} to {high})",
        unit = quantity.unit(), low = quantity.plausible().start(), high = quantity.plausible().end()
    )]
    Implausible {
        /// What was claimed.
        number: f64,
        /// Of which quantity.
        quantity: Quantity,
    },
    /// A state was given as a number.
    #[error("{0} is true or false, not a number")]
    NotANumber(Quantity),
    /// A gauge or register was given as true or false.
    #[error("{0} is a number, not true or false")]
    NotAState(Quantity),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantity_is_found_by_its_name() {
        for quantity in Quantity::ALL {
            assert_eq!(quantity.name().parse(), Ok(*quantity));
            assert_eq!(serde_json::to_value(quantity).unwrap(), quantity.name());
        }
        assert!("happiness".parse::<Quantity>().is_err());
    }

    #[test]
    fn what_no_instrument_can_measure_is_refused() {
        assert_eq!(Quantity::Co2.number(390.0), Ok(Value::Gauge(390.0)));
        for number in [-5000.0, 0.0, f64::NAN, f64::INFINITY] {
            assert!(Quantity::Co2.number(number).is_err(), "{number}");
        }
    }

    #[test]
    fn a_state_is_no_number_and_a_number_no_state() {
        assert_eq!(Quantity::OccupancyDetected.state(true), Ok(Value::State(true)));
        assert!(Quantity::OccupancyDetected.number(1.0).is_err());
        assert!(Quantity::Co2.state(true).is_err());
    }
}
