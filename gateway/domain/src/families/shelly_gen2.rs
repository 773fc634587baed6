//! Shelly devices of the second generation and later (Plus, Pro, Gen3, Gen4).
//!
//! ```text
//! <prefix>/events/rpc          {"method":"NotifyStatus","params":{"ts":1747561101.2,"switch:0":{"apower":8.9}}}
//! <prefix>/status/<component>  {"id":0,"apower":8.9,"aenergy":{"total":6532.1}}
//! <prefix>/online              true, false
//! ```
//!
//! The prefix names the device; it is free text and may hold a slash. A component is a channel: `switch:0`,
//! and of a three-phase meter `em:0/a` to `em:0/total`. A notification tells only what has changed: what it
//! leaves out is unknown, not 0. `ts` is UTC; a status has no time.

use serde_json::Value as Json;

use super::gathering::{Gathering, Object, device, number, object, only_status, refused, status};
use super::{Family, Reads, Scope};
use crate::ids::DeviceId;
use crate::instant::Instant;
use crate::message::{DevicePresence, DeviceStatus, Message, Reason, Translation};
use crate::quantity::Quantity;

/// The row of the table.
pub(super) const FAMILY: Family = Family {
    name: "shelly_gen2",
    filters: |_| FILTERS.iter().map(|filter| (*filter).to_owned()).collect(),
    reads: Reads::Alone(translate),
};

const FILTERS: &[&str] = &[
    "+/events/rpc",
    "+/status/+",
    "+/online",
    "+/+/events/rpc",
    "+/+/status/+",
    "+/+/online",
    "+/+/+/events/rpc",
    "+/+/+/status/+",
    "+/+/+/online",
];

/// Parts of the names of devices that stand in a room and measure its air. In all others `temperature:0` is
/// that of the device itself.
const ROOM_SENSORS: &[&str] = &["plusht", "htg3", "htg4", "walldisplay"];

/// From this id on, `temperature` and its like are probes on an add-on.
const FIRST_PROBE: u32 = 100;

/// Components that switch or meter a load.
const LOADS: &[&str] = &["switch", "pm1", "cover", "light", "rgb", "rgbw", "cct", "rgbcct"];

fn translate(message: &Message<'_>, _: &Scope<'_>) -> Option<Translation> {
    if let Some(prefix) = message.topic.strip_suffix("/events/rpc") {
        return notification(prefix, message.payload);
    }
    if let Some(prefix) = message.topic.strip_suffix("/online") {
        return online(prefix, message.payload);
    }
    let (rest, component) = message.topic.rsplit_once('/')?;
    let prefix = rest.strip_suffix("/status")?;
    // Other makers use such topics as well; only what is surely ours may be refused.
    let component = Component::new(component)?;
    if message.payload.is_empty() {
        return Some(Translation::default());
    }
    Some(status_of(&component, prefix, message.payload).unwrap_or_else(refused))
}

fn status_of(
    component: &Component<'_>,
    prefix: &str,
    payload: &[u8],
) -> Result<Translation, Reason> {
    let status = object(payload)?;
    let mut gathering = Gathering::new(device(prefix)?, None);
    component.read(&status, is_room_sensor(prefix), &mut gathering);
    Ok(gathering.finish())
}

fn is_room_sensor(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ROOM_SENSORS.iter().any(|part| name.contains(part))
}

fn notification(prefix: &str, payload: &[u8]) -> Option<Translation> {
    let (device, event) = match (device(prefix), object(payload)) {
        (Ok(device), Ok(event)) => (device, event),
        (Err(reason), _) | (_, Err(reason)) => return Some(refused(reason)),
    };
    let method = event.get("method").and_then(Json::as_str)?;
    let params = event.get("params").and_then(Json::as_object)?;
    if !matches!(method, "NotifyStatus" | "NotifyFullStatus") {
        return Some(Translation::default());
    }
    let factory_name = event.get("src").and_then(Json::as_str).unwrap_or_default();
    let in_room = is_room_sensor(prefix)
        || is_room_sensor(factory_name)
        || params.keys().any(|key| key.starts_with("humidity:"));
    let mut gathering = Gathering::new(device.clone(), params.get("ts").and_then(instant));
    for (name, status) in params {
        if let (Some(component), Some(status)) = (Component::new(name), status.as_object()) {
            component.read(status, in_room, &mut gathering);
        }
    }
    if let Some(status) = sleeper(device, params) {
        gathering.status(status);
    }
    Some(gathering.finish())
}

/// `ts`, in seconds since 1970; without a time server the device counts from 1970, and that is no time.
fn instant(ts: &Json) -> Option<Instant> {
    /// 2018: these devices are younger.
    const YOUNGER_S: f64 = 1_514_764_800.0;
    let seconds = ts.as_f64().filter(|seconds| (YOUNGER_S..1e11).contains(seconds))?;
    #[expect(clippy::cast_possible_truncation, reason = "held to 1e11 seconds")]
    let millis = (seconds * 1000.0).round() as i64;
    Some(Instant::from_millis(millis))
}

