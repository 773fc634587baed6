//! What the tests of the families share: reading one message as if it had just arrived.

use super::family::{Family, Reads, Scope};
use crate::message::{DevicePresence, Message, Translation};

/// What `family`, listening on its first standard topic, makes of a message.
pub(super) fn read(family: &Family, topic: &str, payload: &str) -> Option<Translation> {
    Hearing::new(family).hear(topic, payload)
}

/// Sources and values of the reports in a message that is of `family`.
pub(super) fn values(family: &Family, topic: &str, payload: &str) -> Vec<(String, f64)> {
    Hearing::new(family).values(topic, payload)
}

/// How a device is, by a message of `family`.
pub(super) fn presence(family: &Family, topic: &str, payload: &str) -> Option<DevicePresence> {
    read(family, topic, payload)?.statuses.first().map(|status| status.presence)
}

/// A family that hears one message after the other.
pub(super) struct Hearing {
    filters: Vec<String>,
    reads: Heard,
}

enum Heard {
    Alone(super::family::Translate),
    WithMemory(Box<dyn super::family::Memory>),
}

impl Hearing {
    /// Nothing was heard yet.
    pub(super) fn new(family: &Family) -> Self {
        let filters = (family.filters)(&"dreux".parse().unwrap());
        let reads = match family.reads {
            Reads::Alone(translate) => Heard::Alone(translate),
            Reads::WithMemory(empty) => Heard::WithMemory(empty()),
        };
        Self { filters, reads }
    }

    /// What it makes of the next message.
    pub(super) fn hear(&mut self, topic: &str, payload: &str) -> Option<Translation> {
        let site = "dreux".parse().unwrap();
        let received_at = "2026-11-23T14:03:08Z".parse().unwrap();
        let message = Message { topic, payload: payload.as_bytes(), retained: false, received_at };
        let scope = Scope { site: &site, filter: &self.filters[0], all: &[] };
        match &mut self.reads {
            Heard::Alone(translate) => translate(&message, &scope),
            Heard::WithMemory(memory) => memory.translate(&message, &scope),
        }
    }

    /// Sources and values of the reports in the next message, which is of this family.
    pub(super) fn values(&mut self, topic: &str, payload: &str) -> Vec<(String, f64)> {
        let translation = self.hear(topic, payload).expect("the message is of this family");
        let reports = translation.reports.iter();
        reports.map(|report| (report.source.to_string(), report.value.as_f64())).collect()
    }
}
