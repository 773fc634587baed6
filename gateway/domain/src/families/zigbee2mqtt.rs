//! What Zigbee2MQTT publishes: one JSON object a device, under the device's friendly name.
//!
//! ```text
//! zigbee2mqtt/<friendly/name>               {"co2":936,"temperature":21.4,"last_seen":"2026-11-23T14:00:00+01:00"}
//! zigbee2mqtt/<friendly/name>/availability  {"state":"online"}, or plain online
//! zigbee2mqtt/<friendly/name>/<key>         936, where it is set to publish each value by itself
//! ```
//!
//! A friendly name may hold slashes; only the last level tells what a topic is. Sensors that run on a
//! battery give its voltage in mV. `illuminance` is a raw figure where `illuminance_lux` stands beside it.

use jiff::SignedDuration;
use serde_json::Value as Json;

use super::filter::fixed_levels;
use super::gathering::{
    Gathering, Object, device, number, object, only_status, refused, status, truth,
};
use super::{Family, Reads, Scope};
use crate::ids::DeviceId;
use crate::instant::Instant;
use crate::message::{DevicePresence, Message, Reason, ReasonLabel, Translation};
use crate::quantity::Quantity;

/// The row of the table.
pub(super) const FAMILY: Family = Family {
    name: "zigbee2mqtt",
    filters: |_| vec![format!("{BASE}#")],
    reads: Reads::Alone(translate),
};

/// The topic of Zigbee2MQTT when nobody has changed it.
const BASE: &str = "zigbee2mqtt/";

/// Keys, what they measure, and what makes our unit of theirs.
const MEASURES: &[(&str, Quantity, f64)] = &[
    ("co2", Quantity::Co2, 1.0),
    ("temperature", Quantity::Temperature, 1.0),
    ("humidity", Quantity::RelativeHumidity, 1.0),
    ("battery", Quantity::Battery, 1.0),
    ("power", Quantity::ActivePower, 1.0),
    ("apparent_power", Quantity::ApparentPower, 1.0),
    ("current", Quantity::Current, 1.0),
    ("energy", Quantity::EnergyImported, 1000.0),
    ("produced_energy", Quantity::EnergyExported, 1000.0),
    ("energy_produced", Quantity::EnergyExported, 1000.0),
    ("active_power", Quantity::ActivePower, 1.0),
    ("rms_current", Quantity::Current, 1.0),
    ("rms_voltage", Quantity::Voltage, 1.0),
];

/// What a Linky says by way of Zigbee: its indexes in kWh, in Wh as they were called at first. That of the grid operator,
/// `active_energy_out_d01`, counts the same energy once more and is left out.
const LINKY: &[(&str, Quantity, f64)] = &[
    ("current_summ_delivered", Quantity::EnergyImported, 1000.0),
    ("current_summ_received", Quantity::EnergyExported, 1000.0),
    ("currentSummDelivered", Quantity::EnergyImported, 1.0),
    ("currentSummReceived", Quantity::EnergyExported, 1.0),
    ("rmsCurrent", Quantity::Current, 1.0),
    ("rmsVoltage", Quantity::Voltage, 1.0),
    ("apparentPower", Quantity::ApparentPower, 1.0),
];

/// What stands for a value that a device does not have: the ends of 16-bit numbers.
const NO_VALUE: &[f64] = &[-32_768.0, 65_535.0];

/// Keys of which a device may have several: `power_a`, `energy_l2`. What follows is the channel.
const SEVERAL: &[(&str, Quantity, f64)] = &[
    ("power_", Quantity::ActivePower, 1.0),
    ("active_power_", Quantity::ActivePower, 1.0),
    ("apparent_power_", Quantity::ApparentPower, 1.0),
    ("current_", Quantity::Current, 1.0),
    ("rms_current_", Quantity::Current, 1.0),
    ("voltage_", Quantity::Voltage, 1.0),
    ("rms_voltage_", Quantity::Voltage, 1.0),
    ("energy_", Quantity::EnergyImported, 1000.0),
    ("produced_energy_", Quantity::EnergyExported, 1000.0),
    ("energy_produced_", Quantity::EnergyExported, 1000.0),
    ("temperature_", Quantity::Temperature, 1.0),
    ("humidity_", Quantity::RelativeHumidity, 1.0),
];

