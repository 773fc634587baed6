//! What was acknowledged is there, once, whatever dies on the way.

use std::collections::HashSet;
use std::thread;
use std::time::Duration;

use domain::Instant;
use tests::message::{message, now, numbered};
use tests::vigie::Vigie;
use tests::{Installation, PATIENTLY, Publisher, SOON, eventually};

use crate::needs;

fn yesterday() -> Instant {
    "2026-03-01T08:00:00Z".parse().unwrap()
}

/// The instants of the CO2 readings of a device; each must be there once.
fn stored(building: &Installation, device: &str) -> HashSet<Instant> {
    let readings = building.api().readings(device, "co2");
    let instants: HashSet<_> = readings.iter().map(|(at, _)| *at).collect();
    assert_eq!(instants.len(), readings.len(), "{device} has readings twice");
    instants
}

fn instants(count: u32) -> Vec<Instant> {
    (0..i64::from(count))
        .map(|second| yesterday() + jiff::SignedDuration::from_secs(second))
        .collect()
}

#[test]
fn twenty_kills_of_the_gateway_beside_mosquitto_lose_nothing_and_repeat_nothing() {
    const COUNT: u32 = 400;
    needs!("mosquitto");
    let mut building = Installation::with_mosquitto("");

    for round in 0..20 {
        let mut sensor = building.sensor(&format!("sensor-{round}"));
        let messages = numbered(&format!("device-{round}"), yesterday(), COUNT);
        let sending = thread::spawn(move || sensor.publish(messages));
        building.vigie.kill();
        sending.join().unwrap();
        building.vigie.resume();
    }

    for round in 0..20 {
        let device = format!("device-{round}");
        eventually(&format!("all readings of {device}"), PATIENTLY, || {
            (stored(&building, &device).len() == COUNT as usize).then_some(())
        });
    }
}

#[test]
fn twenty_kills_with_the_embedded_broker_lose_nothing_that_a_sensor_was_told_is_safe() {
    const COUNT: u32 = 2000;
    let mut building = Installation::embedded("");
    let mut acknowledged = Vec::new();

    for round in 0..20 {
        let mut sensor = building.sensor(&format!("sensor-{round}"));
        let device = format!("device-{round}");
        let messages = numbered(&device, yesterday(), COUNT);
        let sending = thread::spawn(move || sensor.publish_until_cut(messages));
        let moment = f64::from(round % 7) * 40.0;
        eventually("traffic has begun", SOON, || {
            (building.api().counter("vigie_messages_received_total") > moment).then_some(())
        });
        building.vigie.kill();
        acknowledged.push((device, sending.join().unwrap()));
        building.vigie.resume();
    }

    let all = instants(COUNT);
    let mut checked = 0;
    for (device, indices) in acknowledged {
        let expected: HashSet<_> = indices.iter().map(|index| all[*index]).collect();
        checked += expected.len();
        eventually(&format!("all acknowledged readings of {device}"), PATIENTLY, || {
            expected.is_subset(&stored(&building, &device)).then_some(())
        });
    }
    assert!(checked > 500, "only {checked} readings were acknowledged before the kills");
}

#[test]
fn live_figures_resume_after_a_kill_where_the_last_reading_left_them() {
    let site = "[[zone]]\nid = \"salle\"\nname = \"Salle\"\ncapacity = 20\n\
                [[doorway]]\nid = \"porte\"\nfrom = \"outside\"\nto = \"salle\"\nsources = [{ device = \"porte\" }]\n";
    let mut building = Installation::embedded(site);
    let people =
        |building: &Installation| building.api().get("/live").ok()?["building"]["people"].as_f64();
    let now: Instant = now();
    let mut door = building.sensor("porte");
    for quantity in ["people_in", "people_out"] {
        door.publish([message(
            "porte",
            quantity,
            now - jiff::SignedDuration::from_secs(60),
            100.0,
        )]);
    }
    door.publish([
        message("porte", "people_in", now, 107.0),
        message("porte", "people_out", now, 102.0),
    ]);
    eventually("five people", SOON, || (people(&building) == Some(5.0)).then_some(()));

    building.vigie.kill();
    building.vigie.resume();

    eventually("still five people", SOON, || (people(&building) == Some(5.0)).then_some(()));
}

