//! Devices after the Homie convention, versions 3 to 5, and the presence of version 2.
//!
//! ```text
//! homie/<device>/<node>/<property>            21.5      versions up to 4
//! homie/<device>/<node>/<property>/$unit      °F
//! homie/<device>/<node>/<property>/$settable  true
//! homie/<device>/$state                       init, ready, alert, sleeping, disconnected, lost
//! homie/<device>/$online                      true, false
//! homie/5/<device>/<node>/<property>          21.5      version 5
//! homie/5/<device>/$description               {"nodes":{"room":{"properties":{"temperature":{"unit":"°F"}}}},"children":[..]}
//! ```
//!
//! A channel is `<node>/<property>`. What a property measures follows from its unit and its name; as long as no unit
//! was published, from a name that says plainly what it is, in the unit that the convention recommends. What can be set
//! is a wish and no measurement. With a device go the devices behind it, and an empty state takes a device away.

mod described;

use super::family::{Family, Memory, Reads, Scope};
use super::filter::fixed_levels;
use super::report_builder::{ReportBuilder, device, only_status, presence, refused, status};
use super::unit::Unit;
use super::{plain, wording};
use crate::message::{DevicePresence, Message, Reason, ReasonLabel, Translation};
use described::{Described, Property};

/// The row of the table.
pub(super) const FAMILY: Family = Family {
    name: "homie",
    filters: |_| vec![format!("{BASE}#")],
    reads: Reads::WithMemory(|| Box::new(Described::default())),
};

const BASE: &str = "homie/";

/// The level that version 5 has before the device.
const VERSION_5: &str = "5";

impl Memory for Described {
    fn translate(&mut self, message: &Message<'_>, scope: &Scope<'_>) -> Option<Translation> {
        let base = if scope.filter.starts_with(BASE) { BASE } else { fixed_levels(scope.filter) };
        let levels: Vec<&str> = message.topic.strip_prefix(base)?.split('/').collect();
        let levels = match levels.as_slice() {
            [VERSION_5, rest @ ..] => rest,
            levels => levels,
        };
        let payload = message.payload;
        match *levels {
            // An empty payload takes a retained message away, and with its state a device.
            [name, "$state" | "$description"] if payload.is_empty() => {
                self.forget(name).then(|| news(true))
            }
            [name, "$description"] => {
                Some(self.description(name, payload).map_or_else(refused, news))
            }
            [name, node, property, attribute] if attribute.starts_with('$') => {
                let channel = format!("{node}/{property}");
                let text = String::from_utf8_lossy(payload);
                let learned = self.attribute(name, &channel, attribute, &text);
                learned.map_or_else(
                    |reason| Some(refused(reason)),
                    |is_news| is_news.then(|| news(true)),
                )
            }
            _ if payload.is_empty() => None,
            [name, "$state"] => Some(state(self, name, payload).unwrap_or_else(refused)),
            [name, "$online"] => presence(device(name).ok()?, payload, "true", "false"),
            [name, node, property] if !levels.iter().any(|level| level.starts_with('$')) => {
                let channel = format!("{node}/{property}");
                value(name, &channel, property, self.property(name, &channel), payload)
            }
            _ => None,
        }
    }
}

/// Translation without reports, of a message from which something may have been learned.
fn news(learned: bool) -> Translation {
    Translation { learned, ..Translation::default() }
}

fn state(described: &Described, name: &str, payload: &[u8]) -> Result<Translation, Reason> {
    let presence = match payload.trim_ascii() {
        b"init" | b"ready" | b"alert" => DevicePresence::Online,
        b"sleeping" => DevicePresence::Sleeping,
        b"disconnected" | b"lost" => DevicePresence::Offline,
        _ => {
            return Err(Reason::new(ReasonLabel::Malformed, "the state is none of the convention"));
        }
    };
    let mut translation = only_status(status(device(name)?, presence));
    if presence == DevicePresence::Offline {
        let behind = described.behind(name).into_iter().filter_map(|child| child.parse().ok());
        translation.statuses.extend(behind.map(|child| status(child, presence)));
    }
    Ok(translation)
}

fn value(
    name: &str,
    channel: &str,
    property: &str,
    description: Option<&Property>,
    payload: &[u8],
) -> Option<Translation> {
    if description.is_some_and(|property| property.settable) {
        return None;
    }
    let mut builder = ReportBuilder::new(device(name).ok()?, None);
    // The type is not needed: the payload itself distinguishes a truth from a number.
    if matches!(payload, b"true" | b"false") {
        builder.state(payload == b"true", wording::state(property)?, Some(channel));
        return Some(builder.finish());
    }
    let number = plain::number(payload)?;
    let unit = description.and_then(|property| property.unit.as_deref());
    if let Some(unit) = unit.filter(|unit| !says_nothing(unit)) {
        let unit = Unit::new(unit)?;
        let quantity = unit.quantity(property)?;
        builder.amount(unit.above_zero(number), unit.factor(), quantity, Some(channel));
    } else {
        let (quantity, factor) = wording::number(property)?;
        builder.amount(number, factor, quantity, Some(channel));
    }
    Some(builder.finish())
}

/// Units that the convention recommends where there is none: of a count, of anything that is tilted.
fn says_nothing(unit: &str) -> bool {
    matches!(unit, "#" | "-")
}

#[cfg(test)]
mod tests;
