//! The decoded objects of LoRaWAN sensors, as the codecs of Milesight, Elsys and Dragino name their values.
//!
//! The network that carries them says when they came. What a codec keeps for late delivery in `history` has a
//! time of its own, or none and then it is left out.

use serde_json::Value as Json;

use super::moment;
use super::report_builder::{Object, ReportBuilder, number};
use crate::message::ReasonLabel;
use crate::quantity::Quantity;

/// Keys, what they measure, and the channel where a device has several of the kind.
const MEASURES: &[(&str, Quantity, Option<&str>)] = &[
    ("temperature", Quantity::Temperature, None),
    ("externalTemperature", Quantity::Temperature, Some("external")),
    ("humidity", Quantity::RelativeHumidity, None),
    ("Temperature", Quantity::Temperature, None),
    ("temp", Quantity::Temperature, None),
    ("air_temperature", Quantity::Temperature, None),
    ("Humidity", Quantity::RelativeHumidity, None),
    ("hum", Quantity::RelativeHumidity, None),
    ("relative_humidity", Quantity::RelativeHumidity, None),
    ("co2", Quantity::Co2, None),
    ("CO2", Quantity::Co2, None),
    ("ILL_lx", Quantity::Illuminance, None),
    ("ILL_lux", Quantity::Illuminance, None),
    ("people_total_in", Quantity::PeopleIn, None),
    ("people_total_out", Quantity::PeopleOut, None),
    ("total_in", Quantity::PeopleIn, None),
    ("total_out", Quantity::PeopleOut, None),
    ("total_counter_in", Quantity::PeopleIn, None),
    ("total_counter_out", Quantity::PeopleOut, None),
    ("people_counter_all", Quantity::PeopleCount, None),
    ("people_count_all", Quantity::PeopleCount, None),
    ("people_total_counts", Quantity::PeopleCount, None),
    ("active_power", Quantity::ActivePower, None),
];

/// Keys of which a device may have several, with what stands before and after the number.
const SEVERAL: &[(&str, &str, Quantity, &str)] = &[
    ("line_", "_total_in", Quantity::PeopleIn, "line_"),
    ("line_", "_total_out", Quantity::PeopleOut, "line_"),
    ("region_", "_count", Quantity::PeopleCount, "region_"),
    ("Current", "_A", Quantity::Current, ""),
    // Of the codec that The Things Stack brings along, and of probes of Milesight.
    ("temperature_", "", Quantity::Temperature, ""),
    ("relative_humidity_", "", Quantity::RelativeHumidity, ""),
    ("temperature_chn", "", Quantity::Temperature, "chn"),
    // Clamps of Milesight, in A.
    ("current_chn", "", Quantity::Current, "chn"),
];

/// More late values of one message are not read; a packet of LoRaWAN has room for some thirty.
const MAX_HISTORY: usize = 1000;

/// Reads `object`, late values included.
pub(super) fn read(object: &Object, builder: &mut ReportBuilder) {
    present(object, builder);
    // Some codecs put what they have decoded one level down.
    if let Some(Json::Object(inner)) = object.get("data") {
        present(inner, builder);
    }
    let Some(Json::Array(entries)) = object.get("history") else { return };
    if entries.len() > MAX_HISTORY {
        let text = format!("{} late values; at most {MAX_HISTORY} are read", entries.len());
        builder.refuse(ReasonLabel::TooLarge, text);
    }
    for entry in entries.iter().take(MAX_HISTORY).filter_map(Json::as_object) {
        let Some(observed_at) = entry.get("timestamp").and_then(timestamp) else { continue };
        builder.dated(Some(observed_at));
        present(entry, builder);
    }
}

fn timestamp(json: &Json) -> Option<crate::Instant> {
    moment::text(json).or_else(|| moment::unix_seconds(number(json)?))
}

