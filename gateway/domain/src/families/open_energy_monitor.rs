//! What OpenEnergyMonitor publishes (emonHub, emonTx, emonPi, emonTH).
//!
//! ```text
//! emon/<node>/<key>   236.24
//! emon/<node>         {"time":1662386531.25,"P1":89,"E1":1234,"Vrms":236.24,"rssi":-63}
//! emon/<node>         MSG:7,Vrms:236.24,P1:89,E1:1234
//! ```
//!
//! A channel is called as the key: `P1`. `P` are W, `E` are Wh. The lists of bare numbers below `emonhub/rx`
//! are not listened to, since nothing in them says what is what.

use serde_json::Value as Json;

use super::family::{Family, Reads, Scope};
use super::filter::fixed_levels;
use super::report_builder::{ReportBuilder, device, number, object, refused};
use super::{moment, plain};
use crate::message::{Message, Reason, Translation};
use crate::quantity::Quantity;

/// The row of the table.
pub(super) const FAMILY: Family = Family {
    name: "open_energy_monitor",
    filters: |_| vec![format!("{BASE}+"), format!("{BASE}+/+")],
    reads: Reads::Alone(translate),
};

const BASE: &str = "emon/";

/// Value of a temperature input without a probe.
const NO_PROBE: f64 = 300.0;

fn translate(message: &Message<'_>, scope: &Scope<'_>) -> Option<Translation> {
    let base = if scope.filter.starts_with(BASE) { BASE } else { fixed_levels(scope.filter) };
    let name = message.topic.strip_prefix(base)?;
    let translation = match name.rsplit_once('/') {
        Some((node, key)) => one(node, key, message.payload, quantity(key)?),
        None if message.payload.trim_ascii_start().starts_with(b"{") => all(name, message.payload),
        None => pairs(name, message.payload)?,
    };
    Some(translation.unwrap_or_else(refused))
}

fn one(node: &str, key: &str, payload: &[u8], quantity: Quantity) -> Result<Translation, Reason> {
    let mut builder = ReportBuilder::new(device(node)?, None);
    if !is_absent(quantity, plain::number(payload)) {
        builder.plain(payload, 1.0, quantity, Some(key));
    }
    Ok(builder.finish())
}

fn all(node: &str, payload: &[u8]) -> Result<Translation, Reason> {
    let keys = object(payload)?;
    let observed_at = keys.get("time").and_then(number).and_then(moment::unix_seconds);
    let mut builder = ReportBuilder::new(device(node)?, observed_at);
    let values = keys.iter().filter(|(_, json)| !matches!(json, Json::Object(_) | Json::Array(_)));
    for (key, json) in values {
        if let Some(quantity) = quantity(key)
            && !is_absent(quantity, number(json))
        {
            builder.json(json, key, 1.0, quantity, Some(key));
        }
    }
    Ok(builder.finish())
}

/// A list of names and values, as such a node sends it over its serial line: `MSG:7,P1:89`. `None` for any other text,
/// also for a list of bare numbers: nothing in that says what is what.
fn pairs(node: &str, payload: &[u8]) -> Option<Result<Translation, Reason>> {
    /// A node has some twenty values.
    const MAX_PAIRS: usize = 100;
    let text = std::str::from_utf8(payload).ok()?.trim();
    let pairs: Option<Vec<(&str, &str)>> =
        text.split(',').take(MAX_PAIRS).map(|pair| pair.split_once([':', '='])).collect();
    let device = match device(node) {
        Ok(device) => device,
        Err(reason) => return Some(Err(reason)),
    };
    let mut builder = ReportBuilder::new(device, None);
    for (key, value) in pairs? {
        let key = key.trim();
        let Some(quantity) = quantity(key) else { continue };
        if !is_absent(quantity, plain::number(value.as_bytes())) {
            builder.plain(value.as_bytes(), 1.0, quantity, Some(key));
        }
    }
    Some(Ok(builder.finish()))
}

fn is_absent(quantity: Quantity, number: Option<f64>) -> bool {
    quantity == Quantity::Temperature && number.is_some_and(|degrees| degrees >= NO_PROBE)
}

