//! Descriptions that devices have published of their properties: units, what is only set, and which devices stand
//! behind others.
//!
//! Versions 3 and 4 publish each attribute on a topic of its own, version 5 all of a device in its `$description`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use crate::families::report_builder::object;
use crate::message::{Reason, ReasonLabel};

/// Most devices that are remembered.
const MAX_DEVICES: usize = 2000;

/// Most properties of all of them together.
const MAX_PROPERTIES: usize = 20_000;

/// Longer names and units are not remembered.
const MAX_TEXT: usize = 128;

/// Longer descriptions are not read.
const MAX_DESCRIPTION: usize = 64 * 1024;

/// Descriptions of all devices.
#[derive(Debug, Default)]
pub(super) struct Described {
    devices: BTreeMap<String, Device>,
    /// Number of properties of all of them together.
    properties: usize,
}

/// Description of one device.
#[derive(Clone, Debug, Default, PartialEq)]
struct Device {
    /// By `<node>/<property>`; those without a unit that are not set are left out.
    properties: BTreeMap<String, Property>,
    /// The devices that go when it goes.
    children: BTreeSet<String>,
}

/// Description of a property.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Property {
    /// Unit as it was written; none when it has none or has not published it.
    pub(super) unit: Option<String>,
    /// Whether it can be set: then it is a wish and no measurement.
    pub(super) settable: bool,
}

impl Described {
    /// Description of `<node>/<property>` of a device.
    pub(super) fn property(&self, device: &str, channel: &str) -> Option<&Property> {
        self.devices.get(device)?.properties.get(channel)
    }

    /// The devices behind `device`, and those behind them.
    pub(super) fn behind<'a>(&'a self, device: &'a str) -> BTreeSet<&'a str> {
        let (mut found, mut next) = (BTreeSet::new(), vec![device]);
        while let Some(parent) = next.pop() {
            let children = self.devices.get(parent).into_iter().flat_map(|device| &device.children);
            next.extend(children.map(String::as_str).filter(|child| found.insert(*child)));
        }
        found.remove(device);
        found
    }

    /// Stores one attribute of a property; returns whether that was news.
    ///
    /// # Errors
    /// When there is no room for it.
    pub(super) fn attribute(
        &mut self,
        device: &str,
        channel: &str,
        attribute: &str,
        text: &str,
    ) -> Result<bool, Reason> {
        let mut property = self.property(device, channel).cloned().unwrap_or_default();
        match attribute {
            "$unit" => property.unit = unit(text),
            "$settable" => property.settable = text == "true",
            _ => return Ok(false),
        }
        let mut entry = self.devices.get(device).cloned().unwrap_or_default();
        if property == Property::default() {
            entry.properties.remove(channel);
        } else if channel.len() <= MAX_TEXT {
            entry.properties.insert(channel.to_owned(), property);
        }
        self.replace(device, entry)
    }

    /// Stores the description that a device of version 5 has of itself; returns whether that was news.
    ///
    /// # Errors
    /// When it is none of the convention, or there is no room for it.
    pub(super) fn description(&mut self, device: &str, payload: &[u8]) -> Result<bool, Reason> {
        if payload.len() > MAX_DESCRIPTION {
            let text = format!("a description may have {MAX_DESCRIPTION} bytes");
            return Err(Reason::new(ReasonLabel::TooLarge, text));
        }
        let description = object(payload)?;
        let mut entry = Device::default();
        let children = description.get("children").and_then(Json::as_array).into_iter().flatten();
        let children = children.filter_map(Json::as_str).filter(|name| name.len() <= MAX_TEXT);
        entry.children.extend(children.take(MAX_DEVICES).map(ToOwned::to_owned));
        let of = |json: &Json, key: &str| json.get(key).and_then(Json::as_object).cloned();
        let nodes = description.get("nodes").and_then(Json::as_object);
        for (node, json) in nodes.into_iter().flatten() {
            for (name, json) in of(json, "properties").into_iter().flatten() {
                let property = Property {
                    unit: json.get("unit").and_then(Json::as_str).and_then(unit),
                    settable: json.get("settable").and_then(Json::as_bool) == Some(true),
                };
                let channel = format!("{node}/{name}");
                if property != Property::default() && channel.len() <= MAX_TEXT {
                    entry.properties.insert(channel, property);
                }
            }
        }
        self.replace(device, entry)
    }

    /// Removes a device; returns whether it had a description.
    pub(super) fn forget(&mut self, device: &str) -> bool {
        let Some(entry) = self.devices.remove(device) else { return false };
        self.properties -= entry.weight();
        true
    }

    fn replace(&mut self, device: &str, entry: Device) -> Result<bool, Reason> {
        let before = self.devices.get(device);
        if device.len() > MAX_TEXT
            || before == Some(&entry)
            || (before.is_none() && entry == Device::default())
        {
            return Ok(false);
        }
        let properties = self.properties - before.map_or(0, Device::weight) + entry.weight();
        if properties > MAX_PROPERTIES || before.is_none() && self.devices.len() >= MAX_DEVICES {
            let text = format!("{device} is one device too many, or describes too many properties");
            return Err(Reason::new(ReasonLabel::TooManySources, text));
        }
        self.properties = properties;
        if entry == Device::default() {
            self.devices.remove(device);
        } else {
            self.devices.insert(device.to_owned(), entry);
        }
        Ok(true)
    }
}

impl Device {
    fn weight(&self) -> usize {
        self.properties.len() + self.children.len()
    }
}

fn unit(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty() && text.len() <= MAX_TEXT).then(|| text.to_owned())
}
