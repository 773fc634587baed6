//! A Linky that is read out by way of Zigbee: its labels were renamed three times, and their unit once.

use serde_json::Value as Json;

use super::super::report_builder::{Object, ReportBuilder, number};
use super::measure::measure;
use crate::quantity::Quantity;

/// What a Linky says by way of Zigbee: its indexes in kWh, in Wh as they were called at first. That of the grid operator,
/// `active_energy_out_d01`, counts the same energy once more and is left out.
const LINKY: &[(&str, Quantity, f64)] = &[
    ("current_summ_delivered", Quantity::EnergyImported, 1000.0),
    ("current_summ_received", Quantity::EnergyExported, 1000.0),
    ("currentSummDelivered", Quantity::EnergyImported, 1.0),
    ("currentSummReceived", Quantity::EnergyExported, 1.0),
    ("rmsCurrent", Quantity::Current, 1.0),
    ("rmsVoltage", Quantity::Voltage, 1.0),
    ("apparentPower", Quantity::ApparentPower, 1.0),
];

/// The indexes of a Linky. Those that its contract does not have are 0 for ever, and a meter in service has none of 0.
pub(super) fn read(object: &Object, builder: &mut ReportBuilder) {
    let is_zero = |key: &str| object.get(key).and_then(number) == Some(0.0);
    for (key, quantity, factor) in LINKY {
        let index = matches!(quantity, Quantity::EnergyImported);
        if !(index && is_zero(key)) {
            measure(object, key, *factor, *quantity, None, builder);
        }
    }
    for key in object.keys().filter(|key| !is_zero(key)) {
        for (before, after, factor) in
            [("current_tier", "_summ_delivered", 1000.0), ("currentTier", "SummDelivered", 1.0)]
        {
            let tier = key.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
            if let Some(tier) = tier.and_then(|tier| tier.parse::<u8>().ok()) {
                let channel = format!("tier{tier}");
                builder.number(object, key, factor, Quantity::EnergyImported, Some(&channel));
            }
        }
    }
}

/// Whether a reader of a Linky has joined and read nothing yet: then all is 0 or empty.
pub(super) fn is_unread(object: &Object) -> bool {
    let empty = |json: &Json| json.is_null() || json.as_str() == Some("");
    object.contains_key("current_summ_delivered")
        && object.get("meter_serial_number").is_some_and(empty)
        && object.get("current_summ_delivered").and_then(number) == Some(0.0)
}
