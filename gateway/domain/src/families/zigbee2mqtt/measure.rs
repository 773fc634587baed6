//! One measurement of a message, but for numbers that stand for no value.

use super::super::report_builder::{Object, ReportBuilder, number};
use crate::message::ReasonLabel;
use crate::quantity::Quantity;

/// Placeholders for a value that a device does not have: the ends of 16-bit numbers.
const NO_VALUE: &[f64] = &[-32_768.0, 65_535.0];

pub(super) fn measure(
    object: &Object,
    key: &str,
    factor: f64,
    quantity: Quantity,
    channel: Option<&str>,
    builder: &mut ReportBuilder,
) {
    let value = object.get(key).and_then(number);
    let electric = !matches!(quantity, Quantity::Temperature | Quantity::Co2);
    if electric && value.is_some_and(|value| NO_VALUE.contains(&value)) {
        let text = format!("`{key}` is {}, which stands for no value", value.unwrap_or_default());
        builder.refuse(ReasonLabel::Value, text);
    } else {
        builder.number(object, key, factor, quantity, channel);
    }
}
