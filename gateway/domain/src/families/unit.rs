//! Units as people write them, and what is measured in them.

use super::wording;
use crate::quantity::Quantity;

/// Unit of a number, with its dimension and the conversion to the unit of our quantities.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Unit {
    /// Dimension that is measured in it.
    pub(super) dimension: Dimension,
    factor: f64,
    /// Offset of its zero.
    zero: f64,
}

/// Dimension of a unit; a unit alone does not always determine the quantity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dimension {
    Temperature,
    Power,
    ApparentPower,
    Energy,
    Voltage,
    Current,
    Light,
    /// Of anything: of humidity, of charge.
    Percent,
    /// Of any gas.
    PartsPerMillion,
    SignalStrength,
    People,
    Flow,
}

const UNITS: &[(&[&str], Dimension, f64, f64)] = &[
    (&["°C", "℃", "C", "degC", "Cel", "celsius"], Dimension::Temperature, 1.0, 0.0),
    (&["°F", "℉", "F", "degF", "fahrenheit"], Dimension::Temperature, 1.0 / 1.8, 32.0),
    (&["K", "kelvin"], Dimension::Temperature, 1.0, 273.15),
    (&["mW"], Dimension::Power, 0.001, 0.0),
    (&["W", "watt", "watts"], Dimension::Power, 1.0, 0.0),
    (&["kW"], Dimension::Power, 1e3, 0.0),
    (&["MW"], Dimension::Power, 1e6, 0.0),
    (&["VA"], Dimension::ApparentPower, 1.0, 0.0),
    (&["kVA"], Dimension::ApparentPower, 1e3, 0.0),
    (&["mWh"], Dimension::Energy, 0.001, 0.0),
    (&["Wh"], Dimension::Energy, 1.0, 0.0),
    (&["kWh", "KWh", "kwh"], Dimension::Energy, 1e3, 0.0),
    (&["MWh"], Dimension::Energy, 1e6, 0.0),
    (&["GWh"], Dimension::Energy, 1e9, 0.0),
    (&["Wmin", "W·min", "W.min"], Dimension::Energy, 1.0 / 60.0, 0.0),
    (&["Ws", "W·s", "W.s", "J"], Dimension::Energy, 1.0 / 3600.0, 0.0),
    (&["kJ"], Dimension::Energy, 1e3 / 3600.0, 0.0),
    (&["MJ"], Dimension::Energy, 1e6 / 3600.0, 0.0),
    (&["GJ"], Dimension::Energy, 1e9 / 3600.0, 0.0),
    (&["mV"], Dimension::Voltage, 0.001, 0.0),
    (&["V", "volt", "volts"], Dimension::Voltage, 1.0, 0.0),
    (&["mA"], Dimension::Current, 0.001, 0.0),
    (&["A", "amp", "amps", "ampere"], Dimension::Current, 1.0, 0.0),
    (&["lx", "lux"], Dimension::Light, 1.0, 0.0),
    (&["%"], Dimension::Percent, 1.0, 0.0),
    (&["%RH", "%rh", "% RH", "%H"], Dimension::Percent, 1.0, 0.0),
    (&["ppm"], Dimension::PartsPerMillion, 1.0, 0.0),
    (&["dBm"], Dimension::SignalStrength, 1.0, 0.0),
    (&["people", "persons", "person", "personnes"], Dimension::People, 1.0, 0.0),
    (&["m³/h", "m3/h"], Dimension::Flow, 1.0, 0.0),
];

impl Unit {
    /// The unit of this name, also one in quotes. Case matters: mW are not MW.
    pub(super) fn new(text: &str) -> Option<Self> {
        let text = text.trim_matches(|c: char| c.is_whitespace() || c == '"' || c == '\'');
        let (_, dimension, factor, zero) =
            UNITS.iter().find(|(names, ..)| names.contains(&text)).copied()?;
        Some(Self { dimension, factor, zero })
    }

