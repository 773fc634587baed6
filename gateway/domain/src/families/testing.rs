//! Shared support for tests of the families: reading one message as if it had just arrived.

use super::family::{Family, Reads, Scope};
use crate::message::{DevicePresence, Message, Translation};

/// Translation of a message by `family`, listening on its first standard topic.
pub(super) fn read(family: &Family, topic: &str, payload: &str) -> Option<Translation> {
    Receiver::new(family).receive(topic, payload)
}

/// Sources and values of the reports in a message that is of `family`.
pub(super) fn values(family: &Family, topic: &str, payload: &str) -> Vec<(String, f64)> {
    Receiver::new(family).values(topic, payload)
}

/// Presence of a device by a message of `family`.
pub(super) fn presence(family: &Family, topic: &str, payload: &str) -> Option<DevicePresence> {
    read(family, topic, payload)?.statuses.first().map(|status| status.presence)
}

/// Family that receives one message after the other, with its memory if it has one.
pub(super) struct Receiver {
    filters: Vec<String>,
    reads: ReceiverKind,
}

enum ReceiverKind {
    Alone(super::family::Translate),
    WithMemory(Box<dyn super::family::Memory>),
}

impl Receiver {
    /// Receiver before its first message, with an empty memory.
    pub(super) fn new(family: &Family) -> Self {
        let filters = (family.filters)(&"dreux".parse().unwrap());
        let reads = match family.reads {
            Reads::Alone(translate) => ReceiverKind::Alone(translate),
            Reads::WithMemory(empty) => ReceiverKind::WithMemory(empty()),
        };
        Self { filters, reads }
    }

    /// Translation of the next message.
    pub(super) fn receive(&mut self, topic: &str, payload: &str) -> Option<Translation> {
        let site = "dreux".parse().unwrap();
        let received_at = "2026-11-23T14:03:08Z".parse().unwrap();
        let message = Message { topic, payload: payload.as_bytes(), retained: false, received_at };
        let scope = Scope { site: &site, filter: &self.filters[0], all: &[] };
        match &mut self.reads {
            ReceiverKind::Alone(translate) => translate(&message, &scope),
            ReceiverKind::WithMemory(memory) => memory.translate(&message, &scope),
        }
    }

    /// Sources and values of the reports in the next message, which is of this family.
    pub(super) fn values(&mut self, topic: &str, payload: &str) -> Vec<(String, f64)> {
        let translation = self.receive(topic, payload).expect("the message is of this family");
        let reports = translation.reports.iter();
        reports.map(|report| (report.source.to_string(), report.value.as_f64())).collect()
    }
}
