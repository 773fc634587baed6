//! The labels that a French Linky meter sends, whoever carries them. They come from two modes of the meter:
//! *historique* (`HCHC`, `PAPP`) and *standard* (`EAST`, `SINSTS`).
//!
//! Indexes are Wh. `PAPP` and `SINSTS` are VA, not W: nothing in a Linky but `CCASN` is active power. `EAST`
//! is the sum of the indexes `EASF01` to `EASF10`, so a meter is given either it or them. The indexes of the
//! grid operator, `EASD`, count the same energy once more and are left out, and so is who the meter belongs to.

use serde_json::Value as Json;

use super::report_builder::{Object, ReportBuilder, number};
use crate::ids::DeviceId;
use crate::message::{ReasonLabel, Translation};
use crate::quantity::Quantity;

/// Quantity of each label, in its unit.
const LABELS: &[(&str, Quantity)] = &[
    ("BASE", Quantity::EnergyImported),
    ("HCHC", Quantity::EnergyImported),
    ("HCHP", Quantity::EnergyImported),
    ("EJPHN", Quantity::EnergyImported),
    ("EJPHPM", Quantity::EnergyImported),
    ("BBRHCJB", Quantity::EnergyImported),
    ("BBRHPJB", Quantity::EnergyImported),
    ("BBRHCJW", Quantity::EnergyImported),
    ("BBRHPJW", Quantity::EnergyImported),
    ("BBRHCJR", Quantity::EnergyImported),
    ("BBRHPJR", Quantity::EnergyImported),
    ("EAST", Quantity::EnergyImported),
    ("EASF01", Quantity::EnergyImported),
    ("EASF02", Quantity::EnergyImported),
    ("EASF03", Quantity::EnergyImported),
    ("EASF04", Quantity::EnergyImported),
    ("EASF05", Quantity::EnergyImported),
    ("EASF06", Quantity::EnergyImported),
    ("EASF07", Quantity::EnergyImported),
    ("EASF08", Quantity::EnergyImported),
    ("EASF09", Quantity::EnergyImported),
    ("EASF10", Quantity::EnergyImported),
    ("EAIT", Quantity::EnergyExported),
    ("PAPP", Quantity::ApparentPower),
    ("SINSTS", Quantity::ApparentPower),
    ("SINSTS1", Quantity::ApparentPower),
    ("SINSTS2", Quantity::ApparentPower),
    ("SINSTS3", Quantity::ApparentPower),
    ("CCASN", Quantity::ActivePower),
    ("IINST", Quantity::Current),
    ("IINST1", Quantity::Current),
    ("IINST2", Quantity::Current),
    ("IINST3", Quantity::Current),
    ("IRMS1", Quantity::Current),
    ("IRMS2", Quantity::Current),
    ("IRMS3", Quantity::Current),
    ("URMS1", Quantity::Voltage),
    ("URMS2", Quantity::Voltage),
    ("URMS3", Quantity::Voltage),
];

/// What a frame of `device` measures, given as the label and the digits of each of its groups. The channel is the label.
pub(super) fn groups<'a>(
    device: DeviceId,
    groups: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Translation {
    let frame = groups.into_iter().map(|(label, value)| (label.to_owned(), Json::from(value)));
    let mut builder = ReportBuilder::new(device, None);
    read(&frame.collect(), "", &mut builder);
    builder.finish()
}

/// What the label measures, whatever its case, with the label as the meter writes it.
pub(super) fn label(name: &str) -> Option<(&'static str, Quantity)> {
    LABELS.iter().find(|(label, _)| label.eq_ignore_ascii_case(name)).copied()
}

/// Reads the labels in `frame`; the channel of each is `prefix` and the label.
pub(super) fn read(frame: &Object, prefix: &str, builder: &mut ReportBuilder) {
    let ceiling_va = ceiling_va(frame);
    for (key, json) in frame {
        let Some((label, quantity)) = label(key) else { continue };
        // An index that a contract does not have is sent as 0 for ever; it would only be noise.
        let json = value(json);
        if label.starts_with("EASF") && number(json) == Some(0.0) {
            continue;
        }
        let claimed = number(json).filter(|_| quantity == Quantity::ApparentPower);
        if let (Some(claimed), Some(ceiling_va)) = (claimed, ceiling_va)
            && claimed > ceiling_va
        {
            let text = format!("{label} is {claimed} VA, more than the whole meter can have");
            builder.refuse(ReasonLabel::Value, text);
            continue;
        }
        let channel = format!("{prefix}{label}");
        builder.json(json, label, 1.0, quantity, Some(&channel));
    }
}

