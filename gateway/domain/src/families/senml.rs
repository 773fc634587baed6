//! SenML (RFC 8428) of our own nodes, beside the native topics.
//!
//! ```text
//! vigie/v1/<site>/sensors/<device>/senml
//!     [{"bn":"urn:dev:ow:10e2073a01080063:","bt":1.276020076e9,"n":"voltage","u":"V","v":230.1},
//!      {"n":"current","u":"A","t":-5,"v":1.2}]
//! ```
//!
//! The topic names the device; what a name adds to that of the device is the channel. The unit gives the
//! quantity, and the name where a unit alone does not: ppm are CO2 only by that name. `s`, the sum of W over
//! time, is an energy register. A time below 2^28 s counts from now. A pack with a version or a mandatory
//! field (its label ends with `_`) that is not known is refused as a whole, as the standard demands.

use serde_json::Value as Json;

use super::family::{Family, Reads, Scope};
use super::filter::fixed_levels;
use super::report_builder::{Object, ReportBuilder, device, is_unknown, number, refused};
use super::{moment, wording};
use crate::ids::DeviceId;
use crate::instant::Instant;
use crate::message::{Message, Reason, ReasonLabel, Translation};
use crate::native;
use crate::quantity::Quantity;

/// The row of the table.
pub(super) const FAMILY: Family = Family {
    name: "senml",
    // The names of devices may end with a slash, as base names do.
    filters: |site| {
        ["+", "+/"].map(|device| format!("vigie/v1/{site}/sensors/{device}/senml")).to_vec()
    },
    reads: Reads::Alone(translate),
};

/// Newest version of SenML that is read.
const VERSION: f64 = 10.0;

/// The longest pack that is read.
const MAX_RECORDS: usize = 10_000;

/// Times below this, in seconds, count from now.
const RELATIVE_BELOW_S: f64 = 268_435_456.0;

fn translate(message: &Message<'_>, scope: &Scope<'_>) -> Option<Translation> {
    let levels = message.topic.strip_suffix("/senml")?;
    let base = native::filter(scope.site);
    let base = base.trim_end_matches('#');
    let name = match levels.strip_prefix(base) {
        Some(level) => native::unescape(level)?,
        None => levels.strip_prefix(fixed_levels(scope.filter))?.into(),
    };
    let pack = |device| pack(&device, message);
    Some(device(&name).and_then(pack).unwrap_or_else(refused))
}

fn pack(device: &DeviceId, message: &Message<'_>) -> Result<Translation, Reason> {
    let records: Vec<Object> = serde_json::from_slice(message.payload)
        .map_err(|error| Reason::new(ReasonLabel::Malformed, error.to_string()))?;
    if records.len() > MAX_RECORDS {
        let text = format!("a pack of {} records; send at most {MAX_RECORDS}", records.len());
        return Err(Reason::new(ReasonLabel::TooLarge, text));
    }
    records.iter().try_for_each(check_fields)?;
    let mut base = Base::default();
    let mut builder = ReportBuilder::new(device.clone(), None);
    for record in &records {
        base.update(record);
        base.read(record, device, message.received_at, &mut builder);
    }
    Ok(builder.finish())
}

/// Checks that a record needs no newer version and no mandatory field but those that are read.
fn check_fields(record: &Object) -> Result<(), Reason> {
    let refuse = |text| Err(Reason::new(ReasonLabel::Malformed, text));
    if record.get("bver").and_then(number).is_some_and(|version| version > VERSION) {
        return refuse(format!("`bver` is above {VERSION}, the newest version that is known"));
    }
    match record.keys().find(|label| label.ends_with('_')) {
        Some(label) => refuse(format!("`{label}` must be understood and is not known")),
        None => Ok(()),
    }
}

/// Base values of a pack: those that a record sets for itself and all that follow.
#[derive(Default)]
struct Base {
    name: String,
    unit: String,
    time_s: f64,
    value: Option<f64>,
    sum: Option<f64>,
}

impl Base {
    fn update(&mut self, record: &Object) {
        let text = |key| record.get(key).and_then(Json::as_str).map(ToOwned::to_owned);
        let number_under = |key| record.get(key).and_then(number);
        self.name = text("bn").unwrap_or_else(|| std::mem::take(&mut self.name));
        self.unit = text("bu").unwrap_or_else(|| std::mem::take(&mut self.unit));
        self.time_s = number_under("bt").unwrap_or(self.time_s);
        self.value = number_under("bv").or(self.value);
        self.sum = number_under("bs").or(self.sum);
    }

