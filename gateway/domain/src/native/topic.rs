//! Topics of native nodes: what they name, and how names with special characters fit into one level.

use std::borrow::Cow;
use std::str::FromStr;

use crate::ids::{DeviceId, InvalidId, SiteId};
use crate::message::{Reason, ReasonLabel};
use crate::quantity::Quantity;
use crate::reading::Source;

/// The level in the place of a quantity that carries the status.
const STATUS: &str = "status";

/// Subject of a topic below `sensors/`.
pub(super) enum Subject {
    /// Readings of this source.
    Readings(Source),
    /// Status of this device.
    Status(DeviceId),
}

pub(super) fn reading_topic(site: &SiteId, source: &Source) -> String {
    let device = escape(source.device.as_str());
    let quantity = source.quantity;
    match &source.channel {
        None => format!("vigie/v1/{site}/sensors/{device}/{quantity}"),
        Some(channel) => {
            let channel = escape(channel.as_str());
            format!("vigie/v1/{site}/sensors/{device}/{quantity}/{channel}")
        }
    }
}

pub(super) fn status_topic(site: &SiteId, device: &DeviceId) -> String {
    format!("vigie/v1/{site}/sensors/{}/{STATUS}", escape(device.as_str()))
}

/// Part of a topic after `vigie/v1/<site>/sensors/`.
pub(super) fn below_sensors<'t>(topic: &'t str, site: &SiteId) -> Option<&'t str> {
    topic.strip_prefix("vigie/v1/")?.strip_prefix(site.as_str())?.strip_prefix("/sensors/")
}

impl FromStr for Subject {
    type Err = Reason;

    /// Reads `<device>/<quantity>[/<channel>]` or `<device>/status`.
    fn from_str(topic: &str) -> Result<Self, Reason> {
        let mut levels = topic.split('/');
        let (Some(device), Some(what)) = (levels.next(), levels.next()) else {
            return Err(refuse("the topic ends with the device; add the quantity"));
        };
        let channel = levels.next();
        if levels.next().is_some() {
            return Err(refuse("the topic has too many levels; in a name write %2F for /"));
        }
        let device = name::<DeviceId>(device)?;
        if what == STATUS && channel.is_none() {
            return Ok(Self::Status(device));
        }
        let quantity: Quantity = what.parse().map_err(|_| {
            refuse(format!("`{what}` is no quantity; co2, temperature and active_power are some"))
        })?;
        let channel = channel.map(name).transpose()?;
        Ok(Self::Readings(Source { device, quantity, channel }))
    }
}

fn name<T: FromStr<Err = InvalidId>>(level: &str) -> Result<T, Reason> {
    let name = unescape(level)
        .ok_or_else(|| refuse(format!("in `{level}` write %25 for % and %2F for /")))?;
    name.parse().map_err(|invalid: InvalidId| refuse(invalid.to_string()))
}

fn refuse(text: impl Into<String>) -> Reason {
    Reason::new(ReasonLabel::Topic, text)
}

/// Writes the characters that mean something in a topic as `%` and two digits.
fn escape(name: &str) -> Cow<'_, str> {
    const SPECIAL: [char; 4] = ['/', '+', '#', '%'];
    if !name.contains(SPECIAL) {
        return Cow::Borrowed(name);
    }
    let mut escaped = String::with_capacity(name.len() + 8);
    for character in name.chars() {
        match character {
            '/' => escaped.push_str("%2F"),
            '+' => escaped.push_str("%2B"),
            '#' => escaped.push_str("%23"),
            '%' => escaped.push_str("%25"),
            plain => escaped.push(plain),
        }
    }
    Cow::Owned(escaped)
}

/// Undoes the escaping of a name, and any other percent-encoding; `None` where it is broken.
pub(crate) fn unescape(level: &str) -> Option<Cow<'_, str>> {
    if !level.contains('%') {
        return Some(Cow::Borrowed(level));
    }
    let mut bytes = Vec::with_capacity(level.len());
    let mut rest = level.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        rest = tail;
        if first == b'%' {
            let (digits, tail) = rest.split_at_checked(2)?;
            bytes.push(hex(digits[0])? << 4 | hex(digits[1])?);
            rest = tail;
        } else {
            bytes.push(first);
        }
    }
    String::from_utf8(bytes).ok().map(Cow::Owned)
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}
