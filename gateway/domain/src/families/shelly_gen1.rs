//! Shelly devices of the first generation: one plain value a topic.
//!
//! ```text
//! shellies/<device>/relay/0/power            5.56     W
//! shellies/<device>/relay/0/energy           81010    W·min, from 0 at each start
//! shellies/<device>/emeter/0/total           10533.1  Wh
//! shellies/<device>/sensor/temperature       20.00
//! shellies/<device>/ext_temperature/0        18.5     a probe on an add-on
//! shellies/<device>/online                   true, false
//! shellies/<device>/info                     {"wifi_sta":{"rssi":-61},"emeters":[{"power":10.66,"is_valid":true}], ..}
//! ```
//!
//! A channel is called as in the topic: `relay/0`. The bare `temperature` of a device is that of its chip. `info` is all
//! of a device at once: of it are taken the radio, the clamps and the sensors, which stand there under the same names.

use serde_json::Value as Json;

use super::family::{Family, Reads, Scope};
use super::filter::fixed_levels;
use super::plain;
use super::report_builder::{ReportBuilder, device, number, object, presence, refused};
use crate::message::{DevicePresence, Message, Reason, Translation};
use crate::quantity::Quantity;

/// The row of the table.
pub(super) const FAMILY: Family = Family {
    name: "shelly_gen1",
    filters: |_| vec![format!("{BASE}#")],
    reads: Reads::Alone(translate),
};

const BASE: &str = "shellies/";

/// Factor from the W·min of these devices to Wh.
const WATT_MINUTE: f64 = 1.0 / 60.0;

/// What switches or meters a load and counts it in W·min.
const LOADS: &[&str] = &["relay", "light", "white", "color", "roller", "meter"];

/// Prefixes of the factory names of devices that sleep between two reports.
const SLEEPERS: &[&str] = &["shellyht", "shellydw", "shellyflood", "shellysmoke", "shellybutton"];

fn translate(message: &Message<'_>, scope: &Scope<'_>) -> Option<Translation> {
    let base = if scope.filter.starts_with(BASE) { BASE } else { fixed_levels(scope.filter) };
    let levels: Vec<&str> = message.topic.strip_prefix(base)?.split('/').collect();
    // An empty payload takes a retained message away.
    if message.payload.is_empty() || levels.first().is_some_and(|name| is_later(name)) {
        return None;
    }
    match levels.as_slice() {
        [name, "online"] => online(name, message.payload),
        [name, "status"] => motion_sensor(name, message.payload),
        [name, "info"] => info(name, message.payload),
        [name, what @ ..] => {
            let instrument = Instrument::new(what)?;
            Some(instrument.read(name, message.payload).unwrap_or_else(refused))
        }
        [] => None,
    }
}

/// Whether it is a device of a later generation, whose topics somebody has put below these.
fn is_later(name: &str) -> bool {
    let model = name.split('-').next().unwrap_or_default().to_ascii_lowercase();
    model.starts_with("shellyplus")
        || model.starts_with("shellypro")
        || model.ends_with("g3")
        || model.ends_with("g4")
}

fn online(name: &str, payload: &[u8]) -> Option<Translation> {
    let mut translation = presence(device(name).ok()?, payload, "true", "false")?;
    // The connection of a device that runs on a battery ends whenever it falls asleep.
    let sleeps = SLEEPERS.iter().any(|sleeper| name.starts_with(sleeper));
    if let Some(status) = translation.statuses.first_mut()
        && sleeps
        && status.presence == DevicePresence::Offline
    {
        status.presence = DevicePresence::Sleeping;
    }
    Some(translation)
}

/// One measuring part of a device and what it measures.
struct Instrument {
    channel: Option<String>,
    quantity: Quantity,
    factor: f64,
}

impl Instrument {
    /// The instrument that publishes on these levels below the device.
    fn new(levels: &[&str]) -> Option<Self> {
        let (channel, (quantity, factor)) = match *levels {
            ["sensor", key] => (None, (sensor(key)?, 1.0)),
            [probe @ "ext_temperature", index] => {
                (Some(format!("{probe}/{index}")), (Quantity::Temperature, 1.0))
            }
            [probe @ "ext_humidity", index] => {
                (Some(format!("{probe}/{index}")), (Quantity::RelativeHumidity, 1.0))
            }
            ["voltage"] => (None, (Quantity::Voltage, 1.0)),
            ["emeter", index, key] => meter(index, key)?,
            [kind, index, key] if LOADS.contains(&kind) => {
                (Some(format!("{kind}/{index}")), load(key)?)
            }
            // Devices with one meter for two relays leave the index out.
            [kind, key] if LOADS.contains(&kind) => (Some(kind.to_owned()), load(key)?),
            _ => return None,
        };
        Some(Self { channel, quantity, factor })
    }