fn present(object: &Object, builder: &mut ReportBuilder) {
    for (key, quantity, channel) in MEASURES {
        builder.number(object, key, 1.0, *quantity, *channel);
    }
    for (key, json) in object {
        if let Some((quantity, channel)) = one_of_several(key) {
            builder.json(json, key, 1.0, quantity, Some(&channel));
        }
    }
    // Some give lux, others say `dark`.
    for key in ["light", "illumination", "illuminance"] {
        if object.get(key).and_then(number).is_some() {
            builder.number(object, key, 1.0, Quantity::Illuminance, None);
        }
    }
    dragino_air(object, builder);
    plug(object, builder);
    battery(object, builder);
    if let Some(detected) = detected(object) {
        builder.state(detected, Quantity::OccupancyDetected, None);
    }
}

fn one_of_several(key: &str) -> Option<(Quantity, String)> {
    SEVERAL.iter().find_map(|(before, after, quantity, prefix)| {
        let which = key.strip_prefix(before)?.strip_suffix(after)?;
        let which: u8 = which.parse().ok()?;
        Some((*quantity, format!("{prefix}{which}")))
    })
}

/// Temperature and humidity of Dragino; both are 0 where there is no sensor.
fn dragino_air(object: &Object, builder: &mut ReportBuilder) {
    /// Value of an input without a probe.
    const NO_PROBE: f64 = 327.0;
    let field = |key| object.get(key).and_then(number);
    if (field("TempC_SHT"), field("Hum_SHT")) != (Some(0.0), Some(0.0)) {
        builder.number(object, "TempC_SHT", 1.0, Quantity::Temperature, None);
        builder.number(object, "Hum_SHT", 1.0, Quantity::RelativeHumidity, None);
    }
    for (key, channel) in
        [("TempC_DS", "external"), ("TempC1", "1"), ("TempC2", "2"), ("TempC3", "3")]
    {
        if field(key).is_some_and(|degrees| degrees.abs() < NO_PROBE) {
            builder.number(object, key, 1.0, Quantity::Temperature, Some(channel));
        }
    }
}

/// A plug is recognised by its `power_consumption` (at first `power_sum`), in Wh; only then are `voltage` that of the
/// mains and `current` in mA.
fn plug(object: &Object, builder: &mut ReportBuilder) {
    let consumed = ["power_consumption", "power_sum"].into_iter().find(|k| object.contains_key(*k));
    let power = object.contains_key("active_power") || object.contains_key("power");
    let (Some(consumed), true) = (consumed, power) else { return };
    if !object.contains_key("active_power") {
        builder.number(object, "power", 1.0, Quantity::ActivePower, None);
    }
    builder.number(object, consumed, 1.0, Quantity::EnergyImported, None);
    builder.number(object, "voltage", 1.0, Quantity::Voltage, None);
    builder.number(object, "current", 0.001, Quantity::Current, None);
}

/// The charge. A device that still sends is not at 0 %, and a figure with decimals is a voltage.
fn battery(object: &Object, builder: &mut ReportBuilder) {
    let charge = object.get("battery").and_then(number);
    if charge.is_some_and(|percent| percent.fract() == 0.0 && (1.0..=100.0).contains(&percent)) {
        builder.number(object, "battery", 1.0, Quantity::Battery, None);
    }
}

/// Whether somebody was detected. Elsys counts movements in `motion` and says 0, 1 or 2 in `occupancy`: nobody,
/// perhaps, somebody.
fn detected(object: &Object) -> Option<bool> {
    const SOMEBODY: &[&str] = &["trigger", "triggered", "occupied", "true", "detected"];
    const NOBODY: &[&str] = &["idle", "normal", "vacant", "unoccupied", "false"];
    let field = ["occupancy", "occupied", "presence", "pir", "pir_status", "motion"]
        .into_iter()
        .find_map(|key| {
            let json = object.get(key).filter(|json| !json.is_null())?;
            Some((key, json))
        });
    match field? {
        (_, Json::Bool(detected)) => Some(*detected),
        (_, Json::String(word)) => {
            let is = |words: &[&str]| words.iter().any(|one| one.eq_ignore_ascii_case(word));
            if is(SOMEBODY) { Some(true) } else { is(NOBODY).then_some(false) }
        }
        ("occupancy", level) => match level.as_u64().or_else(|| whole(level))? {
            0 => Some(false),
            2 => Some(true),
            _ => None,
        },
        (_, count) => Some(count.as_f64()? > 0.0),
    }
}

