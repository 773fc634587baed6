//! What an entity measures, by what its configuration says of it: class, unit, name.

use crate::families::unit::{Dimension, Unit};
use crate::families::wording;
use crate::quantity::Quantity;

/// What a number of an entity means.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Meaning {
    /// What is measured.
    pub(super) quantity: Quantity,
    /// In which unit; `None` where only one is possible.
    pub(super) unit: Option<Unit>,
}

/// What a configuration says of an entity.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Said<'a> {
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

/// What the numbers of a sensor mean; `Ok(None)` when it is nothing that we measure.
///
/// # Errors
/// When it is one of ours, but its unit is not told or not known.
pub(super) fn number(said: &Said<'_>) -> Result<Option<Meaning>, String> {
    let unit = said.unit.map(str::trim).filter(|unit| !unit.is_empty());
    let known = unit.and_then(Unit::new);
    let Some((dimensions, only_unit)) = said.class.and_then(of_class) else {
        let other = said.class.is_some_and(|class| OTHERS.contains(&class));
        let by_unit = known.filter(|_| !other).and_then(|unit| {
            Some(Meaning { quantity: unit.quantity(said.name)?, unit: Some(unit) })
        });
        return Ok(by_unit.filter(|meaning| is_meant(said, *meaning)));
    };
    let class = said.class.unwrap_or_default();
    let quantity = match (known, unit) {
        (Some(unit), _) if dimensions.contains(&unit.dimension) => {
            of_dimension(class, unit.dimension, said.name)
        }
        (None, None) if only_unit => of_dimension(class, dimensions[0], said.name),
        (None, None) => return Err(format!("a {class} without a unit of measurement")),
        (_, unit) => {
            return Err(format!(
                "`{}` is no unit of {class} that is known",
                unit.unwrap_or_default()
            ));
        }
    };
    let meaning = quantity.map(|quantity| Meaning { quantity, unit: known });
    Ok(meaning.filter(|meaning| is_meant(said, *meaning)))
}

/// What a binary sensor detects.
pub(super) fn state(said: &Said<'_>) -> Option<Quantity> {
    match said.class {
        Some(class) => PEOPLE.contains(&class).then_some(Quantity::OccupancyDetected),
        None => wording::state(said.name),
    }
}

/// What may be measured in a class, and whether there is only one unit for it.
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
fn is_meant(said: &Said<'_>, meaning: Meaning) -> bool {
    let of_battery = || {
        let millivolts = said.unit.is_some_and(|unit| unit.trim() == "mV");
        millivolts || wording::is_of_battery(said.name)
    };
    match meaning.quantity {
        Quantity::Voltage => !said.diagnostic && !of_battery(),
        Quantity::Temperature if said.diagnostic => false,
        Quantity::EnergyImported | Quantity::EnergyExported => {
            said.state_class != Some("measurement")
        }
        _ => !wording::is_otherwise(said.name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quantity(class: &str, unit: &str, name: &str) -> Option<Quantity> {
        let some = |text: &'static str| (!text.is_empty()).then_some(text);
        let (class, unit): (&'static str, &'static str) =
            (class.to_owned().leak(), unit.to_owned().leak());
        let said = Said { class: some(class), unit: some(unit), name, ..Said::default() };
        number(&said).unwrap().map(|meaning| meaning.quantity)
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
    fn a_unit_that_is_not_told_is_not_guessed() {
        let refused = |class, unit| {
            let said = Said { class: Some(class), unit, ..Said::default() };
            number(&said).is_err()
        };
        assert!(refused("power", None));
        assert!(refused("temperature", None));
        assert!(refused("energy", Some("m³")));
        assert!(refused("power", Some("var")));
        assert!(!refused("carbon_dioxide", None));
    }

    #[test]
    fn only_what_detects_people_tells_of_people() {
        let detects = |class, name| state(&Said { class, name, ..Said::default() }).is_some();
        assert!(detects(Some("motion"), "x"));
        assert!(detects(None, "hall pir"));
        assert!(!detects(Some("door"), "presence"));
        assert!(!detects(None, "relay"));
    }
}