    fn read(&self, record: &Object, device: &DeviceId, now: Instant, builder: &mut ReportBuilder) {
        let text = |key| record.get(key).and_then(Json::as_str);
        let name = format!("{}{}", self.name, text("n").unwrap_or_default());
        let channel = channel(&name, device);
        let unit = text("u").unwrap_or(&self.unit);
        let time_s = self.time_s + record.get("t").and_then(number).unwrap_or(0.0);
        builder.dated(instant(time_s, now));
        // A base value alone is a value, as one that is added to 0.
        let alone = || Json::from(0.0);
        let has = |keys: &[&str]| keys.iter().any(|key| record.contains_key(*key));
        let value = record
            .get("v")
            .cloned()
            .or_else(|| (self.value.is_some() && !has(&["vs", "vb", "vd", "s"])).then(alone));
        if let Some(value) = value {
            match (measured(unit, &name), number(&value)) {
                (Some((quantity, factor, zero)), Some(value)) => {
                    let value = self.value.unwrap_or(0.0) + value - zero;
                    builder.amount(value, factor, quantity, channel);
                }
                (Some(_), None) if is_unknown(&value) => {}
                (Some(_), None) => {
                    builder.refuse(ReasonLabel::Malformed, format!("`v` of {name} is no number"));
                }
                (None, _) => {}
            }
        }
        if let (Some(state), Some(quantity)) =
            (record.get("vb").and_then(Json::as_bool), wording::state(&name))
        {
            builder.state(state, quantity, channel);
        }
        if let (Some(sum), "W") = (record.get("s").and_then(number), unit) {
            /// Factor from the W·s of a sum to Wh.
            const WATT_SECOND: f64 = 1.0 / 3600.0;
            builder.amount(
                self.sum.unwrap_or(0.0) + sum,
                WATT_SECOND,
                Quantity::EnergyImported,
                channel,
            );
        }
    }
}

/// Instant of observation of a record: absolute, relative to now, or, without any time, unknown.
fn instant(time_s: f64, now: Instant) -> Option<Instant> {
    if time_s >= RELATIVE_BELOW_S {
        return moment::unix_seconds(time_s);
    }
    let span = jiff::SignedDuration::try_from_secs_f64(time_s).ok()?;
    (!span.is_zero()).then(|| now + span)
}

/// Channel: the part of the name that is not that of its device.
fn channel<'a>(name: &'a str, device: &DeviceId) -> Option<&'a str> {
    let device = device.as_str().trim_end_matches(SEPARATORS);
    let added = name.strip_prefix(device).filter(|rest| rest.starts_with(SEPARATORS));
    let channel = added.unwrap_or(name).trim_matches(SEPARATORS);
    (!channel.is_empty() && name != device).then_some(channel)
}

/// Separators between the parts of a name.
const SEPARATORS: [char; 5] = [':', '/', '.', '-', '_'];

/// Quantity of a unit, the factor to our unit, and where its zero lies.
fn measured(unit: &str, name: &str) -> Option<(Quantity, f64, f64)> {
    let by_name = || wording::number(name).map(|(quantity, _)| quantity);
    let (quantity, factor) = match unit {
        "K" => return Some((Quantity::Temperature, 1.0, 273.15)),
        "Cel" => (Quantity::Temperature, 1.0),
        "%RH" => (Quantity::RelativeHumidity, 1.0),
        "%EL" => (Quantity::Battery, 1.0),
        "lx" => (Quantity::Illuminance, 1.0),
        "W" => (Quantity::ActivePower, 1.0),
        "kW" => (Quantity::ActivePower, 1000.0),
        "VA" => (Quantity::ApparentPower, 1.0),
        "kVA" => (Quantity::ApparentPower, 1000.0),
        "V" => (Quantity::Voltage, 1.0),
        "mV" => (Quantity::Voltage, 0.001),
        "A" => (Quantity::Current, 1.0),
        "mA" => (Quantity::Current, 0.001),
        "dBm" => (Quantity::Rssi, 1.0),
        "Wh" | "kWh" | "J" => {
            let factor = match unit {
                "Wh" => 1.0,
                "kWh" => 1000.0,
                _ => 1.0 / 3600.0,
            };
            (wording::register(name)?, factor)
        }
        // A share of anything: 48 % as it is, or as 0.48 of the whole.
        "%" | "/100" => (by_name().filter(|quantity| is_share(*quantity))?, 1.0),
        "/" => (by_name().filter(|quantity| is_share(*quantity))?, 100.0),
        "m3/s" => (Quantity::Airflow, by_air(name, 3600.0)?),
        "l/s" => (Quantity::Airflow, by_air(name, 3.6)?),
        "ppm" => (by_name().filter(|quantity| *quantity == Quantity::Co2)?, 1.0),
        "count" => (by_name().filter(|quantity| *quantity == Quantity::PeopleCount)?, 1.0),
        _ => return None,
    };
    Some((quantity, factor, 0.0))
}

