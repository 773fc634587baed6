//! One measurement of a message, but for numbers that stand for no value.

use super::super::gathering::{Gathering, Object, number};
use crate::message::ReasonLabel;
use crate::quantity::Quantity;

/// What stands for a value that a device does not have: the ends of 16-bit numbers.
const NO_VALUE: &[f64] = &[-32_768.0, 65_535.0];

pub(super) fn measure(
    object: &Object,
    key: &str,
    factor: f64,
    quantity: Quantity,
    channel: Option<&str>,
    gathering: &mut Gathering,
) {
    let value = object.get(key).and_then(number);
    let electric = !matches!(quantity, Quantity::Temperature | Quantity::Co2);
    if electric && value.is_some_and(|value| NO_VALUE.contains(&value)) {
        let text = format!("`{key}` is {}, which stands for no value", value.unwrap_or_default());
        gathering.refuse(ReasonLabel::Value, text);
    } else {
        gathering.number(object, key, factor, quantity, channel);
    }
}
