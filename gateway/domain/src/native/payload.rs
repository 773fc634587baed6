//! Payloads of native nodes: JSON, read without a detour through a document tree, since this is where
//! every reading passes.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde::{Deserialize as DeriveDeserialize, Serialize};
use serde_json::value::RawValue;

use crate::ids::DeviceId;
use crate::instant::Instant;
use crate::message::{DevicePresence, DeviceStatus, Reason, ReasonLabel};
use crate::quantity::Quantity;
use crate::reading::Value;

/// The longest array that is read.
const MAX_ITEMS: usize = 10_000;

/// Of what a device says of its firmware, no more characters than these are kept.
const MAX_FIRMWARE: usize = 100;

/// Content of a payload.
pub(super) enum Items {
    /// One object.
    One(Item),
    /// An array; each item is good or bad by itself.
    Several(Vec<Result<Item, Reason>>),
}

/// One object of a payload.
#[derive(DeriveDeserialize)]
pub(super) struct Item {
    value: Scalar,
    observed_at: Option<Moment>,
    seq: Option<u64>,
}

impl Item {
    /// The value as one of `quantity`.
    pub(super) fn value(&self, quantity: Quantity) -> Result<Value, Reason> {
        let value = match self.value {
            Scalar::Number(number) => quantity.number(number),
            Scalar::State(state) => quantity.state(state),
        };
        value.map_err(|invalid| Reason::new(ReasonLabel::Value, invalid.to_string()))
    }

    pub(super) fn observed_at(&self) -> Option<Instant> {
        self.observed_at.as_ref().map(|moment| moment.0)
    }

    pub(super) fn seq(&self) -> Option<u64> {
        self.seq
    }
}

/// Reads a payload of readings.
pub(super) fn decode(payload: &[u8]) -> Result<Items, Reason> {
    let text = text(payload)?;
    if !text.trim_start().starts_with('[') {
        return decode_item(text).map(Items::One);
    }
    // Items are first only found, then read one by one, so that a bad one costs no other.
    let items: Vec<&RawValue> = serde_json::from_str(text).map_err(not_json)?;
    if items.len() > MAX_ITEMS {
        let text = format!("an array of {} items; send at most {MAX_ITEMS}", items.len());
        return Err(Reason::new(ReasonLabel::TooLarge, text));
    }
    Ok(Items::Several(items.into_iter().map(|item| decode_item(item.get())).collect()))
}

fn decode_item(text: &str) -> Result<Item, Reason> {
    // Without this a derived reader would take an array for a list of fields.
    if !text.trim_start().starts_with('{') {
        return Err(Reason::malformed(r#"not a JSON object; send {"value": 812.0}"#));
    }
    serde_json::from_str(text).map_err(not_json)
}

fn text(payload: &[u8]) -> Result<&str, Reason> {
    if payload.is_empty() {
        return Err(Reason::malformed(r#"the payload is empty; send {"value": 812.0}"#));
    }
    std::str::from_utf8(payload).map_err(|_| Reason::malformed("the payload is not UTF-8"))
}

#[expect(clippy::needless_pass_by_value, reason = "the shape that map_err takes")]
fn not_json(error: serde_json::Error) -> Reason {
    Reason::malformed(error.to_string())
}

/// A JSON number, or true or false.
#[derive(Clone, Copy)]
enum Scalar {
    Number(f64),
    State(bool),
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ScalarVisitor)
    }
}

struct ScalarVisitor;

#[expect(clippy::cast_precision_loss, reason = "JSON makes no difference between 812 and 812.0")]
impl Visitor<'_> for ScalarVisitor {
    type Value = Scalar;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON number, or true or false")
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Scalar, E> {
        Ok(Scalar::Number(number))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Scalar, E> {
        Ok(Scalar::Number(number as f64))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Scalar, E> {
        Ok(Scalar::Number(number as f64))
    }

    fn visit_bool<E: de::Error>(self, state: bool) -> Result<Scalar, E> {
        Ok(Scalar::State(state))
    }

    fn visit_str<E: de::Error>(self, _: &str) -> Result<Scalar, E> {
        Err(E::custom("`value` is text; send a JSON number, or true or false, without quotes"))
    }
}

/// An instant, read from the text where it stands.
struct Moment(Instant);

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(MomentVisitor)
    }
}

struct MomentVisitor;

impl Visitor<'_> for MomentVisitor {
    type Value = Moment;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("`observed_at` such as \"2026-11-23T14:03:07Z\"")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Moment, E> {
        let invalid = |error| E::custom(format_args!("`observed_at` is {error}"));
        text.parse().map(Moment).map_err(invalid)
    }
}

/// A status as it is on the wire.
#[derive(Serialize, DeriveDeserialize)]
struct Status {
    state: DevicePresence,
    #[serde(skip_serializing_if = "Option::is_none")]
    boot: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    firmware: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    interval_s: Option<f64>,
}

/// Reads a payload of a status.
pub(super) fn decode_status(device: DeviceId, payload: &[u8]) -> Result<DeviceStatus, Reason> {
    let text = text(payload)?;
    if !text.trim_start().starts_with('{') {
        return Err(Reason::malformed(r#"not a JSON object; send {"state": "online"}"#));
    }
    let status: Status = serde_json::from_str(text).map_err(not_json)?;
    Ok(DeviceStatus {
        device,
        presence: status.state,
        boot: status.boot,
        firmware: status.firmware.map(|text| text.chars().take(MAX_FIRMWARE).collect()),
        interval_s: status.interval_s.filter(|seconds| *seconds > 0.0),
    })
}

pub(super) fn encode_status(status: &DeviceStatus) -> Vec<u8> {
    let status = Status {
        state: status.presence,
        boot: status.boot,
        firmware: status.firmware.clone(),
        interval_s: status.interval_s,
    };
    serde_json::to_vec(&status).expect("texts and numbers can be written as JSON")
}

/// A report as it is on the wire.
#[derive(Serialize)]
struct Written {
    value: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    observed_at: Option<Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seq: Option<u64>,
}

pub(super) fn encode(reports: &[(Option<Instant>, Value, Option<u64>)]) -> Vec<u8> {
    let written = |&(observed_at, value, seq): &_| Written { value, observed_at, seq };
    let json = match reports {
        [report] => serde_json::to_vec(&written(report)),
        several => serde_json::to_vec(&several.iter().map(written).collect::<Vec<_>>()),
    };
    json.expect("numbers and instants can be written as JSON")
}