/// A device that wakes up only to report says how often it does.
fn sleeper(device: DeviceId, params: &Object) -> Option<DeviceStatus> {
    let period =
        params.get("sys")?.get("wakeup_period")?.as_f64().filter(|period| *period > 0.0)?;
    Some(DeviceStatus { interval_s: Some(period), ..status(device, DevicePresence::Sleeping) })
}

fn online(prefix: &str, payload: &[u8]) -> Option<Translation> {
    let presence = match payload.trim_ascii() {
        b"true" => DevicePresence::Online,
        // Its connection ends whenever it falls asleep.
        b"false" if is_room_sensor(prefix) => DevicePresence::Sleeping,
        b"false" => DevicePresence::Offline,
        _ => return None,
    };
    Some(only_status(status(device(prefix).ok()?, presence)))
}

/// One part of a device: `switch:0`.
struct Component<'a> {
    /// The whole name, which is the channel.
    name: &'a str,
    kind: &'a str,
    id: u32,
}

impl<'a> Component<'a> {
    /// The component of this name, if it is one that measures.
    fn new(name: &'a str) -> Option<Self> {
        if name == "wifi" {
            return Some(Self { name, kind: name, id: 0 });
        }
        let (kind, id) = name.split_once(':')?;
        let known = LOADS.contains(&kind)
            || matches!(
                kind,
                "em" | "emdata"
                    | "em1"
                    | "em1data"
                    | "voltmeter"
                    | "temperature"
                    | "humidity"
                    | "illuminance"
                    | "devicepower"
                    | "presencezone"
                    | "bthomedevice"
                    | "blutrv"
            );
        known.then_some(Self { name, kind, id: id.parse().ok()? })
    }

    /// Reads what the component measures; `in_room` tells whether its device measures the air around it.
    fn read(&self, status: &Object, in_room: bool, gathering: &mut Gathering) {
        let mut number = |key: &str, quantity| {
            gathering.number(status, key, 1.0, quantity, Some(self.name));
        };
        match self.kind {
            "wifi" => radio(status, self.name, gathering),
            "bthomedevice" => {
                number("battery", Quantity::Battery);
                radio(status, self.name, gathering);
            }
            "blutrv" => {
                number("current_C", Quantity::Temperature);
                number("battery", Quantity::Battery);
                radio(status, self.name, gathering);
            }
            "voltmeter" => number("voltage", Quantity::Voltage),
            "humidity" => number("rh", Quantity::RelativeHumidity),
            "temperature" if in_room || self.id >= FIRST_PROBE => {
                number("tC", Quantity::Temperature);
            }
            "illuminance" => number("lux", Quantity::Illuminance),
            "em1" => {
                number("act_power", Quantity::ActivePower);
                number("aprt_power", Quantity::ApparentPower);
                number("voltage", Quantity::Voltage);
                number("current", Quantity::Current);
            }
            "em1data" => {
                number("total_act_energy", Quantity::EnergyImported);
                number("total_act_ret_energy", Quantity::EnergyExported);
            }
            "em" => self.phases(status, gathering),
            "emdata" => self.phase_registers(status, gathering),
            "devicepower" => self.battery(status, gathering),
            "presencezone" => {
                if let Some(detected) = status.get("value").and_then(Json::as_bool) {
                    gathering.state(detected, Quantity::OccupancyDetected, Some(self.name));
                }
            }
            _ if LOADS.contains(&self.kind) => self.load(status, gathering),
            _ => {}
        }
    }

    fn load(&self, status: &Object, gathering: &mut Gathering) {
        let channel = Some(self.name);
        gathering.number(status, "apower", 1.0, Quantity::ActivePower, channel);
        gathering.number(status, "aprtpower", 1.0, Quantity::ApparentPower, channel);
        gathering.number(status, "voltage", 1.0, Quantity::Voltage, channel);
        gathering.number(status, "current", 1.0, Quantity::Current, channel);
        for (key, quantity) in
            [("aenergy", Quantity::EnergyImported), ("ret_aenergy", Quantity::EnergyExported)]
        {
            if let Some(register) = status.get(key).and_then(Json::as_object) {
                gathering.number(register, "total", 1.0, quantity, channel);
            }
        }
    }

    /// The phases and their total. `total_current` is left out: a sum over phases is no current of a line.
    fn phases(&self, status: &Object, gathering: &mut Gathering) {
        for phase in ["a", "b", "c", "n", "total"] {
            let channel = format!("{}/{phase}", self.name);
            let mut number = |key: &str, quantity| {
                gathering.number(status, &format!("{phase}_{key}"), 1.0, quantity, Some(&channel));
            };
            number("act_power", Quantity::ActivePower);
            number("aprt_power", Quantity::ApparentPower);
            number("voltage", Quantity::Voltage);
            if phase != "total" {
                number("current", Quantity::Current);
            }
        }
    }

