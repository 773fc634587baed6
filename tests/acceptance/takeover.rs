//! The site file changes while readings come from an external broker, and a broker refuses the subscription to everything.

use std::collections::HashSet;
use std::fs;
use std::thread;

use domain::Instant;
use tests::installation::site_file;
use tests::message::{message, now, numbered};
use tests::strict::StrictBroker;
use tests::{Installation, PATIENTLY, SOON, eventually};

use crate::needs;

const COUNT: u32 = 400;

fn yesterday() -> Instant {
    "2026-03-01T08:00:00Z".parse().unwrap()
}

/// A site file with so many zones.
fn with_zones(count: usize) -> String {
    let zone = |number| format!("[[zone]]\nid = \"zone-{number}\"\nname = \"Zone {number}\"\n");
    site_file(&(0..count).map(zone).collect::<String>())
}

fn change(building: &Installation, text: &str) {
    fs::write(building.folder().join("site.toml"), text).unwrap();
}

fn has_zones(building: &Installation, count: usize) -> Option<()> {
    let live = building.api().get("/live").ok()?;
    (live["zones"].as_array()?.len() == count).then_some(())
}

/// Number of times that the program has logged a reload of the building.
fn times_loaded_anew(building: &Installation) -> usize {
    let log = fs::read_to_string(building.folder().join("vigie.log")).unwrap_or_default();
    log.matches("the building has changed and is loaded anew").count()
}

/// All CO2 readings of a device, each there once.
fn is_complete(building: &Installation, device: &str) -> Option<()> {
    let readings = building.api().readings(device, "co2");
    let instants: HashSet<_> = readings.iter().map(|(at, _)| *at).collect();
    assert_eq!(instants.len(), readings.len(), "{device} has readings twice");
    (instants.len() == COUNT as usize).then_some(())
}

#[test]
fn a_site_file_that_changes_under_traffic_from_mosquitto_loses_and_repeats_nothing() {
    const ROUNDS: usize = 4;
    needs!("mosquitto");
    let building = Installation::with_mosquitto("");
    for round in 1..=ROUNDS {
        let mut sensor = building.sensor(&format!("sensor-{round}"));
        let messages = numbered(&format!("device-{round}"), yesterday(), COUNT);
        let sending = thread::spawn(move || sensor.publish(messages));
        change(&building, &with_zones(round));
        eventually("the new site file is taken over", SOON, || has_zones(&building, round));
        sending.join().unwrap();
        building.sensor("after").publish(numbered(&format!("after-{round}"), yesterday(), COUNT));
    }
    for round in 1..=ROUNDS {
        for device in [format!("device-{round}"), format!("after-{round}")] {
            eventually(&format!("all readings of {device}"), PATIENTLY, || {
                is_complete(&building, &device)
            });
        }
    }
    eventually("the program is ready", SOON, || building.api().is_ready().then_some(()));
}

#[test]
fn a_kill_while_a_new_site_file_is_taken_over_loses_and_repeats_nothing() {
    const ROUNDS: usize = 6;
    needs!("mosquitto");
    let mut building = Installation::with_mosquitto("");
    for round in 1..=ROUNDS {
        let mut sensor = building.sensor(&format!("sensor-{round}"));
        let messages = numbered(&format!("device-{round}"), yesterday(), COUNT);
        let before = times_loaded_anew(&building);
        let sending = thread::spawn(move || sensor.publish(messages));
        change(&building, &with_zones(round));
        eventually("the building is being loaded anew", SOON, || {
            (times_loaded_anew(&building) > before).then_some(())
        });
        building.vigie.kill();
        sending.join().unwrap();
        building.vigie.resume();
        eventually("the new site file is in force", SOON, || has_zones(&building, round));
    }
    for round in 1..=ROUNDS {
        let device = format!("device-{round}");
        eventually(&format!("all readings of {device}"), PATIENTLY, || {
            is_complete(&building, &device)
        });
    }
}