fn is_share(quantity: Quantity) -> bool {
    matches!(quantity, Quantity::RelativeHumidity | Quantity::Battery)
}

/// The factor, when it is air that flows and not water.
fn by_air(name: &str, factor: f64) -> Option<f64> {
    wording::is_air(name).then_some(factor)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::families::testing::{read, values};

    const TOPIC: &str = "vigie/v1/dreux/sensors/air-3/senml";

    #[test]
    fn the_topic_names_the_device_and_the_name_the_channel() {
        let pack = r#"[{"bn":"air-3:","n":"temp","u":"Cel","v":21.5},{"n":"rh","u":"%RH","v":40}]"#;
        assert_eq!(
            values(&FAMILY, TOPIC, pack),
            [
                ("air-3 temperature temp".to_owned(), 21.5),
                ("air-3 relative_humidity rh".to_owned(), 40.0)
            ]
        );
        let other = r#"[{"n":"urn:dev:mac:1/temp","u":"Cel","v":21.5}]"#;
        let expected = "air-3 temperature urn:dev:mac:1/temp";
        assert_eq!(values(&FAMILY, TOPIC, other)[0].0, expected);
        let bare = r#"[{"n":"air-3","u":"Cel","v":21.5}]"#;
        assert_eq!(values(&FAMILY, TOPIC, bare)[0].0, "air-3 temperature");
    }

    #[test]
    fn units_become_ours_and_bases_are_added() {
        let value = |record: &str| values(&FAMILY, TOPIC, &format!("[{record}]"))[0].clone();
        assert_eq!(value(r#"{"n":"t","u":"K","v":293.15}"#).1.to_string(), "20");
        assert_eq!(value(r#"{"n":"index","u":"kWh","v":1.005}"#).1.to_string(), "1005");
        assert_eq!(value(r#"{"n":"p","u":"W","s":7200}"#).0, "air-3 energy_imported p");
        assert_eq!(value(r#"{"n":"p","u":"W","s":7200}"#).1.to_string(), "2");
        assert_eq!(value(r#"{"bv":20,"bu":"Cel","n":"t","v":1.5}"#).1.to_string(), "21.5");
        assert_eq!(value(r#"{"n":"co2","u":"ppm","v":812}"#).0, "air-3 co2 co2");
        assert_eq!(value(r#"{"n":"motion","vb":true}"#).0, "air-3 occupancy_detected motion");
        assert_eq!(
            values(&FAMILY, TOPIC, r#"[{"n":"voc","u":"ppm","v":8},{"n":"a","vs":"b"}]"#),
            []
        );
    }

    #[test]
    fn small_times_count_from_now() {
        let at = |record: &str| {
            let pack = format!(r#"[{{"n":"t","u":"Cel","v":1,{record}}}]"#);
            read(&FAMILY, TOPIC, &pack).unwrap().reports[0].observed_at
        };
        assert_eq!(at(r#""t":-5"#), "2026-11-23T14:03:03Z".parse().ok());
        assert_eq!(at(r#""t":0"#), None);
        assert_eq!(at(r#""bt":1.276020076001e9,"t":-5"#), "2010-06-08T18:01:11.001Z".parse().ok());
    }

    #[test]
    fn a_pack_that_cannot_be_understood_is_refused_as_a_whole() {
        for pack in [
            r#"[{"n":"t","u":"Cel","v":1},{"n":"u","new_":1}]"#,
            r#"[{"bver":11,"n":"t","u":"Cel","v":1}]"#,
            r#"{"n":"t","u":"Cel","v":1}"#,
            "21.5",
        ] {
            let translation = read(&FAMILY, TOPIC, pack).unwrap();
            assert_eq!(translation.reports, [], "{pack}");
            assert_eq!(translation.refusals[0].label, ReasonLabel::Malformed, "{pack}");
        }
    }
}