    fn phase_registers(&self, status: &Object, gathering: &mut Gathering) {
        let total = format!("{}/total", self.name);
        let channel = Some(total.as_str());
        gathering.number(status, "total_act", 1.0, Quantity::EnergyImported, channel);
        gathering.number(status, "total_act_ret", 1.0, Quantity::EnergyExported, channel);
        for phase in ["a", "b", "c"] {
            let channel = format!("{}/{phase}", self.name);
            for (key, quantity) in [
                ("total_act_energy", Quantity::EnergyImported),
                ("total_act_ret_energy", Quantity::EnergyExported),
            ] {
                gathering.number(status, &format!("{phase}_{key}"), 1.0, quantity, Some(&channel));
            }
        }
    }

    /// The charge of the battery; on external power there may be none in it, and 0 % would be a false alarm.
    fn battery(&self, status: &Object, gathering: &mut Gathering) {
        let external = status.get("external").and_then(|external| external.get("present"));
        if external.and_then(Json::as_bool) == Some(true) {
            return;
        }
        if let Some(battery) = status.get("battery").and_then(Json::as_object) {
            gathering.number(battery, "percent", 1.0, Quantity::Battery, Some(self.name));
        }
    }
}

/// The strength of a signal; 0 stands for no connection.
fn radio(status: &Object, channel: &str, gathering: &mut Gathering) {
    if status.get("rssi").and_then(number) != Some(0.0) {
        gathering.number(status, "rssi", 1.0, Quantity::Rssi, Some(channel));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::ReasonLabel;

    fn read(topic: &str, payload: &str) -> Option<Translation> {
        let received_at = "2026-11-23T14:03:08Z".parse().unwrap();
        let message = Message { topic, payload: payload.as_bytes(), retained: false, received_at };
        translate(
            &message,
            &Scope { site: &"dreux".parse().unwrap(), filter: "+/status/+", all: &[] },
        )
    }

    fn values(topic: &str, payload: &str) -> Vec<(String, f64)> {
        let translation = read(topic, payload).expect("the message is of this family");
        let value =
            |report: &crate::message::Report| (report.source.to_string(), report.value.as_f64());
        translation.reports.iter().map(value).collect()
    }

    fn presence(topic: &str, payload: &str) -> Option<DevicePresence> {
        read(topic, payload)?.statuses.first().map(|status| status.presence)
    }

    #[test]
    fn what_a_notification_leaves_out_is_not_zero() {
        let payload =
            r#"{"method":"NotifyStatus","params":{"ts":1.5e9,"switch:0":{"output":true}}}"#;
        assert_eq!(values("shelly1/events/rpc", payload), []);
        let payload = r#"{"id":0,"apower":null,"aenergy":{"total":12.5}}"#;
        assert_eq!(
            values("shelly1/status/switch:0", payload),
            [("shelly1 energy_imported switch:0".to_owned(), 12.5)]
        );
    }

    #[test]
    fn only_devices_that_stand_in_a_room_measure_its_temperature() {
        let temperature = r#"{"id":0,"tC":21.5}"#;
        assert_eq!(values("shellypro3em-a/status/temperature:0", temperature), []);
        assert_eq!(values("shellyplusht-a/status/temperature:0", temperature).len(), 1);
        assert_eq!(values("shellyplus1-a/status/temperature:100", temperature).len(), 1);
    }

    #[test]
    fn a_notification_without_a_set_clock_has_no_time() {
        let at = |ts| {
            let payload = format!(
                r#"{{"method":"NotifyStatus","params":{{"ts":{ts},"switch:0":{{"apower":1}}}}}}"#
            );
            read("a/events/rpc", &payload).unwrap().reports[0].observed_at
        };
        assert_eq!(at("1747561101.2"), Some("2025-05-18T09:38:21.2Z".parse().unwrap()));
        for unset in ["12.5", "null", "\"now\"", "1e300"] {
            assert_eq!(at(unset), None, "{unset}");
        }
    }

    #[test]
    fn a_sensor_that_sleeps_is_not_offline() {
        assert_eq!(presence("shellypro3em-a/online", "true"), Some(DevicePresence::Online));
        assert_eq!(presence("shellypro3em-a/online", "false"), Some(DevicePresence::Offline));
        assert_eq!(presence("shellyplusht-a/online", "false"), Some(DevicePresence::Sleeping));
        assert_eq!(presence("someone/online", "1"), None);
    }

    #[test]
    fn a_battery_that_is_not_there_is_not_empty() {
        let mains = r#"{"battery":{"V":0.43,"percent":0},"external":{"present":true}}"#;
        let alone = r#"{"battery":{"V":5.1,"percent":62},"external":{"present":false}}"#;
        assert_eq!(values("shellyplusht-a/status/devicepower:0", mains), []);
        assert_eq!(values("shellyplusht-a/status/devicepower:0", alone).len(), 1);
    }

    #[test]
    fn topics_of_others_are_left_alone_and_broken_ones_of_ours_refused() {
        assert_eq!(read("house/status/door", "open"), None);
        assert_eq!(read("house/status/door:0", "open"), None);
        assert_eq!(read("house/events/rpc", r#"{"hello":1}"#), None);
        for (topic, payload) in [("a/status/switch:0", "open"), ("a/events/rpc", "{\"connected\"}")]
        {
            let translation = read(topic, payload).expect("nobody else speaks so");
            assert_eq!(translation.refusals[0].label, ReasonLabel::Malformed);
        }
    }
}
