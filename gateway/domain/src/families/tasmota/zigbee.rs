//! Zigbee devices behind a Tasmota bridge: `ZbReceived`.
//!
//! ```text
//! {"ZbReceived":{"0x4773":{"Device":"0x4773","Name":"Cuisine","Temperature":19.9,"Endpoint":1,"LinkQuality":113}}}
//! {"ZbReceived":{"Cuisine":{"Humidity":48.5,"Endpoint":1}}}       where names stand in the place of addresses
//! {"ZbReceived":{"Device":"0x4773","Temperature":19.9}}           where the address stands in the topic alone
//! ```
//!
//! A device is called by its name, or by the bridge and its address, since short addresses are those of one network.
//! A message has only what the device has just sent. `Power` is a switch, `Illuminance` is a raw figure on some
//! devices and lux on others, and `RMSCurrent` comes in the unit of the maker: they are left out.

use serde_json::Value as Json;

use crate::families::report_builder::{Object, ReportBuilder, device, refused, truth};
use crate::message::Translation;
use crate::quantity::Quantity;

/// Attributes that are read, each in the unit of its quantity.
const MEASURES: &[(&str, Quantity)] = &[
    ("Temperature", Quantity::Temperature),
    ("Humidity", Quantity::RelativeHumidity),
    ("BatteryPercentage", Quantity::Battery),
    ("ActivePower", Quantity::ActivePower),
    ("ApparentPower", Quantity::ApparentPower),
    ("RMSVoltage", Quantity::Voltage),
    ("CarbonDioxide", Quantity::Co2),
];

/// Most devices of one message that are read; a bridge sends one.
const MAX_DEVICES: usize = 64;

/// Reads what `bridge` has received.
pub(super) fn read(bridge: &str, received: &Object) -> Translation {
    // Only attributes have plain values; devices are objects.
    if received.values().any(|json| !json.is_object()) {
        return one(bridge, "", received);
    }
    let mut all = Translation::default();
    for (name, json) in received.iter().take(MAX_DEVICES) {
        if let Json::Object(attributes) = json {
            let translation = one(bridge, name, attributes);
            all.reports.extend(translation.reports);
            all.refusals.extend(translation.refusals);
        }
    }
    all
}

fn one(bridge: &str, key: &str, attributes: &Object) -> Translation {
    let text =
        |key: &str| attributes.get(key).and_then(Json::as_str).filter(|text| !text.is_empty());
    let name = match text("Name") {
        Some(name) => name.to_owned(),
        None if !key.is_empty() && !is_address(key) => key.to_owned(),
        None => match text("Device").or(Some(key)).filter(|address| !address.is_empty()) {
            Some(address) => format!("{bridge}/{address}"),
            None => bridge.to_owned(),
        },
    };
    let mut builder = match device(&name) {
        Ok(device) => ReportBuilder::new(device, None),
        Err(reason) => return refused(reason),
    };
    // A device with several endpoints reports the same attributes of each.
    let endpoint =
        attributes.get("Endpoint").and_then(Json::as_u64).filter(|endpoint| *endpoint > 1);
    let channel = endpoint.map(|endpoint| endpoint.to_string());
    for (key, quantity) in MEASURES {
        builder.number(attributes, key, 1.0, *quantity, channel.as_deref());
    }
    if let Some(detected) = attributes.get("Occupancy").and_then(occupied) {
        builder.state(detected, Quantity::OccupancyDetected, channel.as_deref());
    }
    builder.finish()
}

fn is_address(key: &str) -> bool {
    key.strip_prefix("0x").is_some_and(|digits| u64::from_str_radix(digits, 16).is_ok())
}

/// The first bit of the map of sensor types that the standard has.
fn occupied(json: &Json) -> Option<bool> {
    truth(json).or_else(|| Some(json.as_u64()? & 1 == 1))
}

#[cfg(test)]
mod tests {
    use crate::families::tasmota::FAMILY;
    use crate::families::testing::{read, values};

    #[test]
    fn a_device_is_called_by_its_name_or_by_its_bridge_and_address() {
        for (payload, device) in [
            (
                r#"{"ZbReceived":{"0x4773":{"Device":"0x4773","Name":"Cuisine","Temperature":19.9}}}"#,
                "Cuisine",
            ),
            (r#"{"ZbReceived":{"Cuisine":{"Device":"0x4773","Temperature":19.9}}}"#, "Cuisine"),
            (r#"{"ZbReceived":{"0x4773":{"Temperature":19.9,"Endpoint":1}}}"#, "zb/0x4773"),
            (r#"{"ZbReceived":{"Device":"0x4773","Temperature":19.9}}"#, "zb/0x4773"),
        ] {
            let expected = [(format!("{device} temperature"), 19.9)];
            assert_eq!(values(&FAMILY, "tele/zb/SENSOR", payload), expected, "{payload}");
        }
        // The bridge may also put the device and the word into the topic.
        let payload = r#"{"Device":"0x4773","Name":"Cuisine","Humidity":48.5}"#;
        let expected = [("Cuisine relative_humidity".to_owned(), 48.5)];
        assert_eq!(values(&FAMILY, "tele/zb/4773/ZbReceived", payload), expected);
    }

    #[test]
    fn what_a_device_has_just_sent_is_read_and_settings_are_not() {
        let values_of = |attributes: &str| {
            let payload = format!(
                r#"{{"ZbReceived":{{"0x5ADF":{{"Device":"0x5ADF","Name":"z",{attributes}}}}}}}"#
            );
            let values = values(&FAMILY, "tele/zb/SENSOR", &payload);
            values
                .into_iter()
                .map(|(source, value)| (source[2..].to_owned(), value))
                .collect::<Vec<_>>()
        };
        let one = |source: &str, value| vec![(source.to_owned(), value)];
        assert_eq!(values_of(r#""Occupancy":1,"Endpoint":1"#), one("occupancy_detected", 1.0));
        assert_eq!(values_of(r#""Occupancy":false"#), one("occupancy_detected", 0.0));
        assert_eq!(values_of(r#""Occupancy":"true""#), one("occupancy_detected", 1.0));
        assert_eq!(
            values_of(r#""BatteryVoltage":3.0,"BatteryPercentage":92.5"#),
            one("battery", 92.5)
        );
        assert_eq!(values_of(r#""ActivePower":38,"Endpoint":2"#), one("active_power 2", 38.0));
        assert_eq!(values_of(r#""RMSVoltage":231,"RMSCurrent":170"#), one("voltage", 231.0));
        for none in [
            r#""Power":1"#,
            r#""Illuminance":18126"#,
            r#""Pressure":1008"#,
            r#""Dimmer":254"#,
            r#""Temperature":null"#,
        ] {
            assert_eq!(values_of(none), [], "{none}");
        }
    }

    #[test]
    fn what_cannot_be_is_refused_and_no_number_of_devices_overwhelms() {
        let payload = r#"{"ZbReceived":{"0x1":{"Temperature":-327.68},"0x2":{"Temperature":21}}}"#;
        let translation = read(&FAMILY, "tele/zb/SENSOR", payload).unwrap();
        assert_eq!((translation.reports.len(), translation.refusals.len()), (1, 1));
        let many: Vec<_> =
            (0..1000).map(|n| format!(r#""0x{n:04X}":{{"Temperature":20}}"#)).collect();
        let payload = format!(r#"{{"ZbReceived":{{{}}}}}"#, many.join(","));
        assert_eq!(read(&FAMILY, "tele/zb/SENSOR", &payload).unwrap().reports.len(), 64);
    }
}