/// The value of a label: bare, or beside the text that the meter sent.
fn value(json: &Json) -> &Json {
    let Json::Object(both) = json else { return json };
    let given = |key| both.get(key).filter(|json: &&Json| !json.is_null());
    given("value").or_else(|| given("raw")).unwrap_or(&Json::Null)
}

/// The most apparent power that any part of the meter can have, where the message has its contract (`PREF` in
/// kVA, or `ISOUSC` in A a phase): the breaker trips before half as much again. Meters have sent many times that for
/// a phase.
fn ceiling_va(frame: &Object) -> Option<f64> {
    const VA_OF_KVA: f64 = 1000.0;
    /// A phase of 15 A is sold as 3 kVA.
    const VA_OF_A: f64 = 200.0;
    let contract = |name: &str| {
        let (_, json) = frame.iter().find(|(key, _)| key.eq_ignore_ascii_case(name))?;
        number(value(json))
    };
    let phases = if contract("IINST2").or(contract("IINST3")).is_some() { 3.0 } else { 1.0 };
    let va = contract("PREF")
        .map(|kva| kva * VA_OF_KVA)
        .or(contract("ISOUSC").map(|amperes| amperes * VA_OF_A * phases));
    va.map(|va| va * 1.5)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(frame: &str) -> Translation {
        let mut builder = ReportBuilder::new("linky".parse().unwrap(), None);
        super::read(&serde_json::from_str(frame).unwrap(), "", &mut builder);
        builder.finish()
    }

    fn values(frame: &str) -> Vec<(String, f64)> {
        let reports = read(frame).reports;
        reports.iter().map(|r| (r.source.to_string(), r.value.as_f64())).collect()
    }

    #[test]
    fn a_label_is_read_bare_padded_or_beside_its_raw_text() {
        for base in ["22304568", "\"022304568\"", r#"{"raw":"022304568","value":22304568}"#] {
            let frame = format!(r#"{{"ADCO":"012345678912","BASE":{base},"PTEC":"TH.."}}"#);
            let expected = [("linky energy_imported BASE".to_owned(), 22_304_568.0)];
            assert_eq!(values(&frame), expected, "{base}");
        }
    }

    #[test]
    fn the_power_of_a_linky_is_apparent() {
        let frame = r#"{"PAPP":720,"IINST":3}"#;
        assert_eq!(
            values(frame),
            [
                ("linky current IINST".to_owned(), 3.0),
                ("linky apparent_power PAPP".to_owned(), 720.0)
            ]
        );
    }

    #[test]
    fn a_phase_with_more_power_than_the_whole_meter_is_refused() {
        let translation = read(r#"{"PREF":15,"SINSTS":417,"SINSTS1":37059,"SINSTS2":200}"#);
        assert_eq!(translation.reports.len(), 2);
        assert_eq!(translation.refusals.len(), 1);
    }

    #[test]
    fn a_historic_meter_with_more_power_than_its_contract_is_refused() {
        assert_eq!(read(r#"{"ISOUSC":15,"IINST":2,"PAPP":"04500"}"#).refusals.len(), 0);
        assert_eq!(read(r#"{"ISOUSC":15,"IINST":2,"PAPP":"04510"}"#).refusals.len(), 1);
        let three_phases = r#"{"ISOUSC":15,"IINST1":2,"IINST2":9,"IINST3":4,"PAPP":"04510"}"#;
        assert_eq!(read(three_phases).refusals.len(), 0);
    }

    #[test]
    fn an_index_that_the_contract_does_not_have_is_left_out() {
        assert_eq!(values(r#"{"EASF01":12,"EASF02":0,"EASD01":12}"#).len(), 1);
    }
}
