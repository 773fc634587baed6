//! Names of entities, in the language of the site.

/// Texts that people read.
#[derive(Clone, Copy)]
pub(super) struct Words {
    pub(super) people: &'static str,
    pub(super) people_unit: &'static str,
    pub(super) occupancy: &'static str,
    pub(super) power: &'static str,
    pub(super) energy_today: &'static str,
    pub(super) temperature: &'static str,
    pub(super) humidity: &'static str,
    pub(super) illuminance: &'static str,
    pub(super) airflow: &'static str,
}

pub(super) const FRENCH: Words = Words {
    people: "personnes",
    people_unit: "personnes",
    occupancy: "occupation",
    power: "puissance",
    energy_today: "énergie du jour",
    temperature: "température",
    humidity: "humidité",
    illuminance: "éclairement",
    airflow: "débit d’air neuf",
};

pub(super) const ENGLISH: Words = Words {
    people: "people",
    people_unit: "people",
    occupancy: "occupancy",
    power: "power",
    energy_today: "energy today",
    temperature: "temperature",
    humidity: "humidity",
    illuminance: "illuminance",
    airflow: "outdoor air flow",
};