/// A whole number that was written with decimals, as the numbers of some networks are.
fn whole(json: &Json) -> Option<u64> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 255, whole")]
    let whole = |number: f64| number as u64;
    let number = json.as_f64()?;
    (number.fract() == 0.0 && (0.0..=255.0).contains(&number)).then(|| whole(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(object: &str) -> Vec<(String, f64)> {
        let mut builder = ReportBuilder::new("node".parse().unwrap(), None);
        read(&serde_json::from_str(object).unwrap(), &mut builder);
        let translation = builder.finish();
        assert_eq!(translation.refusals, []);
        let reports = translation.reports.iter();
        reports.map(|r| (r.source.to_string()[5..].to_owned(), r.value.as_f64())).collect()
    }

    fn detected(object: &str) -> Option<bool> {
        super::detected(&serde_json::from_str(object).unwrap())
    }

    #[test]
    fn only_counts_since_ever_are_registers_of_people() {
        assert_eq!(
            values(r#"{"people_in":2,"people_out":1,"period_in":3,"line_1_period_in":4}"#),
            []
        );
        assert_eq!(
            values(r#"{"total_in":4353.0,"line_2_total_out":7,"region_3_count":2,"region_3":1}"#),
            [
                ("people_in".to_owned(), 4353.0),
                ("people_out line_2".to_owned(), 7.0),
                ("people_count region_3".to_owned(), 2.0),
            ]
        );
    }

    #[test]
    fn words_and_counts_tell_whether_somebody_was_there() {
        assert_eq!(detected(r#"{"pir":"trigger"}"#), Some(true));
        assert_eq!(detected(r#"{"pir":"idle"}"#), Some(false));
        assert_eq!(detected(r#"{"occupancy":"vacant"}"#), Some(false));
        assert_eq!(detected(r#"{"motion":3}"#), Some(true));
        assert_eq!(detected(r#"{"motion":0,"occupancy":2.0}"#), Some(true));
        assert_eq!(detected(r#"{"motion":3,"occupancy":1}"#), None);
        assert_eq!(detected(r#"{"pir":"broken"}"#), None);
    }

    #[test]
    fn what_is_no_lux_no_charge_and_no_probe_is_left_out() {
        assert_eq!(values(r#"{"light_level":2,"light":"dark","vdd":3549,"BatV":3.6}"#), []);
        assert_eq!(values(r#"{"battery":0}"#), []);
        assert_eq!(values(r#"{"battery":3.6}"#), []);
        assert_eq!(values(r#"{"TempC_SHT":0.0,"Hum_SHT":0.0,"TempC_DS":327.67}"#), []);
        assert_eq!(values(r#"{"TempC_SHT":"21.5","Hum_SHT":48.5,"TempC_DS":4.2}"#).len(), 3);
    }

    #[test]
    fn the_current_of_a_plug_is_in_milliamperes() {
        assert_eq!(
            values(r#"{"active_power":12,"power_consumption":345,"voltage":230.1,"current":58}"#),
            [
                ("active_power".to_owned(), 12.0),
                ("energy_imported".to_owned(), 345.0),
                ("voltage".to_owned(), 230.1),
                ("current".to_owned(), 0.058),
            ]
        );
        assert_eq!(values(r#"{"current":58,"voltage":3.6}"#), []);
    }

    #[test]
    fn late_values_have_their_own_time_or_are_left_out() {
        let mut builder = ReportBuilder::new("node".parse().unwrap(), None);
        let late = r#"{"co2":800,"history":[{"timestamp":1693531647,"co2":700},{"co2":600}]}"#;
        read(&serde_json::from_str(late).unwrap(), &mut builder);
        let reports = builder.finish().reports;
        assert_eq!(reports.len(), 2);
        assert_eq!(reports[1].observed_at, "2023-09-01T01:27:27Z".parse().ok());
    }
}