#[test]
fn twenty_restarts_of_the_broker_cost_nothing_and_data_flow_again_within_ten_seconds() {
    const COUNT: u32 = 40;
    needs!("mosquitto");
    let mut building = Installation::with_mosquitto("");

    for round in 0..20 {
        let device = format!("device-{round}");
        let mut messages = numbered(&device, yesterday(), COUNT);
        let second_half = messages.split_off(COUNT as usize / 2);
        building.sensor("before").publish(messages);
        let broker = building.mosquitto.as_mut().unwrap();
        broker.stop();
        broker.resume();
        building.sensor("after").publish(second_half);

        eventually(&format!("all readings of {device}"), Duration::from_secs(10), || {
            (stored(&building, &device).len() == COUNT as usize).then_some(())
        });
    }
}

#[test]
fn a_cut_cable_to_the_broker_delays_readings_and_loses_none() {
    needs!("mosquitto");
    let mut cable = None;
    let building = Installation::with_broker_at("", |port| {
        let link = tests::link::Link::to(port);
        let near = link.port();
        cable = Some(link);
        near
    });
    let cable = cable.unwrap();
    let mut sensor = building.sensor("sensor");
    sensor.publish(numbered("before", yesterday(), 100));

    cable.cut();
    sensor.publish(numbered("during", yesterday(), 100));
    eventually("the program says that it is not ready", SOON, || {
        (!building.api().is_ready()).then_some(())
    });
    cable.mend();
    sensor.publish(numbered("after", yesterday(), 100));

    for device in ["before", "during", "after"] {
        eventually(&format!("all readings of {device}"), PATIENTLY, || {
            (stored(&building, device).len() == 100).then_some(())
        });
    }
}

#[test]
fn a_slow_cable_to_the_broker_loses_nothing() {
    needs!("mosquitto");
    let mut cable = None;
    let building = Installation::with_broker_at("", |port| {
        let link = tests::link::Link::to(port);
        link.slow(Duration::from_millis(100));
        let near = link.port();
        cable = Some(link);
        near
    });

    building.sensor("sensor").publish(numbered("device", yesterday(), 500));

    eventually("all readings", PATIENTLY, || {
        (stored(&building, "device").len() == 500).then_some(())
    });
}

#[test]
fn a_flood_from_five_sensors_is_stored_whole_while_another_is_heard_at_once() {
    const COUNT: u32 = 4000;
    let building = Installation::embedded("");
    let floods: Vec<_> = (0..5)
        .map(|number| {
            let mut sensor = building.sensor(&format!("flood-{number}"));
            thread::spawn(move || {
                sensor.publish(numbered(&format!("flood-{number}"), yesterday(), COUNT));
            })
        })
        .collect();

    building.sensor("quiet").publish(numbered("quiet", yesterday(), 1));
    eventually("the quiet one", SOON, || (stored(&building, "quiet").len() == 1).then_some(()));
    for flood in floods {
        flood.join().unwrap();
    }

    for number in 0..5 {
        let device = format!("flood-{number}");
        eventually(&format!("all readings of {device}"), PATIENTLY, || {
            (stored(&building, &device).len() == COUNT as usize).then_some(())
        });
    }
}

#[test]
fn stopping_in_the_middle_of_traffic_is_quick_orderly_and_loses_nothing() {
    const COUNT: u32 = 3000;
    needs!("mosquitto");
    let mut building = Installation::with_mosquitto("");
    let mut sensor: Publisher = building.sensor("sensor");
    let sending = thread::spawn(move || sensor.publish(numbered("device", yesterday(), COUNT)));

    let status = building.vigie.stop_within(Vigie::QUICK);
    assert_eq!(status.code(), Some(0));
    sending.join().unwrap();
    building.vigie.resume();

    eventually("all readings", PATIENTLY, || {
        (stored(&building, "device").len() == COUNT as usize).then_some(())
    });
}
