//! One reading as a line: a checksum, and JSON that a person can read.
//!
//! ```text
//! 9c1d03e2 {"quantity":"co2","at":1795442587250,"value":812.0}
//! 53f0a2b7 {"quantity":"co2","channel":"scd4x","boot":"5e0c…","uptime_ms":48211,"value":812.0}
//! ```

use domain::ids::Channel;
use domain::quantity::{Kind, Quantity};
use domain::{Instant, Value};
use serde::{Deserialize, Serialize};

use crate::uptime::{BootId, Uptime};

/// Subject of a reading: a source without its device.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Subject {
    /// What.
    pub quantity: Quantity,
    /// With which of several like instruments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<Channel>,
}

/// When a reading was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum When {
    /// The clock was right.
    At(Instant),
    /// Uptime of a start of the machine, of a reading that is not dated yet.
    Uptime(BootId, Uptime),
}

/// A reading of a node.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Of what.
    pub subject: Subject,
    /// When.
    pub when: When,
    /// What.
    pub value: Value,
}

#[derive(Serialize, Deserialize)]
struct Line {
    #[serde(flatten)]
    subject: Subject,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    boot: Option<BootId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    uptime_ms: Option<u64>,
    value: serde_json::Value,
}

/// The line of a record, with its end.
pub(super) fn encode(record: &Record) -> Vec<u8> {
    let (at, boot, uptime_ms) = match &record.when {
        When::At(at) => (Some(at.as_millis()), None, None),
        When::Uptime(boot, uptime) => (None, Some(boot.clone()), Some(uptime.as_millis())),
    };
    let value = match record.value {
        Value::State(state) => serde_json::Value::from(state),
        Value::Gauge(number) | Value::Register(number) => serde_json::Value::from(number),
    };
    let line = Line { subject: record.subject.clone(), at, boot, uptime_ms, value };
    let json = serde_json::to_string(&line).expect("names and numbers are always JSON");
    format!("{:08x} {json}\n", crc32fast::hash(json.as_bytes())).into_bytes()
}

/// Reads a line, without its end; `None` when it is damaged or no line of ours.
///
/// ```
/// let line = br#"00000000 {"quantity":"co2","at":0,"value":812.0}"#;
/// assert_eq!(sensors::outbox::decode(line), None, "the checksum is another");
/// ```
pub fn decode(line: &[u8]) -> Option<Record> {
    let (checksum, json) = std::str::from_utf8(line).ok()?.split_once(' ')?;
    let checksum = (checksum.len() == 8).then(|| u32::from_str_radix(checksum, 16).ok())??;
    if checksum != crc32fast::hash(json.as_bytes()) {
        return None;
    }
    let Line { subject, at, boot, uptime_ms, value } = serde_json::from_str(json).ok()?;
    let when = match (at, boot, uptime_ms) {
        (Some(at), None, None) => When::At(Instant::from_millis(at)),
        (None, Some(boot), Some(millis)) => When::Uptime(boot, Uptime::from_millis(millis)),
        _ => return None,
    };
    let value = match subject.quantity.kind() {
        Kind::State => subject.quantity.state(value.as_bool()?),
        Kind::Gauge | Kind::Register => subject.quantity.number(value.as_f64()?),
    };
    Some(Record { subject, when, value: value.ok()? })
}