/// How phases and outlets are called; anything else after `power_` is a setting, such as `power_on_behavior`.
const CHANNELS: &[&str] = &[
    "a", "b", "c", "phase_a", "phase_b", "phase_c", "ph_a", "ph_b", "ph_c", "l1", "l2", "l3", "l4",
    "l5", "l6", "l7", "l8",
];

/// Less, from a device that switches and meters nothing, is a battery in V.
const MIN_MAINS_V: f64 = 20.0;

/// The highest voltage of a mains, in V; more must be the mV of a battery.
const MAX_MAINS_V: f64 = 1000.0;

fn translate(message: &Message<'_>, scope: &Scope<'_>) -> Option<Translation> {
    // A narrower filter must not shorten the names of the devices.
    let base = if scope.filter.starts_with(BASE) { BASE } else { fixed_levels(scope.filter) };
    let name = message.topic.strip_prefix(base)?;
    let (parent, last) = name.rsplit_once('/').unwrap_or(("", name));
    if name.is_empty() || name == "bridge" || name.starts_with("bridge/") {
        return None;
    }
    // Commands to a device, also to one of its keys: <name>/set/<key>.
    if matches!(last, "set" | "get") || parent.ends_with("/set") || parent.ends_with("/get") {
        return None;
    }
    // An empty payload takes a retained message away.
    if message.payload.is_empty() {
        return Some(Translation::default());
    }
    let translation = if last == "availability" && !parent.is_empty() {
        availability(parent, message.payload)
    } else if message.payload.trim_ascii_start().starts_with(b"{") {
        device(name).and_then(|device| Ok(measures(device, &object(message.payload)?)))
    } else {
        return single(parent, last, message.payload);
    };
    Some(translation.unwrap_or_else(refused))
}

/// A value that has a topic of its own; `None` when it measures nothing.
fn single(name: &str, key: &str, payload: &[u8]) -> Option<Translation> {
    let value: Json = serde_json::from_slice(payload).ok()?;
    if !matches!(value, Json::Number(_) | Json::Bool(_)) {
        return None;
    }
    let object = Object::from_iter([(key.to_owned(), value)]);
    let translation = measures(device(name).ok()?, &object);
    (translation != Translation::default()).then_some(translation)
}

fn measures(device: DeviceId, object: &Object) -> Translation {
    let last_seen = object.get("last_seen").and_then(instant);
    let mut gathering = Gathering::new(device, last_seen);
    if is_unread_linky(object) {
        return gathering.finish();
    }
    for (key, quantity, factor) in MEASURES {
        measure(object, key, *factor, *quantity, None, &mut gathering);
    }
    for key in object.keys() {
        if let Some((quantity, factor, channel)) = one_of_several(key) {
            measure(object, key, factor, quantity, Some(channel), &mut gathering);
        }
    }
    linky(object, &mut gathering);
    // Of a valve on a radiator, beside the temperature that it is to reach.
    gathering.number(object, "local_temperature", 1.0, Quantity::Temperature, Some("local"));
    let lux =
        if object.contains_key("illuminance_lux") { "illuminance_lux" } else { "illuminance" };
    gathering.number(object, lux, 1.0, Quantity::Illuminance, None);
    if is_mains(object) {
        measure(object, "voltage", 1.0, Quantity::Voltage, None, &mut gathering);
    }
    if let Some(detected) = detected(object) {
        // The end of a movement is made up by Zigbee2MQTT itself, some time after the device was last seen.
        // One millisecond tells it from the movement, which was seen at that very instant.
        let end = last_seen.map(|at| at + SignedDuration::from_millis(1));
        gathering.dated(if detected { last_seen } else { end });
        gathering.state(detected, Quantity::OccupancyDetected, None);
    }
    gathering.finish()
}

