//! What Tasmota publishes of its sensors.
//!
//! ```text
//! tele/<device>/SENSOR           {"Time":"2024-01-14T18:03:15","ENERGY":{"Total":12.3,"Power":38},"TempUnit":"C"}
//! tele/<device>/LWT              Online, Offline
//! <any/levels>/<device>/tele/SENSOR    the same, where the order of levels was changed
//! tele/<bridge>/SENSOR           {"ZbReceived":{"0x4773":{"Name":"Cuisine","Temperature":19.9}}}
//! tele/<device>/TIC              {"PAPP":"00780","BASE":"007970903"}, and LIVE, of a firmware for the Linky
//! ```
//!
//! A channel is called as the sensor: `SCD40`, `ENERGY`, `ENERGY/1` where a meter gives its phases as an array,
//! and `TIC/HCHC` for the label of a Linky. `Time` is local and mostly without an offset, and then no instant.

mod linky;
mod zigbee;

use serde_json::Value as Json;

use super::family::{Family, Reads, Scope};
use super::filter::fixed_levels;
use super::report_builder::{Object, ReportBuilder, device, number, object, presence, refused};
use super::{moment, tic};
use crate::message::{Message, Reason, Translation};
use crate::quantity::Quantity;

/// The row of the table.
pub(super) const FAMILY: Family =
    Family { name: "tasmota", filters: |_| filters(), reads: Reads::Alone(translate) };

/// What a device publishes that is read, where the order of levels was changed.
const READ: [&str; 4] = ["SENSOR", "LWT", "TIC", "LIVE"];

/// Most levels of a topic before `tele`.
const MAX_LEVELS: usize = 4;

fn filters() -> Vec<String> {
    let before = (1..=MAX_LEVELS).map(|levels| "+/".repeat(levels));
    let reordered = before.flat_map(|before| READ.map(|what| format!("{before}tele/{what}")));
    std::iter::once("tele/#".to_owned()).chain(reordered).collect()
}

/// Of an array, no more than these are phases.
const MAX_PHASES: usize = 8;

/// What a meter measures of each phase.
const PHASES: &[(&str, Quantity)] = &[
    ("Power", Quantity::ActivePower),
    ("ApparentPower", Quantity::ApparentPower),
    ("Voltage", Quantity::Voltage),
    ("Current", Quantity::Current),
];

/// Sensors that are the device itself.
const OWN: &[&str] = &["ESP32", "CPU"];

fn translate(message: &Message<'_>, scope: &Scope<'_>) -> Option<Translation> {
    let (rest, what) = message.topic.rsplit_once('/')?;
    let name = device_name(rest, scope.filter)?;
    // An empty payload takes a retained message away.
    if message.payload.is_empty() {
        return None;
    }
    match what {
        "LWT" => presence(device(name).ok()?, message.payload, "Online", "Offline"),
        "TIC" => Some(linky::frame(name, message.payload).unwrap_or_else(refused)),
        "SENSOR" | "LIVE" => Some(sensors(name, message.payload).unwrap_or_else(refused)),
        "ZbReceived" => {
            let received = object(message.payload);
            Some(received.map_or_else(refused, |received| zigbee::read(name, &received)))
        }
        _ => None,
    }
}

/// The device in a topic without its last level: after `tele/`, else the level before `/tele`, else, where the
/// site file listens elsewhere, what follows the levels it names.
fn device_name<'a>(levels: &'a str, filter: &str) -> Option<&'a str> {
    let name = if let Some(name) = levels.strip_prefix("tele/") {
        name
    } else if let Some(before) = levels.strip_suffix("/tele") {
        before.rsplit('/').next()?
    } else if let Some((_, name)) = levels.split_once("/tele/") {
        name
    } else {
        levels.strip_prefix(fixed_levels(filter))?
    };
    (!name.is_empty()).then_some(name)
}

