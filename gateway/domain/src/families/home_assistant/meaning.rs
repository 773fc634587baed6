//! Quantity and unit of an entity, from the class, unit and name in its configuration.

use crate::families::unit::{Dimension, Unit};
use crate::families::wording;
use crate::quantity::Quantity;

/// Quantity and unit of the numbers of an entity.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Meaning {
    /// Measured quantity.
    pub(super) quantity: Quantity,
    /// Unit; `None` where only one is possible.
    pub(super) unit: Option<Unit>,
}

/// Description of an entity in its configuration.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Description<'a> {
    pub(super) class: Option<&'a str>,
    pub(super) unit: Option<&'a str>,
    pub(super) state_class: Option<&'a str>,
    /// Whether it is about the device itself.
    pub(super) diagnostic: bool,
    /// Everything that names it.
    pub(super) name: &'a str,
}

/// Classes of other things that share a unit with ours.
const OTHERS: &[&str] = &[
    "absolute_humidity",
    "carbon_monoxide",
    "energy_storage",
    "moisture",
    "power_factor",
    "temperature_delta",
    "volatile_organic_compounds_parts",
];

/// Classes of binary sensors that detect people.
const PEOPLE: &[&str] = &["motion", "occupancy", "presence"];

/// Meaning of the numbers of a sensor; `Ok(None)` when it is nothing that we measure.
///
/// # Errors
/// When it is one of ours, but its unit is absent or none that is read.
pub(super) fn number(described: &Description<'_>) -> Result<Option<Meaning>, String> {
    let unit = described.unit.map(str::trim).filter(|unit| !unit.is_empty());
    let parsed = unit.and_then(Unit::new);
    let Some((dimensions, only_unit)) = described.class.and_then(of_class) else {
        let other = described.class.is_some_and(|class| OTHERS.contains(&class));
        let by_unit = parsed.filter(|_| !other).and_then(|unit| {
            Some(Meaning { quantity: unit.quantity(described.name)?, unit: Some(unit) })
        });
        return Ok(by_unit.filter(|meaning| is_meant(described, *meaning)));
    };
    let class = described.class.unwrap_or_default();
    let quantity = match (parsed, unit) {
        (Some(unit), _) if dimensions.contains(&unit.dimension) => {
            of_dimension(class, unit.dimension, described.name)
        }
        (None, None) if only_unit => of_dimension(class, dimensions[0], described.name),
        (None, None) => return Err(format!("a {class} without a unit of measurement")),
        (_, unit) => {
            return Err(format!(
                "`{}` is no unit of {class} that is known",
                unit.unwrap_or_default()
            ));
        }
    };
    let meaning = quantity.map(|quantity| Meaning { quantity, unit: parsed });
    Ok(meaning.filter(|meaning| is_meant(described, *meaning)))
}

/// Quantity that a binary sensor detects.
pub(super) fn state(described: &Description<'_>) -> Option<Quantity> {
    match described.class {
        Some(class) => PEOPLE.contains(&class).then_some(Quantity::OccupancyDetected),
        None => wording::state(described.name),
    }
}

/// Dimensions that may be measured in a class, and whether there is only one unit for it.
fn of_class(class: &str) -> Option<(&'static [Dimension], bool)> {
    Some(match class {
        "carbon_dioxide" => (&[Dimension::PartsPerMillion], true),
        "temperature" => (&[Dimension::Temperature], false),
        "humidity" | "battery" => (&[Dimension::Percent], true),
        "illuminance" => (&[Dimension::Light], true),
        // A power in VA is an apparent one, whatever it was called.
        "power" => (&[Dimension::Power, Dimension::ApparentPower], false),
        "apparent_power" => (&[Dimension::ApparentPower], false),
        "energy" => (&[Dimension::Energy], false),
        "voltage" => (&[Dimension::Voltage], false),
        "current" => (&[Dimension::Current], false),
        "signal_strength" => (&[Dimension::SignalStrength], false),
        _ => return None,
    })
}