/// Quantity of a key; `battery` is a voltage here and `MSG` a count of messages.
fn quantity(key: &str) -> Option<Quantity> {
    let key = key.trim().to_ascii_lowercase().replace(' ', "_");
    let bare = key.trim_end_matches(|c: char| c.is_ascii_digit());
    let numbered = bare.len() < key.len();
    match bare.trim_end_matches('_') {
        "p" | "e" | "i" | "t" | "v" if !numbered => None,
        "p" | "power" | "realpower" => Some(Quantity::ActivePower),
        "apparentpower" => Some(Quantity::ApparentPower),
        "e" => Some(Quantity::EnergyImported),
        "v" | "vrms" => Some(Quantity::Voltage),
        "i" | "irms" => Some(Quantity::Current),
        "t" | "temp" | "temperature" | "external_temperature" | "temp_external" => {
            Some(Quantity::Temperature)
        }
        "humidity" => Some(Quantity::RelativeHumidity),
        "co" if key == "co2" => Some(Quantity::Co2),
        "rssi" => Some(Quantity::Rssi),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::families::testing::{read, values};
    use crate::message::ReasonLabel;

    #[test]
    fn a_key_says_what_is_measured() {
        for (key, payload, quantity) in [
            ("P1", "89", "active_power"),
            ("power2", "-12.5", "active_power"),
            ("E3", "1234", "energy_imported"),
            ("Vrms", "236.24", "voltage"),
            ("I1", "0.58", "current"),
            ("T2", "18.5", "temperature"),
            ("temp_1", "18.5", "temperature"),
            ("humidity", "48.5", "relative_humidity"),
            ("rssi", "-63", "rssi"),
        ] {
            let expected = format!("emonTx4_17 {quantity} {key}");
            assert_eq!(values(&FAMILY, &format!("emon/emonTx4_17/{key}"), payload)[0].0, expected);
        }
        for key in ["MSG", "pulse", "pulsecount", "battery", "power1pluspower2", "p"] {
            assert_eq!(read(&FAMILY, &format!("emon/emonTx4_17/{key}"), "1"), None, "{key}");
        }
    }

    #[test]
    fn all_keys_at_once_have_the_time_of_the_message() {
        let payload = r#"{"time":1662386531.25,"P1":89,"MSG":7,"T1":300,"rssi":-63,"E1":null}"#;
        let reports = read(&FAMILY, "emon/tx", payload).unwrap().reports;
        assert_eq!(reports.len(), 2);
        assert_eq!(reports[0].observed_at, "2022-09-05T14:02:11.25Z".parse().ok());
    }

    #[test]
    fn a_list_of_names_and_values_is_read_and_one_of_bare_numbers_is_not() {
        assert_eq!(
            values(
                &FAMILY,
                "emon/emonTx4_17",
                "MSG:7,Vrms:236.24,P1:89, P2:-12,E1:1234,T1:300.00,pulse:0"
            ),
            [
                ("emonTx4_17 voltage Vrms".to_owned(), 236.24),
                ("emonTx4_17 active_power P1".to_owned(), 89.0),
                ("emonTx4_17 active_power P2".to_owned(), -12.0),
                ("emonTx4_17 energy_imported E1".to_owned(), 1234.0),
            ]
        );
        for unnamed in ["2420,0,116,0,128.08,300", "89", "online", "P1", ""] {
            assert_eq!(read(&FAMILY, "emon/emonTx4_17", unnamed), None, "{unnamed}");
        }
        let broken = read(&FAMILY, "emon/tx", "P1:much,P2:5").unwrap();
        assert_eq!((broken.reports.len(), broken.refusals.len()), (1, 1));
    }

    #[test]
    fn a_probe_that_is_not_there_measures_nothing() {
        assert_eq!(values(&FAMILY, "emon/tx/T1", "300"), []);
        assert_eq!(values(&FAMILY, "emon/tx/T1", "300.00"), []);
    }

    #[test]
    fn what_is_broken_is_refused() {
        let refused = read(&FAMILY, "emon/tx/P1", "much").unwrap().refusals;
        assert_eq!(refused[0].label, ReasonLabel::Malformed);
        let refused = read(&FAMILY, "emon/tx", "{").unwrap().refusals;
        assert_eq!(refused[0].label, ReasonLabel::Malformed);
    }
}
