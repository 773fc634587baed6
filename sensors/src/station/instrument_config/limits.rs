//! Ranges of the keys; a value outside is refused with the range.

use std::time::Duration;

use serde::de::Error as _;
use serde::{Deserialize as _, Deserializer};

/// A length of time above zero and up to a day, such as `"30s"`.
pub(in crate::station) fn span<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Duration, D::Error> {
    let text = String::deserialize(deserializer)?;
    let span =
        text.parse::<jiff::SignedDuration>().ok().and_then(|span| Duration::try_from(span).ok());
    let within = |span: &Duration| !span.is_zero() && *span <= Duration::from_hours(24);
    span.filter(within).ok_or_else(|| {
        D::Error::custom(format!(
            "`{text}` is no time such as \"30s\", \"10ms\" or \"5m\", up to a day"
        ))
    })
}

pub(super) fn pin<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u8, D::Error> {
    let number = i64::deserialize(deserializer)?;
    u8::try_from(number).ok().filter(|pin| *pin <= 27).ok_or_else(|| {
        D::Error::custom(format!(
            "{number} is no pin: give its BCM number, 0 to 27 (`pinout` shows them)"
        ))
    })
}

pub(super) fn above_zero<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    within(deserializer, f64::MIN_POSITIVE, 1e9, "a number above 0")
}

pub(super) fn zero_or_more<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    within(deserializer, 0.0, 1e9, "0 or more")
}

pub(super) fn voltage<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    within(deserializer, 100.0, 480.0, "a voltage of 100 to 480 V").map(Some)
}

pub(super) fn pressure<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<u16>, D::Error> {
    let hpa = i64::deserialize(deserializer)?;
    u16::try_from(hpa).ok().filter(|hpa| (700..=1200).contains(hpa)).map(Some).ok_or_else(|| {
        D::Error::custom(format!(
            "{hpa} is not the pressure of a place that the sensor can be told: 700 to 1200 hPa"
        ))
    })
}

pub(super) fn offset<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f32>, D::Error> {
    let kelvin = within(deserializer, 0.0, 20.0, "0 to 20 K")?;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a few kelvin, and the sensor knows 16 bits of them"
    )]
    let kelvin = kelvin as f32;
    Ok(Some(kelvin))
}

fn within<'de, D: Deserializer<'de>>(
    deserializer: D,
    low: f64,
    high: f64,
    expected: &str,
) -> Result<f64, D::Error> {
    let number = f64::deserialize(deserializer)?;
    if (low..=high).contains(&number) {
        Ok(number)
    } else {
        Err(D::Error::custom(format!("{number} cannot be: {expected}")))
    }
}