fn measure(
    object: &Object,
    key: &str,
    factor: f64,
    quantity: Quantity,
    channel: Option<&str>,
    gathering: &mut Gathering,
) {
    let told = object.get(key).and_then(number);
    let electric = !matches!(quantity, Quantity::Temperature | Quantity::Co2);
    if electric && told.is_some_and(|told| NO_VALUE.contains(&told)) {
        let text = format!("`{key}` is {}, which stands for no value", told.unwrap_or_default());
        gathering.refuse(ReasonLabel::Value, text);
    } else {
        gathering.number(object, key, factor, quantity, channel);
    }
}

/// The indexes of a Linky. Those that its contract does not have are 0 for ever, and a meter in service has none of 0.
fn linky(object: &Object, gathering: &mut Gathering) {
    let is_zero = |key: &str| object.get(key).and_then(number) == Some(0.0);
    for (key, quantity, factor) in LINKY {
        let index = matches!(quantity, Quantity::EnergyImported);
        if !(index && is_zero(key)) {
            measure(object, key, *factor, *quantity, None, gathering);
        }
    }
    for key in object.keys().filter(|key| !is_zero(key)) {
        for (before, after, factor) in
            [("current_tier", "_summ_delivered", 1000.0), ("currentTier", "SummDelivered", 1.0)]
        {
            let tier = key.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
            if let Some(tier) = tier.and_then(|tier| tier.parse::<u8>().ok()) {
                let channel = format!("tier{tier}");
                gathering.number(object, key, factor, Quantity::EnergyImported, Some(&channel));
            }
        }
    }
}

/// Whether a reader of a Linky has joined and read nothing yet: then all is 0 or empty.
fn is_unread_linky(object: &Object) -> bool {
    let empty = |json: &Json| json.is_null() || json.as_str() == Some("");
    object.contains_key("current_summ_delivered")
        && object.get("meter_serial_number").is_some_and(empty)
        && object.get("current_summ_delivered").and_then(number) == Some(0.0)
}

/// Whether somebody was detected: movement detectors say `occupancy`, radars either or both.
fn detected(object: &Object) -> Option<bool> {
    let told = |key| object.get(key).and_then(truth);
    match (told("occupancy"), told("presence")) {
        (None, None) => None,
        (one, other) => Some(one == Some(true) || other == Some(true)),
    }
}

/// What `power_a` and the like measure: quantity, factor and channel.
fn one_of_several(key: &str) -> Option<(Quantity, f64, &str)> {
    SEVERAL.iter().find_map(|(prefix, quantity, factor)| {
        let channel = key.strip_prefix(prefix).filter(|rest| CHANNELS.contains(rest))?;
        Some((*quantity, *factor, channel))
    })
}

/// Whether `voltage` is that of the mains: not the mV of a battery.
fn is_mains(object: &Object) -> bool {
    let Some(volts) = object.get("voltage").and_then(number) else { return true };
    let load = ["power", "current", "energy", "state"].iter().any(|key| object.contains_key(*key));
    let low = volts > 0.0 && volts < MIN_MAINS_V && !load;
    !object.contains_key("battery") && volts <= MAX_MAINS_V && !low
}

/// `last_seen` as it is set up: a date with any offset, or milliseconds since 1970. A date that makes no
/// sense is none.
fn instant(json: &Json) -> Option<Instant> {
    /// 2015: Zigbee2MQTT is younger, so an earlier date is a clock that was not set.
    const YOUNGER: Instant = Instant::from_millis(1_420_070_400_000);
    let instant = match json {
        Json::String(text) => text.parse().ok()?,
        Json::Number(millis) => Instant::from_millis(millis.as_i64()?),
        _ => return None,
    };
    (instant >= YOUNGER).then_some(instant)
}