    /// `number`, taken in this unit, from its own zero; to be multiplied by [`Unit::factor`].
    pub(super) fn above_zero(self, number: f64) -> f64 {
        number - self.zero
    }

    /// Factor from this unit to ours.
    pub(super) const fn factor(self) -> f64 {
        self.factor
    }

    /// Whether `quantity` can be given in it.
    pub(super) fn may_be(self, quantity: Quantity) -> bool {
        let dimension = match quantity {
            Quantity::Co2 => Dimension::PartsPerMillion,
            Quantity::Temperature => Dimension::Temperature,
            Quantity::RelativeHumidity | Quantity::Battery => Dimension::Percent,
            Quantity::Illuminance => Dimension::Light,
            Quantity::PeopleIn | Quantity::PeopleOut | Quantity::PeopleCount => Dimension::People,
            Quantity::ActivePower => Dimension::Power,
            Quantity::ApparentPower => Dimension::ApparentPower,
            Quantity::EnergyImported | Quantity::EnergyExported => Dimension::Energy,
            Quantity::Voltage => Dimension::Voltage,
            Quantity::Current => Dimension::Current,
            Quantity::Rssi => Dimension::SignalStrength,
            Quantity::Airflow => Dimension::Flow,
            Quantity::OccupancyDetected => return false,
        };
        self.dimension == dimension
    }

    /// The quantity that an instrument of this `name` measures in this unit; none when neither determines it.
    pub(super) fn quantity(self, name: &str) -> Option<Quantity> {
        let by_name = |wanted: Quantity| {
            wording::number(name).map(|(quantity, _)| quantity).filter(|found| *found == wanted)
        };
        if wording::is_otherwise(name) {
            return None;
        }
        match self.dimension {
            Dimension::Temperature => Some(Quantity::Temperature),
            Dimension::Power => Some(Quantity::ActivePower),
            Dimension::ApparentPower => Some(Quantity::ApparentPower),
            Dimension::Energy => wording::register(name),
            Dimension::Voltage => Some(Quantity::Voltage),
            Dimension::Current => Some(Quantity::Current),
            Dimension::Light => Some(Quantity::Illuminance),
            Dimension::SignalStrength => Some(Quantity::Rssi),
            Dimension::Percent => {
                by_name(Quantity::RelativeHumidity).or_else(|| by_name(Quantity::Battery))
            }
            Dimension::PartsPerMillion => by_name(Quantity::Co2),
            Dimension::People => by_name(Quantity::PeopleCount),
            Dimension::Flow => wording::is_air(name).then_some(Quantity::Airflow),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_tells_the_quantity_or_leaves_it_to_the_name() {
        let quantity = |unit: &str, name| Unit::new(unit).and_then(|unit| unit.quantity(name));
        assert_eq!(quantity("kWh", "total"), Some(Quantity::EnergyImported));
        assert_eq!(quantity("\"kWh\"", "exported"), Some(Quantity::EnergyExported));
        assert_eq!(quantity("kWh", "energy_today"), None);
        assert_eq!(quantity("VA", "power"), Some(Quantity::ApparentPower));
        assert_eq!(quantity("ppm", "co2"), Some(Quantity::Co2));
        assert_eq!(quantity("ppm", "tvoc"), None);
        assert_eq!(quantity("%", "wifi quality"), None);
        assert_eq!(quantity("m³/h", "water"), None);
        assert_eq!(quantity("m³/h", "supply air"), Some(Quantity::Airflow));
        assert_eq!(quantity("var", "reactive"), None);
    }

    #[test]
    fn units_become_ours() {
        let value = |unit: &str, number| {
            let unit = Unit::new(unit).unwrap();
            unit.above_zero(number) * unit.factor()
        };
        for (unit, number, expected) in
            [("°F", 77.0, 25.0), ("K", 293.15, 20.0), ("kWh", 1.5, 1500.0), ("mV", 3025.0, 3.025)]
        {
            assert!((value(unit, number) - expected).abs() < 1e-9, "{unit}");
        }
    }
}
