//! Readings in: the topics and payloads of our own nodes, in both directions.
//!
//! ```text
//! vigie/v1/<site>/sensors/<device>/<quantity>[/<channel>]
//!     {"value": 812.0, "observed_at": "2026-11-23T14:03:07.250Z", "seq": 4711}
//!     or an array of up to 10,000 such objects: a backlog
//! vigie/v1/<site>/sensors/<device>/status      (retained: birth and last will)
//!     {"state": "online", "boot": 12, "firmware": "1.4.0", "interval_s": 10}
//! ```
//!
//! The topic fixes the quantity and the quantity fixes the unit, so a payload cannot disagree with either.
//! A device or channel is one level: `/`, `+`, `#` and `%` in its name are written `%2F`, `%2B`, `%23` and
//! `%25`. A value is a JSON number, or true or false for a state. `observed_at` is the device's clock, with
//! any offset; left out, the time of arrival is taken. `seq` is the device's running number of the readings
//! of this source; a hole in it shows what was lost. Other keys are ignored. A bad item of an array is
//! refused alone.

mod payload;
mod topic;

pub(crate) use topic::unescape;

use crate::ids::{DeviceId, SiteId};
use crate::instant::Instant;
use crate::message::{DeviceStatus, Message, Reason, Report, Translation};
use crate::reading::{Source, Value};
use topic::Subject;

/// The topic of the readings of `source`.
///
/// ```
/// use domain::{Quantity, Source, native};
///
/// let source = Source {
///     device: "prise-laser".parse()?,
///     quantity: Quantity::ActivePower,
///     channel: Some("em:0/a".parse()?),
/// };
/// assert_eq!(
///     native::reading_topic(&"dreux".parse()?, &source),
///     "vigie/v1/dreux/sensors/prise-laser/active_power/em:0%2Fa"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn reading_topic(site: &SiteId, source: &Source) -> String {
    topic::reading_topic(site, source)
}

/// The topic of what `device` says of itself; retained.
pub fn status_topic(site: &SiteId, device: &DeviceId) -> String {
    topic::status_topic(site, device)
}

/// The topic of the state of this name: `zones/fablab`; retained.
pub fn state_topic(site: &SiteId, name: &str) -> String {
    format!("vigie/v1/{site}/state/{name}")
}

/// Whether the topic is one of the states of a gateway, of whatever site.
///
/// ```
/// use domain::native;
///
/// assert!(native::is_state("vigie/v1/dreux/state/zones/fablab"));
/// assert!(!native::is_state("vigie/v1/dreux/sensors/state/co2"));
/// ```
pub fn is_state(topic: &str) -> bool {
    let rest = topic.strip_prefix("vigie/v1/").and_then(|rest| rest.split_once('/'));
    rest.is_some_and(|(_, rest)| rest == "state" || rest.starts_with("state/"))
}

/// Whether the topic belongs to Vigie, at whatever site: readings of our own nodes, states, and what may come.
pub fn is_ours(topic: &str) -> bool {
    topic.starts_with("vigie/")
}

/// The device of a topic of a node, of whatever site.
///
/// ```
/// use domain::native;
///
/// let device = native::device_of("vigie/v1/dreux/sensors/air%2F3/co2").expect("the topic names one");
/// assert_eq!(device.as_str(), "air/3");
/// assert_eq!(native::device_of("zigbee2mqtt/air-3"), None);
/// ```
pub fn device_of(topic: &str) -> Option<DeviceId> {
    let (_, rest) = topic.strip_prefix("vigie/v1/")?.split_once("/sensors/")?;
    let (device, _) = rest.split_once('/')?;
    unescape(device)?.parse().ok()
}

/// The filter that takes in the readings and statuses of all nodes of `site`.
pub fn filter(site: &SiteId) -> String {
    format!("vigie/v1/{site}/sensors/#")
}

/// The payload of reports of one source: when (unless the gateway is to date it), what, and the running number.
///
/// ```
/// use domain::{Instant, Quantity, native};
///
/// let at: Instant = "2026-11-23T14:03:07.250Z".parse()?;
/// let payload = native::encode(&[(Some(at), Quantity::Co2.number(812.0)?, Some(4711))]);
/// assert_eq!(payload, br#"{"value":812.0,"observed_at":"2026-11-23T14:03:07.25Z","seq":4711}"#);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn encode(reports: &[(Option<Instant>, Value, Option<u64>)]) -> Vec<u8> {
    payload::encode(reports)
}

/// The payload of a status.
pub fn encode_status(status: &DeviceStatus) -> Vec<u8> {
    payload::encode_status(status)
}

/// Reads a message of a node of `site`; `None` when its topic is not one of these.
///
/// ```
/// use domain::{Instant, Value, message::Message, native};
///
/// let message = Message {
///     topic: "vigie/v1/dreux/sensors/air-3/co2",
///     payload: br#"{"value": 812, "observed_at": "2026-11-23T15:03:07.250+01:00", "seq": 4711}"#,
///     retained: false,
///     received_at: "2026-11-23T14:03:08Z".parse()?,
/// };
/// let translation = native::decode(&message, &"dreux".parse()?).expect("the topic is of our site");
///
/// let report = &translation.reports[0];
/// assert_eq!(report.source.to_string(), "air-3 co2");
/// assert_eq!(report.value, Value::Gauge(812.0));
/// assert_eq!(report.observed_at, Some("2026-11-23T14:03:07.250Z".parse()?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn decode(message: &Message<'_>, site: &SiteId) -> Option<Translation> {
    let subject = topic::below_sensors(message.topic, site)?;
    let mut translation = Translation::default();
    match subject.parse::<Subject>() {
        Ok(Subject::Readings(source)) => readings(source, message.payload, &mut translation),
        // An empty payload takes a retained message away; it says nothing of the device.
        Ok(Subject::Status(_)) if message.payload.is_empty() => {}
        Ok(Subject::Status(device)) => match payload::decode_status(device, message.payload) {
            Ok(status) => translation.statuses.push(status),
            Err(reason) => translation.refusals.push(reason),
        },
        Err(reason) => translation.refusals.push(reason),
    }
    Some(translation)
}

fn readings(source: Source, payload: &[u8], translation: &mut Translation) {
    let quantity = source.quantity;
    let report = |source, item: payload::Item| {
        let value = item.value(quantity)?;
        Ok(Report { source, observed_at: item.observed_at(), value, seq: item.seq() })
    };
    match payload::decode(payload) {
        Ok(payload::Items::One(item)) => match report(source, item) {
            Ok(report) => translation.reports.push(report),
            Err(reason) => translation.refusals.push(reason),
        },
        Ok(payload::Items::Several(items)) => {
            for (index, item) in items.into_iter().enumerate() {
                match item.and_then(|item| report(source.clone(), item)) {
                    Ok(report) => translation.reports.push(report),
                    Err(Reason { label, text }) => {
                        translation
                            .refusals
                            .push(Reason::new(label, format!("item {index}: {text}")));
                    }
                }
            }
        }
        Err(reason) => translation.refusals.push(reason),
    }
}

#[cfg(test)]
mod tests;
