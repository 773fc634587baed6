//! What an instrument measures, by the name that somebody gave it: `sensor/living_room_temperature`.
//!
//! Some families publish a bare value under a free name. A name is believed only when it says plainly what it
//! is and in which unit that is commonly given; energy is not, since its unit is anybody's guess, unless the
//! name ends with it: `total_kwh`.

use crate::quantity::Quantity;

/// Words that make something else of a name: settings, bounds, derived figures, insides of devices.
const OTHERWISE: &[&str] = &[
    "absolute",
    "alarm",
    "annee",
    "annual",
    "annuel",
    "annuelle",
    "board",
    "calibration",
    "cell",
    "chip",
    "consigne",
    "contract",
    "core",
    "coupure",
    "cpu",
    "daily",
    "day",
    "delta",
    "dew",
    "esp",
    "esp32",
    "f",
    "factor",
    "fahrenheit",
    "feels",
    "forecast",
    "hebdo",
    "hebdomadaire",
    "hier",
    "hour",
    "hourly",
    "internal",
    "jour",
    "journalier",
    "journaliere",
    "limit",
    "ma",
    "max",
    "maximale",
    "maximum",
    "mensuel",
    "mensuelle",
    "min",
    "minimale",
    "minimum",
    "mode",
    "mois",
    "month",
    "monthly",
    "mos",
    "mosfet",
    "mv",
    "mw",
    "nominal",
    "nominale",
    "offset",
    "peak",
    "quotidien",
    "quotidienne",
    "rated",
    "reactive",
    "ressentie",
    "ros",
    "rosee",
    "semaine",
    "set",
    "setpoint",
    "seuil",
    "soil",
    "souscrite",
    "status",
    "subscribed",
    "target",
    "threshold",
    "today",
    "trend",
    "week",
    "weekly",
    "year",
    "yearly",
    "yesterday",
];

/// What is detected beside people.
const NOT_PEOPLE: &[&str] = &[
    "car", "device", "door", "leak", "package", "parcel", "phone", "rain", "smoke", "vehicle",
    "voiture", "water", "window",
];

/// The quantity of a number that has this name, and what makes its unit of the common one.
pub(super) fn number(name: &str) -> Option<(Quantity, f64)> {
    let name = name.to_ascii_lowercase();
    let words = words(&name);
    let has = |any: &[&str]| words.iter().any(|word| any.contains(word));
    let ends = |any: &[&str]| words.last().is_some_and(|word| any.contains(word));
    if has(OTHERWISE) {
        return None;
    }
    let kilo = if has(&["kw", "kwh", "kva"]) { 1000.0 } else { 1.0 };
    let measured =
        if has(&["co2"]) || name.contains("carbon_dioxide") || name.contains("carbon-dioxide") {
            (Quantity::Co2, 1.0)
        } else if has(&["temperature", "temperatur", "temperatura", "temp"]) {
            (Quantity::Temperature, 1.0)
        } else if has(&["humidity", "humidite", "humidit", "umidita", "umidit", "luftfeuchtigkeit"])
        {
            (Quantity::RelativeHumidity, 1.0)
        } else if has(&["illuminance", "illumination", "lux"])
            || words.iter().any(|word| word.starts_with("luminosit"))
        {
            (Quantity::Illuminance, 1.0)
        } else if has(&["people", "persons", "person", "personnes", "occupants"])
            && has(&["count", "counter", "number", "nombre"])
        {
            (Quantity::PeopleCount, 1.0)
        } else if ends(&["kwh", "wh"]) {
            (register(&name)?, kilo)
        } else if has(&["kva", "va", "papp", "sinsts"])
            || (has(&["apparent", "apparente"]) && has(&["power", "puissance"]))
        {
            (Quantity::ApparentPower, kilo)
        } else if has(&["power", "puissance"]) {
            (Quantity::ActivePower, kilo)
        } else if has(&["rssi"]) || (has(&["wifi"]) && ends(&["signal", "strength", "db", "dbm"])) {
            (Quantity::Rssi, 1.0)
        } else if has(&["battery", "batterie"]) {
            // Its voltage, current and the like are distinguished by the last word.
            return ends(&["battery", "batterie", "level", "percent", "percentage", "soc"])
                .then_some((Quantity::Battery, 1.0));
        } else if has(&["voltage", "tension"]) {
            (Quantity::Voltage, 1.0)
        } else if is_current(&words) {
            (Quantity::Current, 1.0)
        } else {
            return None;
        };
    // A share of anything but these is some quality of it.
    let is_share = matches!(measured.0, Quantity::RelativeHumidity);
    (is_share || !has(&["percent", "percentage", "quality"])).then_some(measured)
}

/// The quantity of a truth that has this name: whether somebody is there, or nothing.
pub(super) fn state(name: &str) -> Option<Quantity> {
    let name = name.to_ascii_lowercase();
    let words = words(&name);
    let has = |any: &[&str]| words.iter().any(|word| any.contains(word));
    let people = ["occupancy", "occupied", "presence", "motion", "movement", "pir", "mouvement"];
    // As it is left of `présence` where every letter with an accent becomes `_`.
    let is_mangled = name.contains("pr_sence");
    ((has(&people) || is_mangled) && !has(NOT_PEOPLE) && !has(OTHERWISE))
        .then_some(Quantity::OccupancyDetected)
}