#[test]
fn a_broken_site_file_under_traffic_changes_nothing_and_loses_nothing() {
    needs!("mosquitto");
    let building = Installation::with_mosquitto("");
    change(&building, &with_zones(2));
    eventually("the good file is taken over", SOON, || has_zones(&building, 2));

    let mut sensor = building.sensor("sensor");
    let sending = thread::spawn(move || sensor.publish(numbered("device", yesterday(), COUNT)));
    change(&building, &with_zones(3).replace("[[zone]]\nid = \"zone-1\"", "[[zone]]\nid = "));
    let log = building.folder().join("vigie.log");
    eventually("the program tells what is wrong", SOON, || {
        let log = fs::read_to_string(&log).unwrap_or_default();
        log.contains("the site file is not in order; the last good one goes on").then_some(())
    });
    sending.join().unwrap();

    eventually("all readings", PATIENTLY, || is_complete(&building, "device"));
    assert!(has_zones(&building, 2).is_some());
    eventually("the program is ready", SOON, || building.api().is_ready().then_some(()));
}

/// What an entity publishes, dated now.
fn value(topic: &str, number: u32) -> (String, Vec<u8>) {
    (topic.to_owned(), format!("{{\"co2\":{number}}}").into_bytes())
}

const CONFIG: &str = r#"{"name":"CO2","stat_t":"libre/salle/etat","val_tpl":"{{ value_json.co2 }}","unit_of_meas":"ppm",
    "dev_cla":"carbon_dioxide","uniq_id":"salle_co2","dev":{"ids":["annonce"]}}"#;

#[test]
fn a_broker_that_does_not_let_everything_be_heard_is_heard_on_what_devices_announce() {
    needs!("mosquitto");
    let mut strict = None;
    let mut building = Installation::with_broker_at("", |port| {
        let broker = StrictBroker::before(port);
        let near = broker.port();
        strict = Some(broker);
        near
    });
    let strict = strict.unwrap();
    assert!(strict.refused() >= 1, "the program subscribes to everything first");

    // Ours and the standard topics of the families are received as ever.
    let mut sensor = building.sensor("sensor");
    sensor.publish([message("ours", "co2", now(), 812.0)]);
    sensor.publish([("zigbee2mqtt/theirs".to_owned(), b"{\"co2\":640}".to_vec())]);
    for device in ["ours", "theirs"] {
        eventually(device, SOON, || {
            (building.api().readings(device, "co2").len() == 1).then_some(())
        });
    }

    // An announced topic is subscribed to then.
    sensor.send(("homeassistant/sensor/salle/co2/config".to_owned(), CONFIG.into()), true);
    let mut number = 700;
    eventually("a value of what was announced", SOON, || {
        number += 1;
        sensor.publish([value("libre/salle/etat", number)]);
        (!building.api().readings("annonce", "co2").is_empty()).then_some(())
    });
    sensor.publish([value("libre/autre/etat", 900)]);

    // The broker keeps subscribed messages for us, also while we are away.
    building.vigie.kill();
    sensor.publish([value("libre/salle/etat", 1234)]);
    building.vigie.resume();
    eventually("what came while the program was away", SOON, || {
        let readings = building.api().readings("annonce", "co2");
        readings.iter().any(|(_, value)| value.as_f64() == Some(1234.0)).then_some(())
    });

    // A family that a new site file has moved is received in its new place.
    change(&building, &site_file("[families.zigbee2mqtt]\ntopics = [\"maison/zigbee/#\"]\n"));
    eventually("a family that was moved", SOON, || {
        number += 1;
        sensor.publish([value("maison/zigbee/deplace", number)]);
        (!building.api().readings("deplace", "co2").is_empty()).then_some(())
    });
    eventually("the program is ready", SOON, || building.api().is_ready().then_some(()));
    let devices = building.api().list("/sources").unwrap();
    let expected = ["ours", "theirs", "annonce", "deplace"];
    assert!(
        devices.iter().all(|one| expected.iter().any(|name| one["device"] == *name)),
        "{devices:?}"
    );
}
