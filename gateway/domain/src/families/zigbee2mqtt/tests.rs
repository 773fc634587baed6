use super::*;
use crate::families::testing;
use crate::reading::Value;

fn read(topic: &str, payload: &str) -> Option<Translation> {
    testing::read(&FAMILY, topic, payload)
}

fn values(topic: &str, payload: &str) -> Vec<(String, f64)> {
    testing::values(&FAMILY, topic, payload)
}

#[test]
fn phases_are_channels_and_settings_are_none() {
    assert_eq!(
        values(
            "zigbee2mqtt/tableau",
            r#"{"power":30,"power_a":10,"power_b":20,"power_on_behavior":"on","energy":1.005}"#
        ),
        [
            ("tableau active_power".to_owned(), 30.0),
            ("tableau energy_imported".to_owned(), 1005.0),
            ("tableau active_power a".to_owned(), 10.0),
            ("tableau active_power b".to_owned(), 20.0),
        ]
    );
}

#[test]
fn the_voltage_of_a_battery_is_not_that_of_the_mains() {
    assert_eq!(values("zigbee2mqtt/pir", r#"{"voltage":3025}"#), []);
    assert_eq!(values("zigbee2mqtt/pir", r#"{"voltage":3,"battery":80}"#).len(), 1);
    assert_eq!(values("zigbee2mqtt/pir", r#"{"voltage":2.9}"#), []);
    assert_eq!(values("zigbee2mqtt/plug", r#"{"voltage":"231"}"#)[0].1.to_string(), "231");
}

#[test]
fn a_linky_tells_its_indexes_and_not_what_it_has_not_read() {
    let tic = r#"{"active_enerfy_out_d01":4102,"active_power":-32768,"active_power_ph_b":-32768,"apparent_power":1670,
        "current_summ_delivered":4096,"current_tier1_summ_delivered":4096,"current_tier2_summ_delivered":0,
        "rms_current":2,"rms_current_max":65535,"rms_voltage":236,"meter_serial_number":"812"}"#;
    let translation = read("zigbee2mqtt/ZLinky", tic).unwrap();
    let reports: Vec<_> = translation
        .reports
        .iter()
        .map(|report| (report.source.to_string(), report.value.as_f64()))
        .collect();
    assert_eq!(
        reports,
        [
            ("ZLinky apparent_power".to_owned(), 1670.0),
            ("ZLinky current".to_owned(), 2.0),
            ("ZLinky voltage".to_owned(), 236.0),
            ("ZLinky energy_imported".to_owned(), 4_096_000.0),
            ("ZLinky energy_imported tier1".to_owned(), 4_096_000.0),
        ]
    );
    assert_eq!(translation.refusals.len(), 2);

    let first =
        r#"{"currentSummDelivered":4571435,"currentTier1SummDelivered":4571567,"rmsCurrent":2}"#;
    assert_eq!(values("zigbee2mqtt/ZLinky", first)[0].1.to_string(), "4571435");
    let fresh = r#"{"apparent_power":0,"current_summ_delivered":0,"current_tier1_summ_delivered":0,
        "meter_serial_number":null,"rms_voltage":0}"#;
    assert_eq!(values("zigbee2mqtt/ZLinky", fresh), []);
}

#[test]
fn a_text_may_hold_a_truth_or_a_number_with_its_unit() {
    assert_eq!(values("zigbee2mqtt/p", r#"{"occupancy":"true"}"#)[0].1.to_string(), "1");
    let value = |payload| values("zigbee2mqtt/p", payload)[0].1.to_string();
    assert_eq!(value(r#"{"power":"0.5 kW"}"#), "500");
    assert_eq!(value(r#"{"temperature":" 21.5 °C"}"#), "21.5");
    assert_eq!(read("zigbee2mqtt/p", r#"{"power":"5 VA"}"#).unwrap().refusals.len(), 1);
    assert_eq!(read("zigbee2mqtt/air", r#"{"co2":1}"#).unwrap().refusals.len(), 1);
}

#[test]
fn the_end_of_a_movement_is_another_reading_than_its_begin() {
    let report = |payload| read("zigbee2mqtt/pir", payload).unwrap().reports.remove(0);
    let seen = r#"{"occupancy":true,"last_seen":"2026-11-23T15:00:00+01:00"}"#;
    let ended = r#"{"occupancy":false,"last_seen":"2026-11-23T15:00:00+01:00"}"#;
    let (seen, ended) = (report(seen), report(ended));
    assert_eq!((seen.value, ended.value), (Value::State(true), Value::State(false)));
    assert_eq!(seen.observed_at, Some("2026-11-23T14:00:00Z".parse().unwrap()));
    assert!(seen.observed_at < ended.observed_at);
}

#[test]
fn either_part_of_a_radar_detects_somebody() {
    let detected = |payload| values("zigbee2mqtt/radar", payload)[0].1 > 0.0;
    assert!(detected(r#"{"occupancy":false,"presence":true}"#));
    assert!(!detected(r#"{"occupancy":false,"presence":null}"#));
}

#[test]
fn what_cannot_be_is_refused_beside_what_can() {
    let translation =
        read("zigbee2mqtt/air", r#"{"temperature":-32768,"humidity":"wet","co2":812}"#).unwrap();
    assert_eq!(translation.reports.len(), 1);
    let labels: Vec<_> = translation.refusals.iter().map(|reason| reason.label).collect();
    assert_eq!(labels, [ReasonLabel::Value, ReasonLabel::Malformed]);

    let broken = read("zigbee2mqtt/air", r#"{"co2":"#).unwrap();
    assert_eq!(broken.refusals[0].label, ReasonLabel::Malformed);
}

#[test]
fn a_clock_that_was_never_set_dates_nothing() {
    for last_seen in ["0", "\"N/A\"", "\"1970-01-01T00:00:00Z\"", "null", "[]"] {
        let payload = format!(r#"{{"co2":812,"last_seen":{last_seen}}}"#);
        let translation = read("zigbee2mqtt/air", &payload).unwrap();
        assert_eq!(translation.reports[0].observed_at, None, "{last_seen}");
    }
}

#[test]
fn values_with_a_topic_each_are_read_too() {
    assert_eq!(values("zigbee2mqtt/z1/power", "0"), [("z1 active_power".to_owned(), 0.0)]);
    assert_eq!(values("zigbee2mqtt/pir/occupancy", "true").len(), 1);
    assert_eq!(read("zigbee2mqtt/z1/state", "ON"), None);
    assert_eq!(read("zigbee2mqtt/z1", "ON"), None);
}

#[test]
fn the_bridge_commands_and_removals_say_nothing() {
    for topic in ["bridge/state", "bridge/devices", "a/b/set", "a/get", "a/set/power", ""] {
        let topic = format!("zigbee2mqtt/{topic}");
        assert_eq!(read(&topic, r#"{"power":1}"#), None, "{topic}");
    }
    assert_eq!(read("zigbee2mqtt/a", ""), Some(Translation::default()));
}

#[test]
fn the_temperature_of_what_switches_a_load_is_not_that_of_the_room() {
    let breaker =
        r#"{"current":9.8,"energy":12.5,"power":2210,"state":"ON","temperature":41,"voltage":231}"#;
    assert!(
        !values("zigbee2mqtt/breaker", breaker)
            .iter()
            .any(|(source, _)| source.contains("temperature"))
    );
    let room = r#"{"humidity":48,"power":0,"temperature":21.5}"#;
    assert!(
        values("zigbee2mqtt/room", room).iter().any(|(source, _)| source == "room temperature")
    );
}
