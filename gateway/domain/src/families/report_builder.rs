//! Builder of the translation of one message: good parts become reports, bad ones reasons, unknown ones nothing.

use serde_json::{Map, Value as Json};

use super::plain;
use super::unit::Unit;
use crate::ids::{DeviceId, InvalidId};
use crate::instant::Instant;
use crate::message::{DevicePresence, DeviceStatus, Reason, ReasonLabel, Report, Translation};
use crate::quantity::{InvalidValue, Quantity};
use crate::reading::{Source, Value};

/// Least CO2 concentration that is taken for air. Bought devices report less while they warm up, or when they confuse
/// two instruments; a bad calibration does not go as low as this.
const LEAST_CO2_PPM: f64 = 100.0;

/// A JSON object: the shape of nearly all messages of bought devices.
pub(super) type Object = Map<String, Json>;

/// Reports, statuses and refusals of one message of a device, as far as it was read.
pub(super) struct ReportBuilder {
    device: DeviceId,
    observed_at: Option<Instant>,
    translation: Translation,
}

impl ReportBuilder {
    /// Empty builder for a message of `device`, whose clock showed `observed_at`.
    pub(super) fn new(device: DeviceId, observed_at: Option<Instant>) -> Self {
        Self { device, observed_at, translation: Translation::default() }
    }

    /// Dates the reports that follow.
    pub(super) fn dated(&mut self, observed_at: Option<Instant>) {
        self.observed_at = observed_at;
    }

    /// Adds the number under `key` times `factor`, as a value of `quantity`. What is absent or null is unknown.
    pub(super) fn number(
        &mut self,
        object: &Object,
        key: &str,
        factor: f64,
        quantity: Quantity,
        channel: Option<&str>,
    ) {
        if let Some(json) = object.get(key) {
            self.json(json, key, factor, quantity, channel);
        }
    }

    /// Adds the number that `json` is, times `factor`; null is unknown. `what` names it for people.
    pub(super) fn json(
        &mut self,
        json: &Json,
        what: &str,
        factor: f64,
        quantity: Quantity,
        channel: Option<&str>,
    ) {
        match number(json) {
            Some(number) => self.amount(number, factor, quantity, channel),
            None if is_unknown(json) => {}
            None if self.with_unit(json.as_str(), quantity, channel) => {}
            None => self.refuse(ReasonLabel::Malformed, format!("`{what}` is not a number")),
        }
    }

    /// Adds the number that a payload of plain text is, times `factor`. `nan` and its like are unknown.
    pub(super) fn plain(
        &mut self,
        payload: &[u8],
        factor: f64,
        quantity: Quantity,
        channel: Option<&str>,
    ) {
        match plain::number(payload) {
            Some(number) => self.amount(number, factor, quantity, channel),
            None if plain::is_unknown(payload) => {}
            None if self.with_unit(std::str::from_utf8(payload).ok(), quantity, channel) => {}
            None => {
                let text = format!("the payload is not a number, as {quantity} is");
                self.refuse(ReasonLabel::Malformed, text);
            }
        }
    }

    /// Adds a number that its unit follows, `21.5 °C`, when `quantity` can have it; that unit counts then.
    fn with_unit(&mut self, text: Option<&str>, quantity: Quantity, channel: Option<&str>) -> bool {
        let Some((number, unit)) = text.and_then(plain::number_and_rest) else { return false };
        let Some(unit) = Unit::new(unit).filter(|unit| unit.may_be(quantity)) else { return false };
        self.amount(unit.above_zero(number), unit.factor(), quantity, channel);
        true
    }

    /// Adds `number` times `factor`, as a value of `quantity`.
    pub(super) fn amount(
        &mut self,
        number: f64,
        factor: f64,
        quantity: Quantity,
        channel: Option<&str>,
    ) {
        let value = scaled(number, factor);
        if quantity == Quantity::Co2 && value < LEAST_CO2_PPM {
            let text = format!("{value} ppm of CO2 are less than any air has");
            self.refuse(ReasonLabel::Value, text);
            return;
        }
        self.add(quantity.number(value), quantity, channel);
    }

    /// Adds a state of `quantity`.
    pub(super) fn state(&mut self, state: bool, quantity: Quantity, channel: Option<&str>) {
        self.add(quantity.state(state), quantity, channel);
    }