fn sensors(name: &str, payload: &[u8]) -> Result<Translation, Reason> {
    let message = object(payload)?;
    let observed_at = message.get("Time").and_then(moment::text);
    let mut builder = ReportBuilder::new(device(name)?, observed_at);
    let mut behind = Translation::default();
    let fahrenheit = message.get("TempUnit").and_then(Json::as_str) == Some("F");
    for (sensor, measured) in &message {
        let Json::Object(measured) = measured else { continue };
        match sensor.as_str() {
            "TIC" => tic::read(measured, "TIC/", &mut builder),
            "ZbReceived" => behind = zigbee::read(name, measured),
            "METER" => linky::meter(measured, &mut builder),
            "PROD" => linky::production(measured, &mut builder),
            "CONTRACT" => linky::contract(measured, &mut builder),
            "ENERGY" if linky::made_up(&message, measured) => {}
            "ENERGY" => energy(measured, &mut builder),
            own if OWN.contains(&own) => {}
            _ => air(sensor, measured, fahrenheit, &mut builder),
        }
    }
    let mut translation = builder.finish();
    translation.reports.extend(behind.reports);
    translation.refusals.extend(behind.refusals);
    Ok(translation)
}

/// What a sensor measures of the air around it.
fn air(sensor: &str, measured: &Object, fahrenheit: bool, builder: &mut ReportBuilder) {
    let channel = Some(sensor);
    builder.number(measured, "CarbonDioxide", 1.0, Quantity::Co2, channel);
    // For minutes after power-up some sensors send 0 ppm and 0 °C.
    if measured.get("CarbonDioxide").and_then(number) == Some(0.0) {
        return;
    }
    let temperature = measured.get("Temperature").filter(|_| fahrenheit).and_then(number);
    match temperature {
        Some(degrees) => {
            builder.amount((degrees - 32.0) / 1.8, 1.0, Quantity::Temperature, channel);
        }
        None => builder.number(measured, "Temperature", 1.0, Quantity::Temperature, channel),
    }
    builder.number(measured, "Humidity", 1.0, Quantity::RelativeHumidity, channel);
    for lux in ["Illuminance", "Lux"] {
        builder.number(measured, lux, 1.0, Quantity::Illuminance, channel);
    }
    // Of a Bluetooth sensor that is passed on.
    builder.number(measured, "Battery", 1.0, Quantity::Battery, channel);
    if measured.get("RSSI").and_then(number).is_some_and(|dbm| dbm < 0.0) {
        builder.number(measured, "RSSI", 1.0, Quantity::Rssi, channel);
    }
}

fn energy(measured: &Object, builder: &mut ReportBuilder) {
    for (key, quantity) in PHASES {
        by_phase(measured, key, 1.0, *quantity, builder);
    }
    by_phase(measured, "ExportActive", 1000.0, Quantity::EnergyExported, builder);
    if measured.contains_key("ImportActive") {
        by_phase(measured, "ImportActive", 1000.0, Quantity::EnergyImported, builder);
    } else if !is_net(measured) {
        by_phase(measured, "Total", 1000.0, Quantity::EnergyImported, builder);
    }
}

/// Whether `Total` may run backwards: on meters that count what is given back, some take it off the total.
fn is_net(measured: &Object) -> bool {
    let any = |key, test: fn(f64) -> bool| match measured.get(key) {
        Some(Json::Array(phases)) => phases.iter().filter_map(number).any(test),
        Some(json) => number(json).is_some_and(test),
        None => false,
    };
    any("ExportActive", |kwh| kwh > 0.0)
        || ["Total", "Today", "Yesterday"].iter().any(|key| any(key, |kwh| kwh < 0.0))
}

