//! Linky meters that a bridge reads out onto MQTT (teleinfo2mqtt, teleinfo-mqtt, TeleInfoKit and their like).
//!
//! ```text
//! teleinfo[/<meter>]               {"PAPP":{"raw":"00720","value":720},"BASE":{"raw":"022304568","value":22304568}}
//! teleinfokit-<id>/data/<LABEL>    022304568
//! <bridge>/tic/<LABEL>             022304568
//! teleinfo[/<meter>]/<LABEL>       022304568
//! <bridge>/tic                     {"PAPP":720,"BASE":"022304568"}
//! ```
//!
//! A channel is called as the label: `HCHC`. The labels themselves are those of [`super::tic`]. No time is taken:
//! bridges write the local time of the meter as if it were UTC.

use serde_json::Value as Json;

use super::family::{Family, Reads, Scope};
use super::report_builder::{ReportBuilder, device, object, refused};
use super::tic;
use crate::message::{Message, Reason, Translation};

/// The row of the table.
pub(super) const FAMILY: Family = Family {
    name: "linky_tic",
    filters: |_| FILTERS.iter().map(|filter| (*filter).to_owned()).collect(),
    reads: Reads::Alone(translate),
};

const FILTERS: &[&str] =
    &["teleinfo", "teleinfo/+", "teleinfo/+/+", "+/data/+", "+/tic", "+/tic/+", "+/+/tic/+"];

/// The topic of teleinfo2mqtt and its like.
const TELE_INFO: &str = "teleinfo";

/// Prefix of the names of bridges that give each label a topic below `data`.
const TELE_INFO_KIT: &str = "teleinfokit";

fn translate(message: &Message<'_>, _: &Scope<'_>) -> Option<Translation> {
    let (rest, last) = message.topic.rsplit_once('/').unwrap_or(("", message.topic));
    let is_kit = |name: &&str| name.to_ascii_lowercase().starts_with(TELE_INFO_KIT);
    let kit = rest.strip_suffix("/data").filter(is_kit);
    let plain = !message.payload.trim_ascii_start().starts_with(b"{");
    let teleinfo = || match rest.strip_prefix(TELE_INFO)? {
        "" => Some(rest).filter(|_| plain),
        meter => meter.strip_prefix('/'),
    };
    if let Some(bridge) = kit.or_else(|| rest.strip_suffix("/tic")).or_else(teleinfo) {
        return one(bridge, last, message.payload)
            .transpose()
            .map(|one| one.unwrap_or_else(refused));
    }
    // Bridges also publish their own state there, in plain words.
    if plain || rest.ends_with("/data") {
        return None;
    }
    let meter = if last == "tic" { rest } else { last };
    Some(frame(meter, message.payload).unwrap_or_else(refused))
}

/// A label that has a topic of its own; nothing when it measures nothing.
fn one(bridge: &str, label: &str, payload: &[u8]) -> Result<Option<Translation>, Reason> {
    let Some((label, quantity)) = tic::label(label) else { return Ok(None) };
    let mut builder = ReportBuilder::new(device(bridge)?, None);
    if payload.trim_ascii_start().starts_with(b"{") {
        let frame = [(label.to_owned(), Json::Object(object(payload)?))];
        tic::read(&frame.into_iter().collect(), "", &mut builder);
    } else {
        builder.plain(payload, 1.0, quantity, Some(label));
    }
    Ok(Some(builder.finish()))
}

/// All labels at once, also one level down.
fn frame(meter: &str, payload: &[u8]) -> Result<Translation, Reason> {
    let frame = object(payload)?;
    let mut builder = ReportBuilder::new(device(meter)?, None);
    match frame.get("TIC") {
        Some(Json::Object(inner)) => tic::read(inner, "", &mut builder),
        _ => tic::read(&frame, "", &mut builder),
    }
    Ok(builder.finish())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::families::testing::{read, values};
    use crate::message::ReasonLabel;

    #[test]
    fn a_frame_is_read_under_the_name_of_its_meter() {
        let frame = r#"{"ADCO":{"raw":"012345678912","value":12345678912},
            "BASE":{"raw":"022304568","value":22304568},"HHPHC":{"raw":"A","value":"A"}}"#;
        assert_eq!(
            values(&FAMILY, "teleinfo/012345678912", frame),
            [("012345678912 energy_imported BASE".to_owned(), 22_304_568.0)]
        );
        assert_eq!(values(&FAMILY, "teleinfo", frame)[0].0, "teleinfo energy_imported BASE");
    }

    #[test]
    fn a_label_with_a_topic_of_its_own_is_read_in_any_case() {
        assert_eq!(
            values(&FAMILY, "teleinfokit-8c4b/data/papp", "00720"),
            [("teleinfokit-8c4b apparent_power PAPP".to_owned(), 720.0)]
        );
        assert_eq!(
            values(&FAMILY, "linky/tic/EAST", r#"{"raw":"020966534","value":20966534}"#),
            [("linky energy_imported EAST".to_owned(), 20_966_534.0)]
        );
    }

    #[test]
    fn bridges_of_many_makers_are_read() {
        for (topic, payload, expected) in [
            ("teleinfo/PAPP", "00720", "teleinfo apparent_power PAPP 720"),
            ("teleinfo/021528603314/HCHC", "0837362", "021528603314 energy_imported HCHC 837362"),
            ("TeleInfoKit-8C4B/data/IINST", "3", "TeleInfoKit-8C4B current IINST 3"),
            ("linky/tic", r#"{"SINSTS":"00417"}"#, "linky apparent_power SINSTS 417"),
            ("maison/linky/tic/URMS1", "238", "maison/linky voltage URMS1 238"),
            ("linky/tic/EAIT", "000012345", "linky energy_exported EAIT 12345"),
            ("teleinfo/1", r#"{"TIC":{"IINST2":7}}"#, "1 current IINST2 7"),
            ("linky/tic/CCASN", r#"{"value":1234,"raw":"01234"}"#, "linky active_power CCASN 1234"),
            ("linky/tic/IRMS3", r#"{"value":null,"raw":"002"}"#, "linky current IRMS3 2"),
        ] {
            let values = values(&FAMILY, topic, payload);
            let lines: Vec<_> =
                values.iter().map(|(source, value)| format!("{source} {value}")).collect();
            assert_eq!(lines, [expected], "{topic}");
        }
    }

    #[test]
    fn what_measures_nothing_is_left_alone() {
        for (topic, payload) in [
            ("teleinfo/status", "up"),
            ("teleinfokit-8c4b/data/PTEC", "HP.."),
            ("house/data/PAPP", "720"),
            ("house/data/x", "{}"),
        ] {
            assert_eq!(read(&FAMILY, topic, payload), None, "{topic}");
        }
    }

    #[test]
    fn what_is_broken_is_refused() {
        for (topic, payload) in [("teleinfo/1", "{"), ("linky/tic/PAPP", "A")] {
            let translation = read(&FAMILY, topic, payload).unwrap();
            assert_eq!(translation.refusals[0].label, ReasonLabel::Malformed, "{topic}");
        }
    }
}
