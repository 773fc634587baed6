//! Names of quantities, their decimals, and how each is drawn.

use domain::Quantity;

use super::Language;

impl Language {
    /// Name of a quantity.
    pub const fn quantity(self, quantity: Quantity) -> &'static str {
        match quantity {
            Quantity::Co2 => "CO₂",
            Quantity::Temperature => self.pick("température", "temperature"),
            Quantity::RelativeHumidity => self.pick("humidité", "humidity"),
            Quantity::Illuminance => self.pick("éclairement", "light"),
            Quantity::OccupancyDetected => self.pick("présence", "presence"),
            Quantity::PeopleIn => self.pick("entrées", "people in"),
            Quantity::PeopleOut => self.pick("sorties", "people out"),
            Quantity::PeopleCount => self.pick("personnes comptées", "people counted"),
            Quantity::ActivePower => self.pick("puissance", "power"),
            Quantity::ApparentPower => self.pick("puissance apparente", "apparent power"),
            Quantity::EnergyImported => self.pick("énergie consommée", "energy used"),
            Quantity::EnergyExported => self.pick("énergie rendue", "energy returned"),
            Quantity::Voltage => self.pick("tension", "voltage"),
            Quantity::Current => self.pick("courant", "current"),
            Quantity::Battery => self.pick("pile", "battery"),
            Quantity::Rssi => self.pick("signal radio", "radio signal"),
            Quantity::Airflow => self.pick("débit d\u{2019}air", "airflow"),
        }
    }

    /// States of a detector: clear, and occupied.
    pub const fn states(self) -> [&'static str; 2] {
        self.pick(["personne", "quelqu\u{2019}un"], ["nobody", "somebody"])
    }

    /// Unit on the axis of a chart.
    pub const fn chart_unit(self, quantity: Quantity) -> &'static str {
        match quantity {
            Quantity::PeopleIn | Quantity::PeopleOut | Quantity::PeopleCount => {
                self.pick("personnes", "people")
            }
            _ => quantity.unit(),
        }
    }
}

/// Whether a value holds until the next one, and is drawn as steps.
pub const fn is_stepped(quantity: Quantity) -> bool {
    use Quantity::{
        ActivePower, ApparentPower, Current, EnergyExported, EnergyImported, OccupancyDetected,
        PeopleCount, PeopleIn, PeopleOut,
    };
    matches!(
        quantity,
        ActivePower
            | ApparentPower
            | Current
            | EnergyImported
            | EnergyExported
            | OccupancyDetected
            | PeopleIn
            | PeopleOut
            | PeopleCount
    )
}

/// Whether the chart of a quantity begins at 0.
pub const fn is_from_zero(quantity: Quantity) -> bool {
    use Quantity::{
        ActivePower, Airflow, ApparentPower, Current, Illuminance, OccupancyDetected, PeopleCount,
    };
    matches!(
        quantity,
        ActivePower
            | ApparentPower
            | Airflow
            | Current
            | Illuminance
            | OccupancyDetected
            | PeopleCount
    )
}

/// Decimals of the values of a quantity.
pub const fn decimals(quantity: Quantity) -> usize {
    match quantity {
        Quantity::Temperature | Quantity::Current => 1,
        _ => 0,
    }
}
