//! Input and output of translators: a message goes in, reports, statuses or refusals come out.

use serde::{Deserialize, Serialize};

use crate::ids::DeviceId;
use crate::instant::Instant;
use crate::reading::{Source, Value};

/// One MQTT message as it arrived.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    /// The full topic.
    pub topic: &'a str,
    /// The bytes, whatever they are.
    pub payload: &'a [u8],
    /// Whether the broker had kept it: then it may be old.
    pub retained: bool,
    /// When the gateway got it, by the gateway's clock.
    pub received_at: Instant,
}

/// Content of a message, as its device family reads it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Translation {
    /// Measurements, in the order of the message.
    pub reports: Vec<Report>,
    /// Statuses of devices; that of a node holds for all devices behind it.
    pub statuses: Vec<DeviceStatus>,
    /// Whether later messages can only be understood with this one, so that it must be kept over a restart.
    pub learned: bool,
    /// Parts that could not be read. They never cost their neighbours.
    pub refusals: Vec<Reason>,
}

/// A measurement that a message claims, not yet admitted.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// Its source.
    pub source: Source,
    /// When, by the device's clock; `None` when the message does not say.
    pub observed_at: Option<Instant>,
    /// Its value.
    pub value: Value,
    /// The device's own running number of this reading, which shows what was lost on the way.
    pub seq: Option<u64>,
}

/// Status of a device: birth, last will and the like.
#[derive(Clone, Debug, PartialEq)]
pub struct DeviceStatus {
    /// The device.
    pub device: DeviceId,
    /// Whether it is connected.
    pub presence: DevicePresence,
    /// Number of its starts, when it counts them.
    pub boot: Option<u64>,
    /// Version of its program.
    pub firmware: Option<String>,
    /// Interval at which it means to report, in seconds.
    pub interval_s: Option<f64>,
}

/// Connection of a device, by its own status or its last will.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DevicePresence {
    /// It is connected.
    Online,
    /// It sleeps between reports, on purpose.
    Sleeping,
    /// Its last will was seen.
    Offline,
}

/// Why a message, or a part of it, was refused for good. None of these heals by sending it again.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct Reason {
    /// The sort of reason, for counters.
    pub label: ReasonLabel,
    /// What is wrong, with the remedy where there is one; for people.
    pub text: String,
}

impl Reason {
    /// The longest text, in bytes: it may quote a payload.
    const MAX_TEXT: usize = 400;

    /// A reason of this sort with its text; a text that is too long is cut.
    pub fn new(label: ReasonLabel, text: impl Into<String>) -> Self {
        let mut text = text.into();
        if text.len() > Self::MAX_TEXT {
            text.truncate(text.floor_char_boundary(Self::MAX_TEXT));
            text.push('…');
        }
        Self { label, text }
    }

    /// A reason of the sort [`ReasonLabel::Malformed`].
    pub(crate) fn malformed(text: impl Into<String>) -> Self {
        Self::new(ReasonLabel::Malformed, text)
    }
}

/// The sorts of refusal, as counters name them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReasonLabel {
    /// The topic is under our prefix but names nothing we know.
    Topic,
    /// The payload does not have the agreed shape.
    Malformed,
    /// The payload is larger than allowed.
    TooLarge,
    /// A value that its quantity cannot have.
    Value,
    /// Dated too far ahead of a trusted clock.
    Future,
    /// A kept message that does not say when it was observed: last known, age unknown.
    UndatedRetained,
    /// More unknown sources than are kept.
    TooManySources,
}

impl ReasonLabel {
    /// The label as it stands in counters and the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Topic => "topic",
            Self::Malformed => "malformed",
            Self::TooLarge => "too_large",
            Self::Value => "value",
            Self::Future => "future",
            Self::UndatedRetained => "undated_retained",
            Self::TooManySources => "too_many_sources",
        }
    }
}