/// Whether this name makes something else of what its class or unit says: a target, a bound, the inside of a device.
pub(super) fn is_otherwise(name: &str) -> bool {
    /// Words that belong to another unit than is read here, or that any device may be called by.
    const UNITS: &[&str] = &["f", "fahrenheit", "ma", "mv", "mw", "esp", "esp32"];
    let name = name.to_ascii_lowercase();
    words(&name).iter().any(|word| OTHERWISE.contains(word) && !UNITS.contains(word))
}

/// Whether this name is that of a battery or something of it.
pub(super) fn is_of_battery(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    words(&name).iter().any(|word| ["battery", "batterie", "batt", "akku", "vbat"].contains(word))
}

/// Whether this name is that of an air flow.
pub(super) fn is_air(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let air = ["air", "airflow", "ventilation", "supply", "exhaust", "soufflage", "extraction"];
    words(&name).iter().any(|word| air.contains(word))
}

/// The register of an energy that has this name; none when it counts anew each day or the like.
pub(super) fn register(name: &str) -> Option<Quantity> {
    let name = name.to_ascii_lowercase();
    let words = words(&name);
    let has = |any: &[&str]| words.iter().any(|word| any.contains(word));
    if has(OTHERWISE) || has(&["period", "interval"]) {
        None
    } else if has(&["export", "exported", "returned", "produced"]) {
        Some(Quantity::EnergyExported)
    } else {
        Some(Quantity::EnergyImported)
    }
}

/// `current` alone may also mean the present value: a current speed.
fn is_current(words: &[&str]) -> bool {
    match words {
        [.., "current" | "courant"] | ["current", "a" | "b" | "c" | "l1" | "l2" | "l3"] => true,
        [.., "current", number] => number.parse::<u8>().is_ok(),
        _ => false,
    }
}

/// The words of a name; a running number at the end of a word does not belong to it, but `co2` is one word.
fn words(name: &str) -> Vec<&str> {
    const WHOLE: &[&str] = &["co2", "esp32", "l1", "l2", "l3"];
    let parts = name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty());
    let word = |part: &'_ str| {
        let bare = part.trim_end_matches(|c: char| c.is_ascii_digit());
        if bare.is_empty() || WHOLE.contains(&part) { part.len() } else { bare.len() }
    };
    parts.map(|part| &part[..word(part)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_name_says_what_is_measured() {
        for (name, quantity) in [
            ("co2", Quantity::Co2),
            ("scd41_carbon_dioxide", Quantity::Co2),
            ("living_room_temperature", Quantity::Temperature),
            ("temperature-2", Quantity::Temperature),
            ("current_temperature", Quantity::Temperature),
            ("temp_rature_salle_1", Quantity::Temperature),
            ("humidit__fablab", Quantity::RelativeHumidity),
            ("luminosit___camerina", Quantity::Illuminance),
            ("phase_a_current", Quantity::Current),
            ("apparent_power", Quantity::ApparentPower),
            ("puissance_apparente", Quantity::ApparentPower),
            ("linky_papp", Quantity::ApparentPower),
            ("nombre_personnes", Quantity::PeopleCount),
            ("battery_level", Quantity::Battery),
            ("wifi_signal", Quantity::Rssi),
        ] {
            assert_eq!(number(name), Some((quantity, 1.0)), "{name}");
        }
        assert_eq!(number("total_kwh"), Some((Quantity::EnergyImported, 1000.0)));
        assert_eq!(number("exported_wh"), Some((Quantity::EnergyExported, 1.0)));
        assert_eq!(number("puissance_kw"), Some((Quantity::ActivePower, 1000.0)));
    }

    #[test]
    fn what_is_not_certain_is_left_out() {
        for name in [
            "eco2",
            "tvoc",
            "energy",
            "daily_kwh",
            "power_factor",
            "reactive_power",
            "uptime",
            "esp32_temperature",
            "target_temperature",
            "dew_point_temperature",
            "wifi_signal_percent",
            "battery_voltage",
            "current_speed",
            "temperature_offset",
            "temperature_f",
            "soil_humidity",
            "energy_monthly_kwh",
            "conso_jour_kwh",
            "puissance_souscrite",
            "temperature_consigne",
            "temp_rature_de_ros_e",
            "peak_power",
        ] {
            assert_eq!(number(name), None, "{name}");
        }
    }

    #[test]
    fn only_what_detects_people_tells_of_people() {
        assert_eq!(state("hall_pir"), Some(Quantity::OccupancyDetected));
        assert_eq!(state("radar-presence"), Some(Quantity::OccupancyDetected));
        assert_eq!(state("pr_sence_salle_1"), Some(Quantity::OccupancyDetected));
        for name in ["garage_car_present", "car_presence", "sunlight", "has_target", "door"] {
            assert_eq!(state(name), None, "{name}");
        }
    }
}