    fn read(&self, name: &str, payload: &[u8]) -> Result<Translation, Reason> {
        let channel = self.channel.as_deref();
        let mut builder = ReportBuilder::new(device(name)?, None);
        match (self.quantity, plain::truth(payload)) {
            (Quantity::OccupancyDetected, Some(detected)) => {
                builder.state(detected, self.quantity, channel);
            }
            (Quantity::OccupancyDetected, None) => {}
            _ => builder.plain(payload, self.factor, self.quantity, channel),
        }
        Ok(builder.finish())
    }
}

/// What a sensor measures. `illumination` is a word, `concentration` one of gas in the air.
fn sensor(key: &str) -> Option<Quantity> {
    match key {
        "temperature" => Some(Quantity::Temperature),
        "humidity" => Some(Quantity::RelativeHumidity),
        "battery" => Some(Quantity::Battery),
        "lux" => Some(Quantity::Illuminance),
        "motion" => Some(Quantity::OccupancyDetected),
        _ => None,
    }
}

fn load(key: &str) -> Option<(Quantity, f64)> {
    match key {
        "power" => Some((Quantity::ActivePower, 1.0)),
        "energy" => Some((Quantity::EnergyImported, WATT_MINUTE)),
        _ => None,
    }
}

/// What a clamp meter measures. `energy` is another register than `total`: it starts again with the device,
/// so it has a channel of its own.
fn meter(index: &str, key: &str) -> Option<(Option<String>, (Quantity, f64))> {
    let measured = match key {
        "power" => (Quantity::ActivePower, 1.0),
        "voltage" => (Quantity::Voltage, 1.0),
        "current" => (Quantity::Current, 1.0),
        "total" => (Quantity::EnergyImported, 1.0),
        "total_returned" => (Quantity::EnergyExported, 1.0),
        "energy" => (Quantity::EnergyImported, WATT_MINUTE),
        "returned_energy" => (Quantity::EnergyExported, WATT_MINUTE),
        _ => return None,
    };
    let channel = match key {
        "energy" | "returned_energy" => format!("emeter/{index}/energy"),
        _ => format!("emeter/{index}"),
    };
    Some((Some(channel), measured))
}

/// The motion sensor is the one that reports everything at once; the later generations have other topics.
fn motion_sensor(name: &str, payload: &[u8]) -> Option<Translation> {
    let status = object(payload).ok()?;
    let detected = status.get("motion").and_then(Json::as_bool)?;
    let mut builder = ReportBuilder::new(device(name).ok()?, None);
    builder.state(detected, Quantity::OccupancyDetected, None);
    builder.number(&status, "lux", 1.0, Quantity::Illuminance, None);
    builder.number(&status, "bat", 1.0, Quantity::Battery, None);
    Some(builder.finish())
}