fn availability(name: &str, payload: &[u8]) -> Result<Translation, Reason> {
    let plain = payload.trim_ascii();
    let json: Option<Json> = serde_json::from_slice(plain).ok();
    let state = json.as_ref().and_then(|json| json.get("state")?.as_str());
    let presence = match state.map_or(plain, str::as_bytes) {
        b"online" => DevicePresence::Online,
        b"offline" => DevicePresence::Offline,
        _ => {
            let text = "the availability is neither online nor offline";
            return Err(Reason::new(ReasonLabel::Malformed, text));
        }
    };
    Ok(only_status(status(device(name)?, presence)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading::Value;

    fn read(topic: &str, payload: &str) -> Option<Translation> {
        let received_at = "2026-11-23T14:03:08Z".parse().unwrap();
        let message = Message { topic, payload: payload.as_bytes(), retained: false, received_at };
        translate(
            &message,
            &Scope { site: &"dreux".parse().unwrap(), filter: "zigbee2mqtt/#", all: &[] },
        )
    }

    fn values(topic: &str, payload: &str) -> Vec<(String, f64)> {
        let translation = read(topic, payload).expect("the message is of this family");
        let value =
            |report: &crate::message::Report| (report.source.to_string(), report.value.as_f64());
        translation.reports.iter().map(value).collect()
    }

    #[test]
    fn phases_are_channels_and_settings_are_none() {
        assert_eq!(
            values(
                "zigbee2mqtt/tableau",
                r#"{"power":30,"power_a":10,"power_b":20,"power_on_behavior":"on","energy":1.005}"#
            ),
            [
                ("tableau active_power".to_owned(), 30.0),
                ("tableau energy_imported".to_owned(), 1005.0),
                ("tableau active_power a".to_owned(), 10.0),
                ("tableau active_power b".to_owned(), 20.0),
            ]
        );
    }

    #[test]
    fn the_voltage_of_a_battery_is_not_that_of_the_mains() {
        assert_eq!(values("zigbee2mqtt/pir", r#"{"voltage":3025}"#), []);
        assert_eq!(values("zigbee2mqtt/pir", r#"{"voltage":3,"battery":80}"#).len(), 1);
        assert_eq!(values("zigbee2mqtt/pir", r#"{"voltage":2.9}"#), []);
        assert_eq!(values("zigbee2mqtt/plug", r#"{"voltage":"231"}"#)[0].1.to_string(), "231");
    }

    #[test]
    fn a_linky_tells_its_indexes_and_not_what_it_has_not_read() {
        let tic = r#"{"active_enerfy_out_d01":4102,"active_power":-32768,"active_power_ph_b":-32768,"apparent_power":1670,
            "current_summ_delivered":4096,"current_tier1_summ_delivered":4096,"current_tier2_summ_delivered":0,
            "rms_current":2,"rms_current_max":65535,"rms_voltage":236,"meter_serial_number":"812"}"#;
        let translation = read("zigbee2mqtt/ZLinky", tic).unwrap();
        let told: Vec<_> = translation
            .reports
            .iter()
            .map(|report| (report.source.to_string(), report.value.as_f64()))
            .collect();
        assert_eq!(
            told,
            [
                ("ZLinky apparent_power".to_owned(), 1670.0),
                ("ZLinky current".to_owned(), 2.0),
                ("ZLinky voltage".to_owned(), 236.0),
                ("ZLinky energy_imported".to_owned(), 4_096_000.0),
                ("ZLinky energy_imported tier1".to_owned(), 4_096_000.0),
            ]
        );
        assert_eq!(translation.refusals.len(), 2);

        let first = r#"{"currentSummDelivered":4571435,"currentTier1SummDelivered":4571567,"rmsCurrent":2}"#;
        assert_eq!(values("zigbee2mqtt/ZLinky", first)[0].1.to_string(), "4571435");
        let fresh = r#"{"apparent_power":0,"current_summ_delivered":0,"current_tier1_summ_delivered":0,
            "meter_serial_number":null,"rms_voltage":0}"#;
        assert_eq!(values("zigbee2mqtt/ZLinky", fresh), []);
    }

    #[test]
    fn a_text_may_hold_a_truth_or_a_number_with_its_unit() {
        assert_eq!(values("zigbee2mqtt/p", r#"{"occupancy":"true"}"#)[0].1.to_string(), "1");
        let told = values("zigbee2mqtt/p", r#"{"power":"0.5 kW","temperature":" 21.5 °C"}"#);
        assert_eq!(told[0].1.to_string(), "21.5");
        assert_eq!(told[1].1.to_string(), "500");
        assert_eq!(read("zigbee2mqtt/p", r#"{"power":"5 VA"}"#).unwrap().refusals.len(), 1);
        assert_eq!(read("zigbee2mqtt/air", r#"{"co2":1}"#).unwrap().refusals.len(), 1);
    }

    #[test]
    fn the_end_of_a_movement_is_another_reading_than_its_begin() {
        let report = |payload| read("zigbee2mqtt/pir", payload).unwrap().reports.remove(0);
        let seen = r#"{"occupancy":true,"last_seen":"2026-11-23T15:00:00+01:00"}"#;
        let ended = r#"{"occupancy":false,"last_seen":"2026-11-23T15:00:00+01:00"}"#;
        let (seen, ended) = (report(seen), report(ended));
        assert_eq!((seen.value, ended.value), (Value::State(true), Value::State(false)));
        assert_eq!(seen.observed_at, Some("2026-11-23T14:00:00Z".parse().unwrap()));
        assert!(seen.observed_at < ended.observed_at);
    }

    #[test]
    fn either_part_of_a_radar_detects_somebody() {
        let detected = |payload| values("zigbee2mqtt/radar", payload)[0].1 > 0.0;
        assert!(detected(r#"{"occupancy":false,"presence":true}"#));
        assert!(!detected(r#"{"occupancy":false,"presence":null}"#));
    }

    #[test]
    fn what_cannot_be_is_refused_beside_what_can() {
        let translation =
            read("zigbee2mqtt/air", r#"{"temperature":-32768,"humidity":"wet","co2":812}"#)
                .unwrap();
        assert_eq!(translation.reports.len(), 1);
        let labels: Vec<_> = translation.refusals.iter().map(|reason| reason.label).collect();
        assert_eq!(labels, [ReasonLabel::Value, ReasonLabel::Malformed]);

        let broken = read("zigbee2mqtt/air", r#"{"co2":"#).unwrap();
        assert_eq!(broken.refusals[0].label, ReasonLabel::Malformed);
    }

    #[test]
    fn a_clock_that_was_never_set_dates_nothing() {
        for last_seen in ["0", "\"N/A\"", "\"1970-01-01T00:00:00Z\"", "null", "[]"] {
            let payload = format!(r#"{{"co2":812,"last_seen":{last_seen}}}"#);
            let translation = read("zigbee2mqtt/air", &payload).unwrap();
            assert_eq!(translation.reports[0].observed_at, None, "{last_seen}");
        }
    }

    #[test]
    fn values_with_a_topic_each_are_read_too() {
        assert_eq!(values("zigbee2mqtt/z1/power", "0"), [("z1 active_power".to_owned(), 0.0)]);
        assert_eq!(values("zigbee2mqtt/pir/occupancy", "true").len(), 1);
        assert_eq!(read("zigbee2mqtt/z1/state", "ON"), None);
        assert_eq!(read("zigbee2mqtt/z1", "ON"), None);
    }

    #[test]
    fn the_bridge_commands_and_removals_say_nothing() {
        for topic in ["bridge/state", "bridge/devices", "a/b/set", "a/get", "a/set/power", ""] {
            let topic = format!("zigbee2mqtt/{topic}");
            assert_eq!(read(&topic, r#"{"power":1}"#), None, "{topic}");
        }
        assert_eq!(read("zigbee2mqtt/a", ""), Some(Translation::default()));
    }
}
