//! What is learned from configurations, and what messages mean with it.

use crate::families::Families;
use crate::message::{DevicePresence, Message, ReasonLabel, Translation};

/// Families of a site that receive one message after the other.
struct Receiver(Families);

impl Receiver {
    fn new(tables: &str) -> Self {
        let site = format!(
            "[site]\nid = \"dreux\"\nname = \"D\"\ntimezone = \"UTC\"\ncapacity = 9\narea_m2 = 9\n{tables}"
        );
        let site = crate::site::parse(&site, "site.toml").unwrap();
        Self(Families::new(&site.id, &site.families))
    }

    fn receive(&mut self, topic: &str, payload: &str) -> Option<(&'static str, Translation)> {
        let received_at = "2026-11-23T14:03:08Z".parse().unwrap();
        let message = Message { topic, payload: payload.as_bytes(), retained: false, received_at };
        self.0.recognise(&message)
    }

    fn refusal(&mut self, topic: &str, payload: &str) -> String {
        let (_, translation) = self.receive(topic, payload).unwrap();
        assert_eq!(translation.refusals.len(), 1);
        translation.refusals[0].text.clone()
    }

    fn values(&mut self, topic: &str, payload: &str) -> Vec<(String, f64)> {
        let Some((_, translation)) = self.receive(topic, payload) else { return Vec::new() };
        assert_eq!(translation.refusals, [], "{topic}");
        let reports = translation.reports.iter();
        reports.map(|report| (report.source.to_string(), report.value.as_f64())).collect()
    }

    fn presences(&mut self, topic: &str, payload: &str) -> Vec<(String, DevicePresence)> {
        let (_, translation) = self.receive(topic, payload).unwrap();
        let statuses = translation.statuses.iter();
        statuses.map(|status| (status.device.to_string(), status.presence)).collect()
    }
}

const AIR: &str = r#"{"~":"fablab/air","name":"CO2","stat_t":"~/state","val_tpl":"{{ value_json.co2 }}",
    "unit_of_meas":"ppm","dev_cla":"carbon_dioxide","uniq_id":"x","avty_t":"~/lwt",
    "dev":{"ids":["air-7"],"name":"Air"}}"#;