    fn add(
        &mut self,
        value: Result<Value, InvalidValue>,
        quantity: Quantity,
        channel: Option<&str>,
    ) {
        let channel = channel.map(str::parse).transpose();
        match (value, channel) {
            (Ok(value), Ok(channel)) => {
                let source = Source { device: self.device.clone(), quantity, channel };
                let observed_at = self.observed_at;
                self.translation.reports.push(Report { source, observed_at, value, seq: None });
            }
            (Err(invalid), _) => self.refuse(ReasonLabel::Value, invalid.to_string()),
            (_, Err(invalid)) => self.refuse(ReasonLabel::Malformed, invalid.to_string()),
        }
    }

    /// Adds a refusal for a part that cannot be read.
    pub(super) fn refuse(&mut self, label: ReasonLabel, text: impl Into<String>) {
        self.translation.refusals.push(Reason::new(label, text));
    }

    /// Adds a status of the device.
    pub(super) fn status(&mut self, status: DeviceStatus) {
        self.translation.statuses.push(status);
    }

    /// Translation with everything that was read.
    pub(super) fn finish(self) -> Translation {
        self.translation
    }
}

/// Device id of this name.
pub(super) fn device(name: &str) -> Result<DeviceId, Reason> {
    name.parse().map_err(|invalid: InvalidId| Reason::new(ReasonLabel::Topic, invalid.to_string()))
}

/// Payload as a JSON object.
pub(super) fn object(payload: &[u8]) -> Result<Object, Reason> {
    let malformed =
        |error: serde_json::Error| Reason::new(ReasonLabel::Malformed, error.to_string());
    serde_json::from_slice(payload).map_err(malformed)
}

/// Translation of a message that is refused as a whole.
pub(super) fn refused(reason: Reason) -> Translation {
    Translation { refusals: vec![reason], ..Translation::default() }
}

/// Translation of a message that has only a status of its device.
pub(super) fn only_status(status: DeviceStatus) -> Translation {
    Translation { statuses: vec![status], ..Translation::default() }
}

/// Status of a device that publishes only whether it is there.
pub(super) fn status(device: DeviceId, presence: DevicePresence) -> DeviceStatus {
    DeviceStatus { device, presence, boot: None, firmware: None, interval_s: None }
}

/// Status of `device`, when the payload is one of these two words.
pub(super) fn presence(
    device: DeviceId,
    payload: &[u8],
    online: &str,
    offline: &str,
) -> Option<Translation> {
    let text = plain::text(payload)?;
    let presence = if text.eq_ignore_ascii_case(online) {
        DevicePresence::Online
    } else if text.eq_ignore_ascii_case(offline) {
        DevicePresence::Offline
    } else {
        return None;
    };
    Some(only_status(status(device, presence)))
}

/// Number, also one that was put in quotes.
pub(super) fn number(json: &Json) -> Option<f64> {
    match json {
        Json::Number(number) => number.as_f64(),
        Json::String(text) => plain::number(text.as_bytes()),
        _ => None,
    }
}

/// Truth value, also as one of the words for it.
pub(super) fn truth(json: &Json) -> Option<bool> {
    match json {
        Json::Bool(truth) => Some(*truth),
        Json::String(text) => plain::truth(text.as_bytes()),
        _ => None,
    }
}

/// Whether the value is absent: null, or one of the words for it.
pub(super) fn is_unknown(json: &Json) -> bool {
    json.is_null() || json.as_str().is_some_and(|text| plain::is_unknown(text.as_bytes()))
}

/// The product without the noise of binary fractions: 1.005 kWh are 1005 Wh, not 1004.9999999999999.
fn scaled(number: f64, factor: f64) -> f64 {
    const DECIMALS: f64 = 1e6;
    let product = number * factor;
    #[expect(clippy::float_cmp, reason = "a factor of one is meant exactly")]
    let unchanged = factor == 1.0;
    // Beyond 2^53 there are no decimals left that could be noise.
    if unchanged || product.abs() * DECIMALS > 9e15 {
        return product;
    }
    (product * DECIMALS).round() / DECIMALS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kilowatt_hours_become_watt_hours_without_noise() {
        assert_eq!(scaled(12.34, 1000.0).to_string(), "12340");
        assert_eq!(scaled(1.005, 1000.0).to_string(), "1005");
        assert_eq!(scaled(0.1 + 0.2, 1.0).to_string(), "0.30000000000000004");
        assert_eq!(scaled(1e200, 1000.0).to_string(), 1e203.to_string());
    }
}