fn of_dimension(class: &str, dimension: Dimension, name: &str) -> Option<Quantity> {
    match dimension {
        Dimension::Percent if class == "battery" => Some(Quantity::Battery),
        Dimension::Percent => Some(Quantity::RelativeHumidity),
        Dimension::PartsPerMillion => Some(Quantity::Co2),
        Dimension::Temperature => Some(Quantity::Temperature),
        Dimension::Light => Some(Quantity::Illuminance),
        Dimension::Power => Some(Quantity::ActivePower),
        Dimension::ApparentPower => Some(Quantity::ApparentPower),
        Dimension::Energy => wording::register(name),
        Dimension::Voltage => Some(Quantity::Voltage),
        Dimension::Current => Some(Quantity::Current),
        Dimension::SignalStrength => Some(Quantity::Rssi),
        Dimension::People | Dimension::Flow => None,
    }
}

/// Whether it is measured in the building and not in the device: its chip, its battery. An energy must be a total.
fn is_meant(described: &Description<'_>, meaning: Meaning) -> bool {
    let of_battery = || {
        let millivolts = described.unit.is_some_and(|unit| unit.trim() == "mV");
        millivolts || wording::is_of_battery(described.name)
    };
    match meaning.quantity {
        Quantity::Voltage => !described.diagnostic && !of_battery(),
        Quantity::Temperature if described.diagnostic => false,
        Quantity::EnergyImported | Quantity::EnergyExported => {
            described.state_class != Some("measurement")
        }
        _ => !wording::is_otherwise(described.name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quantity(class: &str, unit: &str, name: &str) -> Option<Quantity> {
        let some = |text: &'static str| (!text.is_empty()).then_some(text);
        let (class, unit): (&'static str, &'static str) =
            (class.to_owned().leak(), unit.to_owned().leak());
        let described =
            Description { class: some(class), unit: some(unit), name, ..Description::default() };
        number(&described).unwrap().map(|meaning| meaning.quantity)
    }

    #[test]
    fn class_unit_and_name_together_tell_the_quantity() {
        for (class, unit, name, expected) in [
            ("temperature", "°C", "Salon", Quantity::Temperature),
            ("carbon_dioxide", "", "co2", Quantity::Co2),
            ("humidity", "%", "h", Quantity::RelativeHumidity),
            ("battery", "%", "b", Quantity::Battery),
            ("power", "kW", "p", Quantity::ActivePower),
            ("power", "VA", "PAPP", Quantity::ApparentPower),
            ("energy", "kWh", "SDM230 Import Active Energy", Quantity::EnergyImported),
            ("energy", "MWh", "Energy exported", Quantity::EnergyExported),
            ("", "VA", "teleinfo", Quantity::ApparentPower),
            ("sensor", "\"kWh\"", "energy", Quantity::EnergyImported),
            ("signal_strength", "dBm", "wifi", Quantity::Rssi),
        ] {
            assert_eq!(quantity(class, unit, name), Some(expected), "{class} {unit} {name}");
        }
        for (class, unit, name) in [
            ("pressure", "hPa", "p"),
            ("moisture", "%", "humidity"),
            ("energy", "kWh", "Energy today"),
            ("voltage", "mV", "voltage"),
            ("voltage", "V", "Battery voltage"),
            ("temperature", "°C", "CPU temperature"),
            ("", "", "text"),
        ] {
            assert_eq!(quantity(class, unit, name), None, "{class} {unit} {name}");
        }
    }

    #[test]
    fn a_unit_that_is_absent_is_not_guessed() {
        let refused = |class, unit| {
            let described = Description { class: Some(class), unit, ..Description::default() };
            number(&described).is_err()
        };
        assert!(refused("power", None));
        assert!(refused("temperature", None));
        assert!(refused("energy", Some("m³")));
        assert!(refused("power", Some("var")));
        assert!(!refused("carbon_dioxide", None));
    }

    #[test]
    fn only_what_detects_people_tells_of_people() {
        let detects =
            |class, name| state(&Description { class, name, ..Description::default() }).is_some();
        assert!(detects(Some("motion"), "x"));
        assert!(detects(None, "hall pir"));
        assert!(!detects(Some("door"), "presence"));
        assert!(!detects(None, "relay"));
    }
}
