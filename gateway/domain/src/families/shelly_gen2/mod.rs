//! Shelly devices of the second generation and later (Plus, Pro, Gen3, Gen4).
//!
//! ```text
//! <prefix>/events/rpc          {"method":"NotifyStatus","params":{"ts":1747561101.2,"switch:0":{"apower":8.9}}}
//! <prefix>/status/<component>  {"id":0,"apower":8.9,"aenergy":{"total":6532.1}}
//! <prefix>/online              true, false
//! ```
//!
//! The prefix names the device; it is free text and may hold a slash. A component is a channel: `switch:0`,
//! and of a three-phase meter `em:0/a` to `em:0/total`. A notification has only what has changed: what it
//! leaves out is unknown, not 0. `ts` is UTC; a status has no time.
//!
//! Whether a device stands in a room and sleeps between reports follows from its factory name. Where the prefix is
//! another, it follows from the notifications and from what the device measures, and is remembered.

mod component;

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::family::{Family, Memory, Reads, Scope};
use super::report_builder::{Object, ReportBuilder, device, object, only_status, refused, status};
use crate::ids::DeviceId;
use crate::instant::Instant;
use crate::message::{DevicePresence, DeviceStatus, Message, Reason, ReasonLabel, Translation};
use component::Component;

/// The row of the table.
pub(super) const FAMILY: Family = Family {
    name: "shelly_gen2",
    filters: |_| FILTERS.iter().map(|filter| (*filter).to_owned()).collect(),
    reads: Reads::WithMemory(|| Box::new(Natures::default())),
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
    "+/+/+/+/events/rpc",
    "+/+/+/+/status/+",
    "+/+/+/+/online",
];

/// Parts of the factory names of devices that stand in a room and measure its air. In all others `temperature:0` is
/// that of the device itself.
const ROOM_SENSORS: &[&str] = &["plusht", "htg3", "htg4", "walldisplay"];

/// Parts of the factory names of devices whose connection ends whenever they fall asleep.
const SLEEPERS: &[&str] = &["plusht", "htg3", "htg4", "plussmoke"];

/// Most prefixes that are remembered.
const MAX_PREFIXES: usize = 2000;

/// Natures of devices, as far as their prefixes do not show them.
#[derive(Debug, Default)]
struct Natures {
    by_prefix: BTreeMap<String, Nature>,
}

/// Sort of a device.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Nature {
    in_room: bool,
    sleeps: bool,
}

impl Nature {
    /// Nature by a name: that of the factory, or one that contains it.
    fn of(name: &str) -> Self {
        let name = name.to_ascii_lowercase();
        let has = |parts: &[&str]| parts.iter().any(|part| name.contains(part));
        Self { in_room: has(ROOM_SENSORS), sleeps: has(SLEEPERS) }
    }

    fn or(self, other: Self) -> Self {
        Self { in_room: self.in_room || other.in_room, sleeps: self.sleeps || other.sleeps }
    }
}

impl Memory for Natures {
    fn translate(&mut self, message: &Message<'_>, _: &Scope<'_>) -> Option<Translation> {
        if let Some(prefix) = message.topic.strip_suffix("/events/rpc") {
            return self.notification(prefix, message.payload);
        }
        if let Some(prefix) = message.topic.strip_suffix("/online") {
            return self.online(prefix, message.payload);
        }
        let (rest, component) = message.topic.rsplit_once('/')?;
        let prefix = rest.strip_suffix("/status")?;
        // Other makers use such topics as well; only what is surely ours may be refused.
        let component = Component::new(component)?;
        if message.payload.is_empty() {
            return Some(Translation::default());
        }
        Some(self.status_of(&component, prefix, message.payload).unwrap_or_else(refused))
    }
}

impl Natures {
    fn of(&self, prefix: &str) -> Nature {
        Nature::of(prefix).or(self.by_prefix.get(prefix).copied().unwrap_or_default())
    }

    /// Adds to the nature of a device; returns whether that was news.
    fn learn(&mut self, prefix: &str, shown: Nature, builder: &mut ReportBuilder) -> bool {
        let before = self.of(prefix);
        let after = before.or(shown);
        if after == before {
            return false;
        }
        if self.by_prefix.len() >= MAX_PREFIXES && !self.by_prefix.contains_key(prefix) {
            let text = format!("{MAX_PREFIXES} prefixes are remembered already; no more are kept");
            builder.refuse(ReasonLabel::TooManySources, text);
            return false;
        }
        self.by_prefix.insert(prefix.to_owned(), after);
        true
    }

    fn status_of(
        &mut self,
        component: &Component<'_>,
        prefix: &str,
        payload: &[u8],
    ) -> Result<Translation, Reason> {
        let status = object(payload)?;
        let mut builder = ReportBuilder::new(device(prefix)?, None);
        let shown = Nature { in_room: component.is_of_a_room(), ..Nature::default() };
        let learned = self.learn(prefix, shown, &mut builder);
        component.read(&status, self.of(prefix).in_room, &mut builder);
        Ok(Translation { learned, ..builder.finish() })
    }

    fn notification(&mut self, prefix: &str, payload: &[u8]) -> Option<Translation> {
        let (device, event) = match (device(prefix), object(payload)) {
            (Ok(device), Ok(event)) => (device, event),
            (Err(reason), _) | (_, Err(reason)) => return Some(refused(reason)),
        };
        let method = event.get("method").and_then(Json::as_str)?;
        let params = event.get("params").and_then(Json::as_object)?;
        if !matches!(method, "NotifyStatus" | "NotifyFullStatus") {
            return Some(Translation::default());
        }
        let components: Vec<(Component<'_>, &Object)> = params
            .iter()
            .filter_map(|(name, status)| Some((Component::new(name)?, status.as_object()?)))
            .collect();
        let sleeper = sleeper(&device, params);
        let factory_name = event.get("src").and_then(Json::as_str).unwrap_or_default();
        let shown = Nature::of(factory_name).or(Nature {
            in_room: components.iter().any(|(component, _)| component.is_of_a_room()),
            sleeps: sleeper.is_some(),
        });
        let mut builder = ReportBuilder::new(device, params.get("ts").and_then(instant));
        let learned = self.learn(prefix, shown, &mut builder);
        let nature = self.of(prefix).or(shown);
        for (component, status) in components {
            component.read(status, nature.in_room, &mut builder);
        }
        if let Some(status) = sleeper {
            builder.status(status);
        }
        Some(Translation { learned, ..builder.finish() })
    }

    fn online(&self, prefix: &str, payload: &[u8]) -> Option<Translation> {
        let presence = match payload.trim_ascii() {
            b"true" => DevicePresence::Online,
            // Its connection ends whenever it falls asleep.
            b"false" if self.of(prefix).sleeps => DevicePresence::Sleeping,
            b"false" => DevicePresence::Offline,
            _ => return None,
        };
        Some(only_status(status(device(prefix).ok()?, presence)))
    }
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
fn sleeper(device: &DeviceId, params: &Object) -> Option<DeviceStatus> {
    let period =
        params.get("sys")?.get("wakeup_period")?.as_f64().filter(|period| *period > 0.0)?;
    Some(DeviceStatus {
        interval_s: Some(period),
        ..status(device.clone(), DevicePresence::Sleeping)
    })
}

#[cfg(test)]
mod tests;