#[test]
fn a_value_is_understood_once_its_entity_was_announced() {
    let mut receiver = Receiver::new("");
    assert_eq!(receiver.receive("fablab/air/state", r#"{"co2":812}"#), None);
    let (family, translation) =
        receiver.receive("homeassistant/sensor/air-7/co2/config", AIR).unwrap();
    assert_eq!((family, translation.learned), ("home_assistant", true));
    assert_eq!(
        receiver.values("fablab/air/state", r#"{"co2":812}"#),
        [("air-7 co2 co2".to_owned(), 812.0)]
    );
    // Announced again, as at each start, it is nothing new.
    assert!(!receiver.receive("homeassistant/sensor/air-7/co2/config", AIR).unwrap().1.learned);
}

#[test]
fn an_entity_that_was_taken_away_is_received_no_more() {
    let mut receiver = Receiver::new("");
    receiver.receive("homeassistant/sensor/air-7/co2/config", AIR);
    assert!(receiver.receive("homeassistant/sensor/air-7/co2/config", "").unwrap().1.learned);
    assert_eq!(receiver.receive("fablab/air/state", r#"{"co2":812}"#), None);
    assert_eq!(receiver.receive("homeassistant/sensor/air-7/co2/config", ""), None);
}

#[test]
fn a_device_announces_all_its_components_at_once() {
    let mut receiver = Receiver::new("");
    let config = r#"{"dev":{"ids":"0a1b","name":"BMP"},"o":{"name":"x"},"stat_t":"home/sensor_0a1b","cmps":{
        "t":{"p":"sensor","uniq_id":"t","name":"Temperature","dev_cla":"temperature","unit_of_meas":"°F","val_tpl":"{{value_json.t}}"},
        "p":{"p":"sensor","uniq_id":"p","name":"Pressure","dev_cla":"pressure","unit_of_meas":"hPa","val_tpl":"{{value_json.p}}"},
        "v":{"p":"sensor","uniq_id":"v","name":"Battery voltage","dev_cla":"voltage","unit_of_meas":"mV","val_tpl":"{{value_json.v}}"},
        "o":{"p":"binary_sensor","uniq_id":"o","dev_cla":"occupancy","val_tpl":"{{value_json.o}}","pl_on":true,"pl_off":false},
        "gone":{"p":"sensor"}}}"#;
    let (_, translation) = receiver.receive("homeassistant/device/0a1b/config", config).unwrap();
    assert_eq!(translation.refusals, []);
    assert_eq!(
        receiver.values("home/sensor_0a1b", r#"{"t":77,"p":1004.9,"v":2950,"o":true}"#),
        [("0a1b occupancy_detected o".to_owned(), 1.0), ("0a1b temperature t".to_owned(), 25.0)]
    );
    // What is missing or unknown is no 0 and no fault.
    assert_eq!(receiver.values("home/sensor_0a1b", r#"{"t":"unavailable","o":null}"#), []);
}

#[test]
fn what_cannot_be_used_is_refused_with_the_reason() {
    let mut receiver = Receiver::new("");
    let with = |key: &str| {
        format!(
            r#"{{"stat_t":"a/b","dev_cla":"power","unit_of_meas":"W",{key},"dev":{{"ids":["d"]}}}}"#
        )
    };
    let topic = "homeassistant/sensor/d/p/config";
    let template = r#""val_tpl":"{{ value_json.p if value_json.p is defined else 0 }}""#;
    assert!(receiver.refusal(topic, &with(template)).contains("value_json.p if"));
    assert!(receiver.refusal(topic, &with(r#""stat_t":"~/b""#)).contains("`~`"));
    assert!(receiver.refusal(topic, &with(r#""unit_of_meas":null"#)).contains("without a unit"));
    assert!(receiver.refusal(topic, &with(r#""stat_t":null"#)).contains("no state topic"));
    assert!(receiver.refusal(topic, &with(r#""stat_t":"a/#""#)).contains("no topic"));
    let wrong = r#"{"stat_t":"a","cmps":{"t":{"p":"climate","dev_cla":"temperature","unit_of_meas":"°C"}}}"#;
    assert!(receiver.refusal("homeassistant/device/d/config", wrong).contains("climate"));
    assert_eq!(receiver.receive(topic, "{").unwrap().1.refusals[0].label, ReasonLabel::Malformed);
    assert_eq!(receiver.0.learned(), Vec::<String>::new());
}

#[test]
fn what_measures_nothing_is_left_alone() {
    let mut receiver = Receiver::new("");
    for (topic, config) in [
        ("homeassistant/switch/a/config", r#"{"cmd_t":"a","stat_t":"b"}"#),
        ("homeassistant/sensor/a/state", "21.5"),
        ("homeassistant/status", "online"),
    ] {
        assert_eq!(receiver.receive(topic, config), None, "{topic}");
    }
    let door = r#"{"stat_t":"~/x","dev_cla":"door"}"#;
    let (_, translation) = receiver.receive("homeassistant/binary_sensor/a/config", door).unwrap();
    assert_eq!(translation, Translation::default());
}

#[test]
fn a_device_that_a_family_of_its_own_reads_is_not_stored_twice() {
    let mut receiver = Receiver::new("");
    let config = r#"{"stat_t":"~emeter/0/energy","~":"shellies/em/","dev_cla":"energy","unit_of_meas":"Wh",
        "val_tpl":"{{(value|float/60)|round(2)}}"}"#;
    receiver.receive("homeassistant/sensor/em-0/energy/config", config);
    assert_eq!(
        receiver.values("shellies/em/emeter/0/energy", "600"),
        [("em energy_imported emeter/0/energy".to_owned(), 10.0)]
    );
    let config = r#"{"stat_t":"zigbee2mqtt/air","dev_cla":"temperature","unit_of_meas":"°C",
        "val_tpl":"{{ value_json.temperature if x }}"}"#;
    let (_, translation) = receiver.receive("homeassistant/sensor/a/t/config", config).unwrap();
    assert_eq!(translation, Translation::default());
}

#[test]
fn an_announced_unit_is_believed_before_a_name() {
    let mut receiver = Receiver::new("");
    let config = r#"{"stat_t":"esp/sensor/energy/state","dev_cla":"energy","unit_of_meas":"kWh",
        "stat_cla":"total_increasing","name":"Energy","dev":{"ids":"a0b1","name":"esp"}}"#;
    receiver.receive("homeassistant/sensor/esp/energy/config", config);
    assert_eq!(
        receiver.values("esp/sensor/energy/state", "1.5"),
        [("esp energy_imported sensor/energy".to_owned(), 1500.0)]
    );
}

#[test]
fn a_device_is_called_by_its_identifier_and_a_channel_by_the_entity() {
    let name = |topic: &str, device: &str| {
        let mut receiver = Receiver::new("");
        let config = format!(r#"{{"stat_t":"x/y","dev_cla":"power","unit_of_meas":"W"{device}}}"#);
        receiver.receive(topic, &config);
        receiver.values("x/y", "5")[0].0.clone()
    };
    let ids = r#","device":{"identifiers":["zigbee2mqtt_0x12"],"name":"Prise"}"#;
    let expected = "zigbee2mqtt_0x12 active_power power";
    assert_eq!(name("homeassistant/sensor/0x12/power/config", ids), expected);
    let expected = "zigbee2mqtt_0x12 active_power other/power";
    assert_eq!(name("homeassistant/sensor/other/power/config", ids), expected);
    let connections = r#","dev":{"cns":[["mac","a0:b1"]]}"#;
    assert_eq!(name("homeassistant/sensor/p/config", connections), "a0:b1 active_power p");
    assert_eq!(name("homeassistant/sensor/node/p/config", ""), "node active_power p");
    assert_eq!(name("homeassistant/sensor/p/config", ""), "p active_power");
}

#[test]
fn a_device_is_there_when_all_its_topics_say_so_unless_one_is_enough() {
    let both = |mode: &str| {
        format!(
            r#"{{"stat_t":"x/y","dev_cla":"power","unit_of_meas":"W","dev":{{"ids":"d"}}{mode},
            "avty":[{{"t":"bridge","val_tpl":"{{{{ value_json.state }}}}"}},{{"topic":"d/lwt","pl_avail":"1","pl_not_avail":"0"}}]}}"#
        )
    };
    let mut receiver = Receiver::new("");
    receiver.receive("homeassistant/sensor/d/config", &both(""));
    let d = |presence| vec![("d".to_owned(), presence)];
    assert_eq!(receiver.presences("d/lwt", "0"), d(DevicePresence::Offline));
    assert_eq!(receiver.presences("bridge", r#"{"state":"online"}"#), d(DevicePresence::Offline));
    assert_eq!(receiver.presences("d/lwt", "1"), d(DevicePresence::Online));
    assert_eq!(receiver.presences("bridge", r#"{"state":"starting"}"#), []);

    let mut receiver = Receiver::new("");
    receiver.receive("homeassistant/sensor/d/config", &both(r#","avty_mode":"any""#));
    receiver.presences("d/lwt", "0");
    assert_eq!(receiver.presences("bridge", r#"{"state":"online"}"#), d(DevicePresence::Online));
}

#[test]
fn only_where_not_everything_may_be_received_are_learned_topics_subscribed_to() {
    let mut receiver = Receiver::new("");
    receiver.receive("homeassistant/sensor/air-7/co2/config", AIR);
    assert_eq!(receiver.0.filters(), ["#"]);
    assert!(!receiver.0.narrow_filters().contains(&"#".to_owned()));
    assert_eq!(receiver.0.learned(), ["fablab/air/lwt", "fablab/air/state"]);

    let mut narrow = Receiver::new("[families.home_assistant]\ntopics = [\"homeassistant/#\"]\n");
    narrow.receive("homeassistant/sensor/air-7/co2/config", AIR);
    assert_eq!(narrow.0.filters(), narrow.0.narrow_filters());
    assert_eq!(narrow.values("fablab/air/state", r#"{"co2":812}"#).len(), 1);
}

#[test]
fn what_this_program_announces_itself_is_not_read_back() {
    let mut receiver = Receiver::new("");
    let config = r#"{"stat_t":"vigie/v1/dreux/state/zones/hall","val_tpl":"{{ value_json.co2_ppm }}",
        "unit_of_meas":"ppm","dev_cla":"carbon_dioxide","dev":{"ids":["vigie_dreux"]}}"#;
    receiver.receive("homeassistant/sensor/vigie_dreux/hall_co2/config", config);
    assert_eq!(receiver.receive("vigie/v1/dreux/state/zones/hall", r#"{"co2_ppm":812}"#), None);
    assert!(!receiver.0.may_recognise("vigie/v1/dreux/state/zones/hall"));
    assert!(receiver.0.may_recognise("fablab/air/state"));
    assert_eq!(receiver.0.family_on("fablab/camera"), None);
}

#[test]
fn what_is_announced_without_end_finds_an_end() {
    let mut receiver = Receiver::new("");
    let mut refused = 0;
    for n in 0..5100 {
        let config = format!(r#"{{"stat_t":"x/{n}","dev_cla":"power","unit_of_meas":"W"}}"#);
        let (_, translation) =
            receiver.receive(&format!("homeassistant/sensor/{n}/config"), &config).unwrap();
        refused += translation.refusals.len();
    }
    assert_eq!(refused, 100);
}
