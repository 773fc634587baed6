//! A Linky as Tasmota publishes it: label by label (`TIC`), and as one firmware sums it up.
//!
//! ```text
//! {"METER":{"P":1690,"W":1622,"I":7.2,"U1":236,"P1":1670,"PP":0,"PW":0},"CONTRACT":{"CONSO":7970903,"CREUSE":3002114,"PROD":0}}
//! {"PROD":{"VA":1470,"W":1470}}           its older form of what is produced
//! {"ENERGY":{"Total":9098.245,"Power":170,"Current":1.0}}     made up: the power is in VA, the total not that of the meter
//! ```
//!
//! After <https://github.com/NicolasBernaerts/tasmota/tree/master/teleinfo>: indexes in Wh, `P` in VA and `W` in W, with a
//! digit for each phase; `CONSO` is the sum of the periods beside it.

use serde_json::Value as Json;

use super::super::report_builder::{Object, ReportBuilder, device, number, object};
use super::super::tic;
use crate::message::{Reason, Translation};
use crate::quantity::Quantity;

/// What of a contract is no index: names, and what goes on.
const NO_INDEX: &[&str] = &["serial", "name", "period", "color", "hour", "tday", "tmrw"];

/// A contract has ten periods at most, and their sum in both directions.
const MAX_INDEXES: usize = 16;

/// All labels at once, on a topic of their own.
pub(super) fn frame(name: &str, payload: &[u8]) -> Result<Translation, Reason> {
    let labels = object(payload)?;
    let mut builder = ReportBuilder::new(device(name)?, None);
    tic::read(&labels, "TIC/", &mut builder);
    Ok(builder.finish())
}

/// Whether `ENERGY` was made up from a Linky, whose meter has no voltage in the historic mode.
pub(super) fn made_up(message: &Object, energy: &Object) -> bool {
    let has = |key| energy.contains_key(key);
    let beside = ["TIC", "METER", "CONTRACT"].iter().any(|key| message.contains_key(*key));
    beside || has("Load") || (has("Current") && !has("Voltage") && !has("ApparentPower"))
}

/// What is drawn, and beside it what is produced.
pub(super) fn meter(measured: &Object, builder: &mut ReportBuilder) {
    const KEYS: &[(&str, Quantity)] = &[
        ("P", Quantity::ApparentPower),
        ("W", Quantity::ActivePower),
        ("U", Quantity::Voltage),
        ("I", Quantity::Current),
    ];
    for (key, quantity) in KEYS {
        builder.number(measured, key, 1.0, *quantity, Some("METER"));
        for phase in 1..=3 {
            let channel = format!("METER/{phase}");
            builder.number(measured, &format!("{key}{phase}"), 1.0, *quantity, Some(&channel));
        }
    }
    builder.number(measured, "PP", 1.0, Quantity::ApparentPower, Some("METER/produced"));
    builder.number(measured, "PW", 1.0, Quantity::ActivePower, Some("METER/produced"));
}

/// Reads what is produced, as older versions publish it.
pub(super) fn production(measured: &Object, builder: &mut ReportBuilder) {
    builder.number(measured, "VA", 1.0, Quantity::ApparentPower, Some("PROD"));
    builder.number(measured, "W", 1.0, Quantity::ActivePower, Some("PROD"));
}

/// The indexes of a contract; `period` and its like are words.
pub(super) fn contract(measured: &Object, builder: &mut ReportBuilder) {
    let is_index = |(key, json): &(&String, &Json)| {
        !NO_INDEX.contains(&key.as_str()) && number(json).is_some()
    };
    for (key, json) in measured.iter().filter(is_index).take(MAX_INDEXES) {
        let channel = format!("CONTRACT/{key}");
        let quantity =
            if key == "PROD" { Quantity::EnergyExported } else { Quantity::EnergyImported };
        builder.json(json, key, 1.0, quantity, Some(&channel));
    }
}
