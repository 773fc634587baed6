//! Devices after the Homie convention, versions 3 to 5, and the presence of version 2.
//!
//! ```text
//! homie/<device>/<node>/<property>      21.5      versions up to 4
//! homie/5/<device>/<node>/<property>    21.5      version 5
//! homie/<device>/$state                 init, ready, alert, sleeping, disconnected, lost
//! homie/<device>/$online                true, false
//! ```
//!
//! A channel is `<node>/<property>`. Unit and type stand on topics of their own, so a reading comes only of a
//! property whose name says plainly what it is, in the unit that the convention recommends.

use super::filter::fixed_levels;
use super::gathering::{Gathering, device, only_status, refused, status};
use super::{Family, Reads, Scope, plain, wording};
use crate::message::{DevicePresence, Message, Reason, ReasonLabel, Translation};

/// The row of the table.
pub(super) const FAMILY: Family =
    Family { name: "homie", filters: |_| vec![format!("{BASE}#")], reads: Reads::Alone(translate) };

const BASE: &str = "homie/";

/// The level that version 5 has before the device.
const VERSION_5: &str = "5";

fn translate(message: &Message<'_>, scope: &Scope<'_>) -> Option<Translation> {
    let base = if scope.filter.starts_with(BASE) { BASE } else { fixed_levels(scope.filter) };
    let levels: Vec<&str> = message.topic.strip_prefix(base)?.split('/').collect();
    let levels = match levels.as_slice() {
        [VERSION_5, rest @ ..] => rest,
        levels => levels,
    };
    // An empty payload takes a retained message away, and with its state a device.
    if message.payload.is_empty() {
        return None;
    }
    match *levels {
        [name, "$state"] => Some(state(name, message.payload).unwrap_or_else(refused)),
        [name, "$online"] => plain::presence(device(name).ok()?, message.payload, "true", "false"),
        [name, node, property] if ![name, node, property].iter().any(|l| l.starts_with('$')) => {
            value(name, node, property, message.payload)
        }
        _ => None,
    }
}

fn state(name: &str, payload: &[u8]) -> Result<Translation, Reason> {
    let presence = match payload.trim_ascii() {
        b"init" | b"ready" | b"alert" => DevicePresence::Online,
        b"sleeping" => DevicePresence::Sleeping,
        b"disconnected" | b"lost" => DevicePresence::Offline,
        _ => {
            return Err(Reason::new(ReasonLabel::Malformed, "the state is none of the convention"));
        }
    };
    Ok(only_status(status(device(name)?, presence)))
}

fn value(name: &str, node: &str, property: &str, payload: &[u8]) -> Option<Translation> {
    let channel = format!("{node}/{property}");
    let mut gathering = Gathering::new(device(name).ok()?, None);
    // The type stands elsewhere, so only the payload tells a truth from a number.
    if matches!(payload, b"true" | b"false") {
        gathering.state(payload == b"true", wording::state(property)?, Some(&channel));
    } else {
        let number = plain::number(payload)?;
        let (quantity, factor) = wording::number(property)?;
        gathering.amount(number, factor, quantity, Some(&channel));
    }
    Some(gathering.finish())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::families::testing::{presence, read, values};

    #[test]
    fn the_name_of_a_property_says_what_it_measures() {
        for topic in ["homie/air/room/temperature", "homie/5/air/room/temperature"] {
            assert_eq!(
                values(&FAMILY, topic, "21.5"),
                [("air temperature room/temperature".to_owned(), 21.5)]
            );
        }
        assert_eq!(
            values(&FAMILY, "homie/pir/hall/motion", "true"),
            [("pir occupancy_detected hall/motion".to_owned(), 1.0)]
        );
    }

    #[test]
    fn attributes_commands_and_removals_say_nothing() {
        for (topic, payload) in [
            ("homie/air/room/temperature/$unit", "°C"),
            ("homie/air/room/temperature/set", "100"),
            ("homie/5/air/room/temperature/$target", "100"),
            ("homie/5/air/$description", "{}"),
            ("homie/air/$stats/uptime", "120"),
            ("homie/air/room/$properties", "temperature"),
            ("homie/5/air/$state", ""),
            ("homie/air/room/energy", "12"),
            ("homie/air/room/temperature", "warm"),
        ] {
            assert_eq!(read(&FAMILY, topic, payload), None, "{topic}");
        }
    }

    #[test]
    fn a_device_tells_how_it_is() {
        let state = |word| presence(&FAMILY, "homie/5/air/$state", word);
        assert_eq!(state("ready"), Some(DevicePresence::Online));
        assert_eq!(state("sleeping"), Some(DevicePresence::Sleeping));
        assert_eq!(state("lost"), Some(DevicePresence::Offline));
        assert_eq!(presence(&FAMILY, "homie/air/$online", "false"), Some(DevicePresence::Offline));
        assert_eq!(read(&FAMILY, "homie/air/$state", "well").unwrap().refusals.len(), 1);
    }
}
