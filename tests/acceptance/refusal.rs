//! What cannot be read or does not belong: refused for a reason that can be seen, at no cost to its neighbours.

use domain::Instant;
use rumqttc::MqttOptions;
use serde_json::Value;
use tests::message::{SITE, message, topic};
use tests::{Installation, Publisher, SOON, eventually};

use crate::needs;

fn at() -> Instant {
    "2026-03-01T08:00:00Z".parse().unwrap()
}

fn quarantine(building: &Installation) -> Vec<Value> {
    building.api().list("/quarantine").unwrap()
}

fn reason_for<'a>(items: &'a [Value], topic: &str) -> Option<&'a str> {
    items.iter().find(|item| item["topic"] == topic)?["reason"].as_str()
}

#[test]
fn every_unreadable_message_stands_in_quarantine_and_its_neighbours_are_stored() {
    let building = Installation::embedded("");
    let bad: [(&str, &[u8]); 8] = [
        ("text", b"hello"),
        ("number-as-text", br#"{"value": "812"}"#),
        ("no-value", br#"{"observed_at": "2026-01-01T00:00:00Z"}"#),
        ("null", br#"{"value": null}"#),
        ("bad-time", br#"{"value": 1, "observed_at": "yesterday"}"#),
        ("far-future", br#"{"value": 700, "observed_at": "2099-01-01T00:00:00Z"}"#),
        ("impossible", br#"{"value": -5000}"#),
        ("not-utf-8", b"\xff\xfe\x00"),
    ];
    let mut sensor = building.sensor("sensor");

    for (device, payload) in bad {
        sensor.publish([
            message(device, "co2", at(), 500.0),
            (topic(device, "co2"), payload.to_vec()),
        ]);
    }

    eventually("all refusals", SOON, || (quarantine(&building).len() == bad.len()).then_some(()));
    let items = quarantine(&building);
    for (device, _) in bad {
        let reason = reason_for(&items, &topic(device, "co2"));
        assert!(reason.is_some_and(|reason| !reason.is_empty()), "{device} has no reason");
        let neighbours = building.api().readings(device, "co2");
        assert_eq!(neighbours, [(at(), Value::from(500.0))], "{device}");
    }
    assert!(building.api().counter("vigie_messages_refused_total") >= 8.0);
}

#[test]
fn a_message_larger_than_the_limit_does_not_block_those_behind_it() {
    needs!("mosquitto");
    let building = Installation::with_mosquitto("");
    let mut sensor = building.sensor("sensor");

    sensor.publish([(topic("large", "co2"), vec![b'a'; 700_000])]);
    sensor.publish([message("behind", "co2", at(), 500.0)]);

    eventually("the reading behind", SOON, || {
        (building.api().readings("behind", "co2").len() == 1).then_some(())
    });
    eventually("the refusal", SOON, || {
        reason_for(&quarantine(&building), &topic("large", "co2")).map(drop)
    });
}

#[test]
fn a_repeated_refusal_is_counted_and_does_not_fill_the_quarantine() {
    let building = Installation::embedded("");
    let bad = || (topic("broken", "co2"), b"hello".to_vec());

    building.sensor("sensor").publish([bad(), bad(), bad()]);

    let count = || quarantine(&building).first().map(|item| item["count"].clone());
    eventually("three of them", SOON, || (count() == Some(Value::from(3))).then_some(()));
    assert_eq!(quarantine(&building).len(), 1);
}

#[test]
fn a_device_that_the_site_file_does_not_name_is_stored_and_listed() {
    let building = Installation::embedded("");

    building.sensor("sensor").publish([message("stranger", "co2", at(), 512.0)]);

    let listed = || {
        let sources = building.api().list("/sources").ok()?;
        sources.into_iter().find(|source| source["device"] == "stranger")
    };
    let source = eventually("the stranger", SOON, listed);
    assert_eq!(source["point"], Value::Null);
    assert_eq!(source["last"]["value"], 512.0);
}

#[test]
fn a_retained_message_without_a_time_is_never_taken_for_a_new_reading() {
    needs!("mosquitto");
    let mut building = Installation::with_mosquitto("");
    building.vigie.kill();
    let mut sensor = building.sensor("sensor");
    sensor.send((topic("kept", "co2"), br#"{"value": 999}"#.to_vec()), true);
    sensor.publish([message("fresh", "co2", at(), 500.0)]);

    building.vigie.resume();

    eventually("the fresh one", SOON, || {
        (building.api().readings("fresh", "co2").len() == 1).then_some(())
    });
    // The one that was published while nobody listened waited in the session and is new; the kept copy is not.
    assert!(building.api().readings("kept", "co2").len() <= 1);
}

#[test]
fn a_user_whom_nobody_knows_gets_nothing_from_the_embedded_broker() {
    let building = Installation::embedded("");
    for (user, password) in [("intruder", "guess"), ("intruder", "")] {
        let mut options = MqttOptions::new("intruder", "127.0.0.1", building.broker_port());
        options.set_credentials(user, password);
        let mut intruder = Publisher::with(options);
        let acknowledged = intruder.publish_until_cut([message("intruder", "co2", at(), 500.0)]);
        assert!(acknowledged.is_empty(), "`{user}` with `{password}` was let in");
    }
    assert!(building.api().readings("intruder", "co2").is_empty());
}

#[test]
fn other_sites_on_the_same_broker_are_none_of_our_business() {
    let building = Installation::embedded("");
    let foreign = message("room", "co2", at(), 500.0).0.replace(SITE, "ailleurs");

    let mut sensor = building.sensor("sensor");
    sensor.publish([(foreign, b"{\"value\": 1}".to_vec()), message("ours", "co2", at(), 500.0)]);

    eventually("our reading", SOON, || {
        (building.api().readings("ours", "co2").len() == 1).then_some(())
    });
    assert!(building.api().readings("room", "co2").is_empty());
    assert!(quarantine(&building).is_empty());
}