/// All of a device at once. Parts that the device itself calls invalid are left out.
fn info(name: &str, payload: &[u8]) -> Option<Translation> {
    /// The devices of this generation have three clamps at most.
    const MAX_CLAMPS: usize = 4;
    let info = object(payload).ok()?;
    let mut builder = ReportBuilder::new(device(name).ok()?, None);
    let valid = |json: &Json| {
        json.as_object().filter(|part| part.get("is_valid") != Some(&Json::Bool(false))).cloned()
    };
    if let Some(radio) = info.get("wifi_sta").and_then(valid)
        && radio.get("rssi").and_then(number).is_some_and(|dbm| dbm < 0.0)
    {
        builder.number(&radio, "rssi", 1.0, Quantity::Rssi, None);
    }
    let clamps = info.get("emeters").and_then(Json::as_array).into_iter().flatten();
    for (index, clamp) in clamps.take(MAX_CLAMPS).enumerate() {
        let Some(clamp) = valid(clamp) else { continue };
        for key in ["power", "voltage", "current", "total", "total_returned"] {
            if let Some((channel, (quantity, factor))) = meter(&index.to_string(), key) {
                builder.number(&clamp, key, factor, quantity, channel.as_deref());
            }
        }
    }
    for (part, key, quantity) in [
        ("tmp", "tC", Quantity::Temperature),
        ("hum", "value", Quantity::RelativeHumidity),
        ("lux", "value", Quantity::Illuminance),
        ("bat", "value", Quantity::Battery),
    ] {
        // `tmp` of a device that switches is its chip, and has no word on whether it is valid.
        let sensor = info.get(part).and_then(valid);
        let sensor = sensor.filter(|sensor| part == "bat" || sensor.contains_key("is_valid"));
        if let Some(sensor) = sensor.filter(|_| part != "tmp" || !info.contains_key("relays")) {
            builder.number(&sensor, key, 1.0, quantity, None);
        }
    }
    let translation = builder.finish();
    (translation != Translation::default()).then_some(translation)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::families::testing::{presence, read, values};
    use crate::message::ReasonLabel;

    #[test]
    fn loads_count_in_watt_minutes_and_clamp_meters_in_watt_hours() {
        assert_eq!(
            values(&FAMILY, "shellies/plug/relay/0/energy", "81010"),
            [("plug energy_imported relay/0".to_owned(), 1_350.166_667)]
        );
        assert_eq!(
            values(&FAMILY, "shellies/em/emeter/1/total", "10533.1"),
            [("em energy_imported emeter/1".to_owned(), 10_533.1)]
        );
        assert_eq!(
            values(&FAMILY, "shellies/em/emeter/1/energy", "600"),
            [("em energy_imported emeter/1/energy".to_owned(), 10.0)]
        );
    }

    #[test]
    fn the_temperature_of_a_chip_is_not_that_of_the_room() {
        assert_eq!(read(&FAMILY, "shellies/plug/temperature", "41.2"), None);
        assert_eq!(values(&FAMILY, "shellies/ht/sensor/temperature", "20.00").len(), 1);
        assert_eq!(values(&FAMILY, "shellies/s1/ext_temperature/0", "4.5").len(), 1);
    }

    #[test]
    fn real_topics_of_many_devices_are_read_or_left_alone() {
        for (topic, payload, expected) in [
            ("shelly1pm-a/relay/0/power", "0.00", Some(("shelly1pm-a active_power relay/0", 0.0))),
            (
                "shelly1pm-a/relay/0/energy",
                "60",
                Some(("shelly1pm-a energy_imported relay/0", 1.0)),
            ),
            ("shelly1pm-a/overtemperature", "0", None),
            ("shelly25-a/relay/power", "12.5", Some(("shelly25-a active_power relay", 12.5))),
            ("shelly25-a/roller/0/power", "120", Some(("shelly25-a active_power roller/0", 120.0))),
            ("shelly25-a/roller/0/pos", "50", None),
            (
                "shellydimmer-a/light/0/power",
                "7.1",
                Some(("shellydimmer-a active_power light/0", 7.1)),
            ),
            (
                "shellyem3-a/emeter/2/returned_energy",
                "0",
                Some(("shellyem3-a energy_exported emeter/2/energy", 0.0)),
            ),
            (
                "shellyem3-a/emeter/0/power",
                "-1204.5",
                Some(("shellyem3-a active_power emeter/0", -1204.5)),
            ),
            ("shellyem3-a/emeter/0/reactive_power", "12", None),
            ("shellyht-a/sensor/humidity", "48.5", Some(("shellyht-a relative_humidity", 48.5))),
            ("shellyht-a/sensor/battery", "87", Some(("shellyht-a battery", 87.0))),
            ("shellydw2-a/sensor/lux", "311", Some(("shellydw2-a illuminance", 311.0))),
            ("shellydw2-a/sensor/state", "close", None),
            ("shellydw2-a/sensor/tilt", "0", None),
            ("shellygas-a/sensor/concentration", "20", None),
            ("shelly1-a/ext_temperatures", r#"{"0":{"tC":4.5}}"#, None),
            (
                "shelly1-a/ext_humidity/0",
                "55",
                Some(("shelly1-a relative_humidity ext_humidity/0", 55.0)),
            ),
            ("shellyflood-a/sensor/flood", "false", None),
            ("shellyplug-s-a/temperature_f", "105.9", None),
        ] {
            let translation = read(&FAMILY, &format!("shellies/{topic}"), payload);
            let report = translation.and_then(|translation| translation.reports.first().cloned());
            let got = report.map(|one| (one.source.to_string(), one.value.as_f64()));
            let expected = expected.map(|(source, value)| (source.to_owned(), value));
            assert_eq!(got, expected, "{topic}");
        }
    }

    #[test]
    fn a_motion_sensor_tells_whether_somebody_moves() {
        let status = r#"{"motion":true,"timestamp":1614263563,"lux":21,"bat":95}"#;
        assert_eq!(
            values(&FAMILY, "shellies/pir/status", status),
            [
                ("pir occupancy_detected".to_owned(), 1.0),
                ("pir illuminance".to_owned(), 21.0),
                ("pir battery".to_owned(), 95.0),
            ]
        );
        assert_eq!(values(&FAMILY, "shellies/sense/sensor/motion", "false")[0].1.to_string(), "0");
    }

    #[test]
    fn a_later_generation_below_these_topics_is_left_to_its_own_family() {
        for name in ["shellyplusht-a1", "shellypro3em-a1", "shellyhtg3-a1", "shelly1minig4-a1"] {
            assert_eq!(read(&FAMILY, &format!("shellies/{name}/online"), "false"), None, "{name}");
        }
        let ours = presence(&FAMILY, "shellies/shellyplug-s-a1/online", "false");
        assert_eq!(ours, Some(DevicePresence::Offline));
    }

    #[test]
    fn switches_announcements_and_commands_say_nothing() {
        for (topic, payload) in [
            ("shellies/plug/relay/0", "on"),
            ("shellies/plug/relay/0/command", "off"),
            ("shellies/announce", r#"{"id":"a"}"#),
            ("shellies/command", "announce"),
            ("shellies/dw/sensor/illumination", "dark"),
            ("shellies/em/emeter/0/pf", "0.98"),
            ("shellies/plus/events/rpc", "{}"),
            ("shellies/plus/status/switch:0", "{}"),
            ("shellies/plug/relay/0/power", ""),
        ] {
            assert_eq!(read(&FAMILY, topic, payload), None, "{topic}");
        }
    }

    #[test]
    fn all_of_a_clamp_meter_at_once_has_the_names_of_its_topics() {
        let info = r#"{"wifi_sta":{"connected":true,"rssi":-61},"relays":[{"ison":false}],"emeters":[
            {"power":10.66,"pf":1.0,"current":0.08,"voltage":232.06,"is_valid":true,"total":5.3,"total_returned":0.0},
            {"power":0,"voltage":0,"current":0,"is_valid":false,"total":0,"total_returned":0}],
            "tmp":{"tC":41.2,"is_valid":true}}"#;
        assert_eq!(
            values(&FAMILY, "shellies/em/info", info),
            [
                ("em rssi".to_owned(), -61.0),
                ("em active_power emeter/0".to_owned(), 10.66),
                ("em voltage emeter/0".to_owned(), 232.06),
                ("em current emeter/0".to_owned(), 0.08),
                ("em energy_imported emeter/0".to_owned(), 5.3),
                ("em energy_exported emeter/0".to_owned(), 0.0),
            ]
        );
    }

    #[test]
    fn all_of_a_sensor_at_once_leaves_out_what_it_calls_invalid() {
        let info = r#"{"wifi_sta":{"rssi":0},"tmp":{"value":20.4,"units":"C","tC":20.4,"tF":68.7,"is_valid":true},
            "hum":{"value":999,"is_valid":false},"bat":{"value":92,"voltage":2.92}}"#;
        assert_eq!(
            values(&FAMILY, "shellies/shellyht-1/info", info),
            [("shellyht-1 temperature".to_owned(), 20.4), ("shellyht-1 battery".to_owned(), 92.0)]
        );
        for nothing in [r#"{"tmp":{"tC":41.2},"relays":[{"ison":true}]}"#, "{}", "on", "[]"] {
            assert_eq!(read(&FAMILY, "shellies/plug/info", nothing), None, "{nothing}");
        }
    }

    #[test]
    fn what_is_broken_is_refused_and_what_is_unknown_left_out() {
        let refused = read(&FAMILY, "shellies/plug/relay/0/power", "much").unwrap().refusals;
        assert_eq!(refused[0].label, ReasonLabel::Malformed);
        assert_eq!(
            read(&FAMILY, "shellies/plug/relay/0/power", "nan"),
            Some(Translation::default())
        );
    }

    #[test]
    fn a_device_tells_that_it_is_there_and_its_last_will_that_it_is_not() {
        assert_eq!(presence(&FAMILY, "shellies/plug/online", "true"), Some(DevicePresence::Online));
        assert_eq!(
            presence(&FAMILY, "shellies/plug/online", "false"),
            Some(DevicePresence::Offline)
        );
        assert_eq!(
            presence(&FAMILY, "shellies/shellyht-1/online", "false"),
            Some(DevicePresence::Sleeping)
        );
    }
}
