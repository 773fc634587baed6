//! LoRaWAN devices behind The Things Stack, version 3.
//!
//! ```text
//! v3/<application>[@<tenant>]/devices/<device>/up
//!     {"uplink_message":{"received_at":"2023-03-29T07:54:40.949193829Z","decoded_payload":{"co2":762}}}
//! ```
//!
//! The time is that of the network server: the clocks of gateways are wrong by minutes. What was only
//! simulated says nothing, and neither does a message that no formatter has decoded.

use serde_json::Value as Json;

use super::family::{Family, Reads, Scope};
use super::report_builder::{Object, ReportBuilder, device, object, refused};
use super::{decoded, moment};
use crate::message::{Message, Reason, Translation};

/// The row of the table.
pub(super) const FAMILY: Family = Family {
    name: "the_things_stack",
    filters: |_| vec!["v3/+/devices/+/up".to_owned()],
    reads: Reads::Alone(translate),
};

fn translate(message: &Message<'_>, _: &Scope<'_>) -> Option<Translation> {
    let (rest, name) = message.topic.strip_suffix("/up")?.rsplit_once('/')?;
    rest.strip_suffix("/devices")?;
    Some(uplink(name, message.payload).unwrap_or_else(refused))
}

fn uplink(name: &str, payload: &[u8]) -> Result<Translation, Reason> {
    let envelope = object(payload)?;
    let mut builder = ReportBuilder::new(device(name)?, None);
    if let Some(Json::Object(uplink)) = envelope.get("uplink_message")
        && let Some(Json::Object(decoded)) = uplink.get("decoded_payload")
        && !is_simulated(&envelope)
    {
        let received_at = |object: &Object| object.get("received_at").and_then(moment::text);
        builder.dated(received_at(uplink).or_else(|| received_at(&envelope)));
        decoded::read(decoded, &mut builder);
    }
    Ok(builder.finish())
}

fn is_simulated(envelope: &Object) -> bool {
    let flagged = envelope.get("simulated").and_then(Json::as_bool) == Some(true);
    // Older servers show it only in the name of the call.
    let ids = envelope.get("correlation_ids").and_then(Json::as_array);
    let called = |id: &Json| id.as_str().is_some_and(|id| id.contains("SimulateUplink"));
    flagged || ids.is_some_and(|ids| ids.iter().any(called))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::families::testing::read;
    use crate::message::ReasonLabel;

    fn uplink(extra: &str) -> Translation {
        let payload = format!(
            r#"{{"received_at":"2023-03-29T07:54:41Z","uplink_message":{{"decoded_payload":{{"co2":762}},
            "rx_metadata":[{{"time":"2023-03-29T07:52:47Z"}}]}}{extra}}}"#
        );
        read(&FAMILY, "v3/app@ttn/devices/ers-1/up", &payload).unwrap()
    }

    #[test]
    fn the_server_dates_an_uplink_not_the_gateway() {
        let report = &uplink("").reports[0];
        assert_eq!(report.source.to_string(), "ers-1 co2");
        assert_eq!(report.observed_at, "2023-03-29T07:54:41Z".parse().ok());
    }

    #[test]
    fn what_was_simulated_is_no_reading() {
        assert_eq!(uplink(r#","simulated":true"#).reports, []);
        let called = r#","correlation_ids":["rpc:/ttn.lorawan.v3.AppAs/SimulateUplink:01"]"#;
        assert_eq!(uplink(called).reports, []);
    }

    #[test]
    fn joins_say_nothing_and_broken_uplinks_are_refused() {
        assert_eq!(read(&FAMILY, "v3/app@ttn/devices/ers-1/join", "{}"), None);
        let broken = read(&FAMILY, "v3/app/devices/ers-1/up", "{").unwrap();
        assert_eq!(broken.refusals[0].label, ReasonLabel::Malformed);
    }
}
