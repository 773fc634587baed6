//! LoRaWAN devices behind ChirpStack, version 4 and version 3 in both its forms of JSON.
//!
//! ```text
//! application/<application>/device/<eui>/event/up       {"time":"2023-05-22T07:47:05.404859+00:00","object":{"co2":886}}
//! application/<application>/device/<eui>/event/up       {"publishedAt":"..","objectJSON":"{\"co2\":886}"}
//! application/<application>/device/<eui>/rx             version 3, the older topic
//! application/<application>/device/<eui>/event/status   {"batteryLevel":87.0}
//! ```
//!
//! A message that no codec has decoded says nothing. A time ahead of our clock is that of a gateway gone
//! wrong: then the time of arrival is better.

use serde_json::Value as Json;

use super::family::{Family, Reads, Scope};
use super::report_builder::{Object, ReportBuilder, device, object, refused};
use super::{decoded, moment};
use crate::instant::Instant;
use crate::message::{Message, Reason, Translation};
use crate::quantity::Quantity;

/// The row of the table.
pub(super) const FAMILY: Family = Family {
    name: "chirpstack",
    filters: |_| {
        ["event/up", "rx", "event/status"]
            .map(|event| format!("application/+/device/+/{event}"))
            .to_vec()
    },
    reads: Reads::Alone(translate),
};

fn translate(message: &Message<'_>, _: &Scope<'_>) -> Option<Translation> {
    let (_, rest) = message.topic.split_once("/device/")?;
    let (eui, event) = rest.split_once('/')?;
    let translation = match event {
        "event/up" | "rx" => uplink(eui, message),
        "event/status" => device_status(eui, message),
        _ => return None,
    };
    Some(translation.unwrap_or_else(refused))
}

fn uplink(eui: &str, message: &Message<'_>) -> Result<Translation, Reason> {
    let event = object(message.payload)?;
    let observed_at = received_at(&event).filter(|instant| *instant <= message.received_at);
    let mut builder = ReportBuilder::new(device(eui)?, observed_at);
    match (event.get("object"), event.get("objectJSON")) {
        (Some(Json::Object(decoded)), _) => decoded::read(decoded, &mut builder),
        (_, Some(Json::String(text))) if !text.is_empty() => {
            decoded::read(&object(text.as_bytes())?, &mut builder);
        }
        _ => {}
    }
    Ok(builder.finish())
}

/// Instant at which the server received a message, or else the median of its gateways.
fn received_at(event: &Object) -> Option<Instant> {
    let time = |key| event.get(key).and_then(moment::text);
    time("publishedAt").or_else(|| time("time")).or_else(|| {
        let gateways = event.get("rxInfo")?.as_array()?;
        // When the network server had it, which newer versions publish, else the time of the gateways.
        ["nsTime", "time", "gwTime"].into_iter().find_map(|key| {
            let times = gateways.iter().filter_map(|gateway| moment::text(gateway.get(key)?));
            let mut times: Vec<Instant> = times.collect();
            times.sort_unstable();
            times.get(times.len() / 2).copied()
        })
    })
}

fn device_status(eui: &str, message: &Message<'_>) -> Result<Translation, Reason> {
    let event = object(message.payload)?;
    let observed_at = received_at(&event).filter(|instant| *instant <= message.received_at);
    let mut builder = ReportBuilder::new(device(eui)?, observed_at);
    let is = |key| event.get(key).and_then(Json::as_bool) == Some(true);
    if !is("externalPowerSource") && !is("batteryLevelUnavailable") {
        builder.number(&event, "batteryLevel", 1.0, Quantity::Battery, None);
    }
    Ok(builder.finish())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::families::testing::{read, values};
    use crate::message::ReasonLabel;

    const UP: &str = "application/7/device/24e124e9c38b7cb9/event/up";

    #[test]
    fn a_decoded_object_is_read_in_line_and_as_text() {
        let expected = [("24e124e9c38b7cb9 co2".to_owned(), 886.0)];
        assert_eq!(values(&FAMILY, UP, r#"{"object":{"co2":886.0}}"#), expected);
        assert_eq!(values(&FAMILY, UP, r#"{"objectJSON":"{\"co2\":886}"}"#), expected);
        let older = "application/7/device/24e124e9c38b7cb9/rx";
        assert_eq!(values(&FAMILY, older, r#"{"object":{"co2":886}}"#), expected);
        for undecoded in [r#"{"data":"AXV="}"#, r#"{"object":null}"#, r#"{"objectJSON":""}"#] {
            assert_eq!(values(&FAMILY, UP, undecoded), [], "{undecoded}");
        }
    }

    #[test]
    fn the_clock_of_one_wrong_gateway_does_not_date_an_uplink() {
        let at = |times: &str| {
            let payload = format!(r#"{{"object":{{"co2":886}},{times}}}"#);
            read(&FAMILY, UP, &payload).unwrap().reports[0].observed_at
        };
        let three = r#""rxInfo":[{"time":"2026-11-23T14:20:00Z"},{"time":"2026-11-23T14:03:07Z"},
            {"time":"2026-11-23T14:01:00Z"}]"#;
        assert_eq!(at(three), "2026-11-23T14:03:07Z".parse().ok());
        assert_eq!(at(r#""time":"2026-11-23T14:20:00+00:00""#), None);
        let newer =
            r#""rxInfo":[{"gwTime":"2026-11-23T13:00:00Z","nsTime":"2026-11-23T14:03:06.1Z"}]"#;
        assert_eq!(at(newer), "2026-11-23T14:03:06.1Z".parse().ok());
        assert_eq!(
            at(r#""time":"2023-05-22T09:47:05+02:00""#),
            "2023-05-22T07:47:05Z".parse().ok()
        );
    }

    #[test]
    fn a_status_tells_the_charge_unless_the_device_has_no_battery() {
        let status = "application/7/device/a1/event/status";
        let expected = [("a1 battery".to_owned(), 87.0)];
        assert_eq!(values(&FAMILY, status, r#"{"batteryLevel":87.0}"#), expected);
        let mains = r#"{"batteryLevel":0.0,"externalPowerSource":true}"#;
        assert_eq!(values(&FAMILY, status, mains), []);
    }

    #[test]
    fn joins_say_nothing_and_broken_uplinks_are_refused() {
        assert_eq!(read(&FAMILY, "application/7/device/a1/event/join", "{}"), None);
        let broken = read(&FAMILY, UP, r#"{"objectJSON":"{"}"#).unwrap();
        assert_eq!(broken.refusals[0].label, ReasonLabel::Malformed);
    }
}