/// A number, or an array with one for each phase.
fn by_phase(
    measured: &Object,
    key: &str,
    factor: f64,
    quantity: Quantity,
    builder: &mut ReportBuilder,
) {
    let Some(Json::Array(phases)) = measured.get(key) else {
        builder.number(measured, key, factor, quantity, Some("ENERGY"));
        return;
    };
    for (phase, json) in (1..).zip(phases.iter().take(MAX_PHASES)) {
        let channel = format!("ENERGY/{phase}");
        builder.json(json, key, factor, quantity, Some(&channel));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::families::testing::{presence, read, values};
    use crate::message::{DevicePresence, ReasonLabel};

    #[test]
    fn the_device_is_found_whatever_the_order_of_levels() {
        let plug = r#"{"ENERGY":{"Power":38}}"#;
        for (topic, device) in [
            ("tele/prise/SENSOR", "prise"),
            ("tele/fablab/prise/SENSOR", "fablab/prise"),
            ("prise/tele/SENSOR", "prise"),
            ("maison/fablab/prise/tele/SENSOR", "prise"),
            ("maison/tele/prise/SENSOR", "prise"),
        ] {
            let expected = [(format!("{device} active_power ENERGY"), 38.0)];
            assert_eq!(values(&FAMILY, topic, plug), expected, "{topic}");
        }
    }

    #[test]
    fn a_total_that_may_run_backwards_is_no_register() {
        let read =
            |energy: &str| values(&FAMILY, "tele/m/SENSOR", &format!(r#"{{"ENERGY":{energy}}}"#));
        assert_eq!(
            read(r#"{"Total":12.345,"ExportActive":0.0}"#),
            [
                ("m energy_exported ENERGY".to_owned(), 0.0),
                ("m energy_imported ENERGY".to_owned(), 12_345.0)
            ]
        );
        assert_eq!(read(r#"{"Total":12.345,"ExportActive":3.0}"#).len(), 1);
        assert_eq!(read(r#"{"Total":12.345,"Today":-0.1}"#), []);
        assert_eq!(read(r#"{"Total":[1.5,null,2.5]}"#).len(), 2);
    }

    #[test]
    fn a_co2_sensor_that_warms_up_tells_no_temperature_either() {
        let warming = r#"{"MHZ19B":{"CarbonDioxide":0,"Temperature":0.0},"TempUnit":"C"}"#;
        let translation = read(&FAMILY, "tele/air/SENSOR", warming).unwrap();
        assert_eq!(translation.reports, []);
        assert_eq!(translation.refusals[0].label, ReasonLabel::Value);
    }

    #[test]
    fn fahrenheit_becomes_celsius() {
        let warm = r#"{"SHT3X":{"Temperature":77.0,"Humidity":48.3},"TempUnit":"F"}"#;
        let expected = ("air temperature SHT3X".to_owned(), 25.0);
        assert_eq!(values(&FAMILY, "tele/air/SENSOR", warm)[0], expected);
    }

    #[test]
    fn only_a_time_with_an_offset_dates_a_message() {
        let at = |time: &str| {
            let payload = format!(r#"{{"Time":"{time}","BH1750":{{"Illuminance":12}}}}"#);
            read(&FAMILY, "tele/air/SENSOR", &payload).unwrap().reports[0].observed_at
        };
        assert_eq!(at("2024-01-14T18:03:15"), None);
        assert_eq!(at("1970-01-01T00:18:15+00:00"), None);
        assert_eq!(at("2024-01-14T18:03:15+01:00"), "2024-01-14T17:03:15Z".parse().ok());
    }

    #[test]
    fn the_power_of_a_linky_is_apparent_and_its_chip_no_room() {
        let linky = r#"{"METER":{"P":530,"W":510,"P1":530},"ENERGY":{"Power":530,"Total":9.8},
            "ESP32":{"Temperature":36.1}}"#;
        assert_eq!(
            values(&FAMILY, "tele/denky/SENSOR", linky),
            [
                ("denky apparent_power METER".to_owned(), 530.0),
                ("denky apparent_power METER/1".to_owned(), 530.0),
                ("denky active_power METER".to_owned(), 510.0),
            ]
        );
    }

    #[test]
    fn states_results_and_removals_say_nothing_and_broken_sensors_are_refused() {
        for (topic, payload) in [
            ("tele/a/STATE", r#"{"POWER":"ON","Wifi":{"RSSI":60,"Signal":-70}}"#),
            ("tele/a/RESULT", "{}"),
            ("tele/a/SENSOR", ""),
            ("tele/SENSOR", "{}"),
        ] {
            assert_eq!(read(&FAMILY, topic, payload), None, "{topic}");
        }
        let broken = read(&FAMILY, "tele/a/SENSOR", r#"{"ENERGY":"#).unwrap();
        assert_eq!(broken.refusals[0].label, ReasonLabel::Malformed);
    }

    #[test]
    fn a_last_will_tells_that_the_device_is_gone() {
        assert_eq!(presence(&FAMILY, "tele/a/LWT", "Online"), Some(DevicePresence::Online));
        assert_eq!(presence(&FAMILY, "x/a/tele/LWT", "Offline"), Some(DevicePresence::Offline));
    }
}
