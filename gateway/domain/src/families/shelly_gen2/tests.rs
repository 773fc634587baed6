use super::*;
use crate::families::testing::{self, Receiver};

fn read(topic: &str, payload: &str) -> Option<Translation> {
    testing::read(&FAMILY, topic, payload)
}

fn values(topic: &str, payload: &str) -> Vec<(String, f64)> {
    testing::values(&FAMILY, topic, payload)
}

fn presence(topic: &str, payload: &str) -> Option<DevicePresence> {
    testing::presence(&FAMILY, topic, payload)
}

#[test]
fn what_a_notification_leaves_out_is_not_zero() {
    let payload = r#"{"method":"NotifyStatus","params":{"ts":1.5e9,"switch:0":{"output":true}}}"#;
    assert_eq!(values("shelly1/events/rpc", payload), []);
    let payload = r#"{"id":0,"apower":null,"aenergy":{"total":12.5}}"#;
    assert_eq!(
        values("shelly1/status/switch:0", payload),
        [("shelly1 energy_imported switch:0".to_owned(), 12.5)]
    );
}

#[test]
fn only_devices_that_stand_in_a_room_measure_its_temperature() {
    let temperature = r#"{"id":0,"tC":21.5}"#;
    assert_eq!(values("shellypro3em-a/status/temperature:0", temperature), []);
    assert_eq!(values("shellyplusht-a/status/temperature:0", temperature).len(), 1);
    assert_eq!(values("shellyplus1-a/status/temperature:100", temperature).len(), 1);
}

#[test]
fn a_notification_without_a_set_clock_has_no_time() {
    let at = |ts| {
        let payload = format!(
            r#"{{"method":"NotifyStatus","params":{{"ts":{ts},"switch:0":{{"apower":1}}}}}}"#
        );
        read("a/events/rpc", &payload).unwrap().reports[0].observed_at
    };
    assert_eq!(at("1747561101.2"), Some("2025-05-18T09:38:21.2Z".parse().unwrap()));
    for unset in ["12.5", "null", "\"now\"", "1e300"] {
        assert_eq!(at(unset), None, "{unset}");
    }
}

#[test]
fn a_sensor_that_sleeps_is_not_offline() {
    assert_eq!(presence("shellypro3em-a/online", "true"), Some(DevicePresence::Online));
    assert_eq!(presence("shellypro3em-a/online", "false"), Some(DevicePresence::Offline));
    assert_eq!(presence("shellyplusht-a/online", "false"), Some(DevicePresence::Sleeping));
    assert_eq!(presence("shellyplussmoke-a/online", "false"), Some(DevicePresence::Sleeping));
    // On a wall, with power from the mains.
    assert_eq!(presence("shellywalldisplay-a/online", "false"), Some(DevicePresence::Offline));
    assert_eq!(presence("someone/online", "1"), None);
}

#[test]
fn a_battery_that_is_not_there_is_not_empty() {
    let mains = r#"{"battery":{"V":0.43,"percent":0},"external":{"present":true}}"#;
    let alone = r#"{"battery":{"V":5.1,"percent":62},"external":{"present":false}}"#;
    assert_eq!(values("shellyplusht-a/status/devicepower:0", mains), []);
    assert_eq!(values("shellyplusht-a/status/devicepower:0", alone).len(), 1);
}

#[test]
fn topics_of_others_are_left_alone_and_broken_ones_of_ours_refused() {
    assert_eq!(read("house/status/door", "open"), None);
    assert_eq!(read("house/status/door:0", "open"), None);
    assert_eq!(read("house/events/rpc", r#"{"hello":1}"#), None);
    for (topic, payload) in [("a/status/switch:0", "open"), ("a/events/rpc", "{\"connected\"}")] {
        let translation = read(topic, payload).expect("nobody else speaks so");
        assert_eq!(translation.refusals[0].label, ReasonLabel::Malformed);
    }
}

const AWAKE: &str = r#"{"src":"shellyhtg3-1","method":"NotifyFullStatus","params":{"ts":1732372815.5,
    "sys":{"wakeup_period":7200},"temperature:0":{"id":0,"tC":19.4}}}"#;

#[test]
fn a_sensor_that_sleeps_is_not_offline_under_another_name_either() {
    let mut receiver = Receiver::new(&FAMILY);
    let online = |receiver: &mut Receiver, word| {
        let translation =
            receiver.receive("maison/salle-2/online", word).expect("it is of this family");
        translation.statuses[0].presence
    };
    assert_eq!(
        online(&mut receiver, "false"),
        DevicePresence::Offline,
        "nothing else is known yet"
    );

    let first = receiver.receive("maison/salle-2/events/rpc", AWAKE).unwrap();
    assert!(first.learned, "it is needed again after a restart");
    assert_eq!(online(&mut receiver, "true"), DevicePresence::Online);
    assert_eq!(online(&mut receiver, "false"), DevicePresence::Sleeping);
    let second = receiver.receive("maison/salle-2/events/rpc", AWAKE).unwrap();
    assert!(!second.learned, "it is no news the second time");
}

#[test]
fn a_room_is_recognised_by_the_factory_name_or_by_a_humidity_that_is_no_probe() {
    let temperature = r#"{"id":0,"tC":21.5}"#;
    for (topic, payload, in_room) in [
        ("salle-2/events/rpc", AWAKE, true),
        ("salle-2/status/humidity:0", r#"{"id":0,"rh":48}"#, true),
        ("salle-2/status/humidity:100", r#"{"id":100,"rh":48}"#, false),
        ("salle-3/status/humidity:0", r#"{"id":0,"rh":48}"#, false),
    ] {
        let mut receiver = Receiver::new(&FAMILY);
        receiver.receive(topic, payload);
        let measured = receiver.values("salle-2/status/temperature:0", temperature);
        assert_eq!(!measured.is_empty(), in_room, "{topic}");
    }
}

#[test]
fn what_is_remembered_is_bounded_and_costs_no_reading() {
    let mut receiver = Receiver::new(&FAMILY);
    for device in 0..MAX_PREFIXES {
        receiver.receive(&format!("salle-{device}/events/rpc"), AWAKE);
    }
    let more = receiver.receive("salle-x/events/rpc", AWAKE).unwrap();
    assert_eq!(more.refusals[0].label, ReasonLabel::TooManySources);
    assert_eq!((more.reports.len(), more.learned), (1, false));
}
