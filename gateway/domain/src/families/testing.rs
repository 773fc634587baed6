//! What the tests of the families share: reading one message as if it had just arrived.

use super::{Family, Reads, Scope};
use crate::message::{DevicePresence, Message, Translation};

/// What `family`, listening on its first standard topic, makes of a message.
pub(super) fn read(family: &Family, topic: &str, payload: &str) -> Option<Translation> {
    let site = "dreux".parse().unwrap();
    let received_at = "2026-11-23T14:03:08Z".parse().unwrap();
    let message = Message { topic, payload: payload.as_bytes(), retained: false, received_at };
    let filters = (family.filters)(&site);
    let scope = Scope { site: &site, filter: &filters[0], all: &[] };
    match family.reads {
        Reads::Alone(translate) => translate(&message, &scope),
        Reads::WithMemory(empty) => empty().translate(&message, &scope),
    }
}

/// Sources and values of the reports in a message that is of `family`.
pub(super) fn values(family: &Family, topic: &str, payload: &str) -> Vec<(String, f64)> {
    let translation = read(family, topic, payload).expect("the message is of this family");
    let reports = translation.reports.iter();
    reports.map(|report| (report.source.to_string(), report.value.as_f64())).collect()
}

/// How a device is, by a message of `family`.
pub(super) fn presence(family: &Family, topic: &str, payload: &str) -> Option<DevicePresence> {
    read(family, topic, payload)?.statuses.first().map(|status| status.presence)
}
