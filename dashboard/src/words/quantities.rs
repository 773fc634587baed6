//! Quantities by name, and how each is drawn.

use domain::Quantity;

use super::Language;

impl Language {
    /// What is measured, in words.
    pub(crate) const fn quantity(self, quantity: Quantity) -> &'static str {
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

    /// What a detector says: no, and yes.
    pub(crate) const fn states(self) -> [&'static str; 2] {
        self.pick(["personne", "quelqu\u{2019}un"], ["nobody", "somebody"])
    }

    /// The unit on the axis of a chart.
    pub(crate) const fn chart_unit(self, quantity: Quantity) -> &'static str {
        match quantity {
            Quantity::PeopleIn | Quantity::PeopleOut | Quantity::PeopleCount => {
                self.pick("personnes", "people")
            }
            _ => quantity.unit(),
        }
    }
}

/// Whether the value holds until the next one, and so is drawn as steps.
pub(crate) const fn is_stepped(quantity: Quantity) -> bool {
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

/// Whether its chart begins at 0, so that twice as high is twice as much.
pub(crate) const fn is_from_zero(quantity: Quantity) -> bool {
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

/// Decimals that its values deserve.
pub(crate) const fn decimals(quantity: Quantity) -> usize {
    match quantity {
        Quantity::Temperature | Quantity::Current => 1,
        _ => 0,
    }
}
