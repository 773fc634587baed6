//! What ESPHome publishes: one plain value a topic, under the name that somebody gave the instrument.
//!
//! ```text
//! <prefix>/sensor/<name>/state           23.4, nan
//! <prefix>/binary_sensor/<name>/state    ON, OFF
//! <prefix>/status                        online, offline
//! ```
//!
//! The prefix, of one or two levels, is the device, and `sensor/<name>` the channel. Neither quantity nor unit
//! is published, so a reading comes only of a name that says plainly what it is; others send under such topics
//! as well, so what cannot be read is left alone.

use super::family::{Family, Reads, Scope};
use super::report_builder::{ReportBuilder, device, presence};
use super::{plain, wording};
use crate::message::{Message, Translation};

/// The row of the table.
pub(super) const FAMILY: Family = Family {
    name: "esphome",
    filters: |_| FILTERS.iter().map(|filter| (*filter).to_owned()).collect(),
    reads: Reads::Alone(translate),
};

const FILTERS: &[&str] = &[
    "+/sensor/+/state",
    "+/binary_sensor/+/state",
    "+/status",
    "+/+/sensor/+/state",
    "+/+/binary_sensor/+/state",
    "+/+/status",
];

/// First levels that belong to somebody else.
const OTHERS: &[&str] = &[
    "application",
    "cmnd",
    "emon",
    "emonhub",
    "homeassistant",
    "homie",
    "shellies",
    "stat",
    "tele",
    "teleinfo",
    "v3",
    "vigie",
    "zigbee2mqtt",
];

fn translate(message: &Message<'_>, _: &Scope<'_>) -> Option<Translation> {
    let first = message.topic.split('/').next()?;
    if OTHERS.contains(&first) {
        return None;
    }
    if let Some(prefix) = message.topic.strip_suffix("/status") {
        return presence(device(prefix).ok()?, message.payload, "online", "offline");
    }
    let (rest, name) = message.topic.strip_suffix("/state")?.rsplit_once('/')?;
    let (prefix, component) = rest.rsplit_once('/')?;
    let channel = format!("{component}/{name}");
    let mut builder = ReportBuilder::new(device(prefix).ok()?, None);
    match component {
        "sensor" => {
            let number = plain::number(message.payload)?;
            let (quantity, factor) = wording::number(name)?;
            builder.amount(number, factor, quantity, Some(&channel));
        }
        "binary_sensor" => {
            let state = plain::truth(message.payload)?;
            builder.state(state, wording::state(name)?, Some(&channel));
        }
        _ => return None,
    }
    Some(builder.finish())
}

/// Device and channel of the instrument that publishes on `topic`, if it is one of such a node.
pub(super) fn names(topic: &str) -> Option<(&str, &str)> {
    let rest = topic.strip_suffix("/state")?;
    let (component, name) = rest.rsplit_once('/')?;
    let (prefix, component) = component.rsplit_once('/')?;
    let ours = matches!(component, "sensor" | "binary_sensor")
        && prefix.split('/').count() <= 2
        && !prefix.is_empty()
        && !OTHERS.contains(&prefix.split('/').next()?);
    let channel = &rest[rest.len() - component.len() - 1 - name.len()..];
    ours.then_some((prefix, channel))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::families::testing::{presence, read, values};
    use crate::message::DevicePresence;

    #[test]
    fn the_name_of_an_instrument_says_what_it_measures() {
        assert_eq!(
            values(&FAMILY, "fablab/sensor/co2/state", "812"),
            [("fablab co2 sensor/co2".to_owned(), 812.0)]
        );
        assert_eq!(
            values(&FAMILY, "esphome/hall/binary_sensor/pir/state", "ON"),
            [("esphome/hall occupancy_detected binary_sensor/pir".to_owned(), 1.0)]
        );
    }

    #[test]
    fn what_is_unknown_is_left_alone() {
        for (topic, payload) in [
            ("a/sensor/temperature/state", "nan"),
            ("a/sensor/temperature/state", "warm"),
            ("a/sensor/energy/state", "12.5"),
            ("a/switch/power/state", "ON"),
            ("a/binary_sensor/sunlight/state", "ON"),
            ("a/status", "up"),
            ("homeassistant/status", "online"),
            ("zigbee2mqtt/sensor/temperature/state", "12"),
        ] {
            assert_eq!(read(&FAMILY, topic, payload), None, "{topic} {payload}");
        }
    }

    #[test]
    fn a_node_tells_that_it_is_there_and_its_last_will_that_it_is_not() {
        assert_eq!(presence(&FAMILY, "fablab/status", "online"), Some(DevicePresence::Online));
        assert_eq!(presence(&FAMILY, "a/b/status", "offline"), Some(DevicePresence::Offline));
    }
}
