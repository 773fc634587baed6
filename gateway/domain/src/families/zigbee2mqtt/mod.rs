//! What Zigbee2MQTT publishes: one JSON object a device, under the device's friendly name.
//!
//! ```text
//! zigbee2mqtt/<friendly/name>               {"co2":936,"temperature":21.4,"last_seen":"2026-11-23T14:00:00+01:00"}
//! zigbee2mqtt/<friendly/name>/availability  {"state":"online"}, or plain online
//! zigbee2mqtt/<friendly/name>/<key>         936, where it is set to publish each value by itself
//! ```
//!
//! A friendly name may hold slashes; only the last level shows what a topic is. Sensors that run on a
//! battery give its voltage in mV. `illuminance` is a raw figure where `illuminance_lux` stands beside it.

mod linky;
mod measure;

use jiff::SignedDuration;
use serde_json::Value as Json;

use super::family::{Family, Reads, Scope};
use super::filter::fixed_levels;
use super::report_builder::{
    Object, ReportBuilder, device, number, object, only_status, refused, status, truth,
};
use crate::ids::DeviceId;
use crate::instant::Instant;
use crate::message::{DevicePresence, Message, Reason, ReasonLabel, Translation};
use crate::quantity::Quantity;
use measure::measure;

/// The row of the table.
pub(super) const FAMILY: Family = Family {
    name: "zigbee2mqtt",
    filters: |_| vec![format!("{BASE}#")],
    reads: Reads::Alone(translate),
};

/// The topic of Zigbee2MQTT when nobody has changed it.
const BASE: &str = "zigbee2mqtt/";

/// The key of a temperature, which may be that of the room or of the device.
const TEMPERATURE: &str = "temperature";

/// Keys, what they measure, and what makes our unit of theirs.
const MEASURES: &[(&str, Quantity, f64)] = &[
    ("co2", Quantity::Co2, 1.0),
    (TEMPERATURE, Quantity::Temperature, 1.0),
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

/// Names of phases and outlets; anything else after `power_` is a setting, such as `power_on_behavior`.
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
    let mut builder = ReportBuilder::new(device, last_seen);
    if linky::is_unread(object) {
        return builder.finish();
    }
    let of_room = |key: &str| key != TEMPERATURE || !is_of_load(object);
    for (key, quantity, factor) in MEASURES.iter().filter(|(key, ..)| of_room(key)) {
        measure(object, key, *factor, *quantity, None, &mut builder);
    }
    for key in object.keys() {
        if let Some((quantity, factor, channel)) = one_of_several(key) {
            measure(object, key, factor, quantity, Some(channel), &mut builder);
        }
    }
    linky::read(object, &mut builder);
    // Of a valve on a radiator, beside the temperature that it is to reach.
    builder.number(object, "local_temperature", 1.0, Quantity::Temperature, Some("local"));
    let lux =
        if object.contains_key("illuminance_lux") { "illuminance_lux" } else { "illuminance" };
    builder.number(object, lux, 1.0, Quantity::Illuminance, None);
    if is_mains(object) {
        measure(object, "voltage", 1.0, Quantity::Voltage, None, &mut builder);
    }
    if let Some(detected) = detected(object) {
        // The end of a movement is made up by Zigbee2MQTT itself, some time after the device was last seen.
        // One millisecond later than the movement, which was seen at that very instant, and so another reading.
        let end = last_seen.map(|at| at + SignedDuration::from_millis(1));
        builder.dated(if detected { last_seen } else { end });
        builder.state(detected, Quantity::OccupancyDetected, None);
    }
    builder.finish()
}

/// Whether somebody was detected: movement detectors say `occupancy`, radars either or both.
fn detected(object: &Object) -> Option<bool> {
    let state = |key| object.get(key).and_then(truth);
    match (state("occupancy"), state("presence")) {
        (None, None) => None,
        (one, other) => Some(one == Some(true) || other == Some(true)),
    }
}

/// Quantity, factor and channel of `power_a` and the like.
fn one_of_several(key: &str) -> Option<(Quantity, f64, &str)> {
    SEVERAL.iter().find_map(|(prefix, quantity, factor)| {
        let channel = key.strip_prefix(prefix).filter(|rest| CHANNELS.contains(rest))?;
        Some((*quantity, *factor, channel))
    })
}

/// Whether a `temperature` is that of a plug or a breaker itself, which grows warm by its load.
fn is_of_load(object: &Object) -> bool {
    let meters = ["power", "current", "energy", "consumption"];
    meters.iter().any(|key| object.contains_key(*key)) && !object.contains_key("humidity")
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
mod tests;
