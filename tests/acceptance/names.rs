//! Names of the gateway's clients at a broker: the session of an earlier version is taken over, and nobody else takes one.

use std::collections::HashSet;
use std::fs;
use std::thread;
use std::time::Duration;

use domain::Instant;
use rumqttc::{Client, Connection, Event, MqttOptions, Packet, QoS};
use tests::message::{SITE, numbered};
use tests::{Installation, PATIENTLY, SOON, eventually};

use crate::needs;

const COUNT: u32 = 400;

fn yesterday() -> Instant {
    "2026-03-01T08:00:00Z".parse().unwrap()
}

/// Name that earlier versions had, which anybody could guess.
fn earlier_name() -> String {
    format!("vigie-gateway-{SITE}")
}

fn client(port: u16, name: &str, clean: bool) -> (Client, Connection) {
    let mut options = MqttOptions::new(name, "127.0.0.1", port);
    options.set_clean_session(clean).set_keep_alive(Duration::from_secs(20));
    Client::new(options, 10)
}

/// Connects under this name, does `ask`, waits for what `is_answer`, and goes. Whether the broker knew a session.
fn visit(
    port: u16,
    name: &str,
    clean: bool,
    ask: impl FnOnce(&Client),
    is_answer: impl Fn(&Packet) -> bool,
) -> bool {
    let (client, mut connection) = client(port, name, clean);
    ask(&client);
    let mut knew = false;
    for event in connection.iter() {
        let Ok(Event::Incoming(packet)) = event else { continue };
        if let Packet::ConnAck(answer) = &packet {
            knew = answer.session_present;
        }
        if is_answer(&packet) {
            break;
        }
    }
    client.disconnect().unwrap();
    while connection.iter().next().is_some_and(|event| event.is_ok()) {}
    knew
}

fn is_connected(packet: &Packet) -> bool {
    matches!(packet, Packet::ConnAck(_))
}

/// All CO2 readings of a device, each there once.
fn is_complete(building: &Installation, device: &str) -> Option<()> {
    let readings = building.api().readings(device, "co2");
    let instants: HashSet<_> = readings.iter().map(|(at, _)| *at).collect();
    assert_eq!(instants.len(), readings.len(), "{device} has readings twice");
    (instants.len() == COUNT as usize).then_some(())
}

#[test]
fn what_waits_at_mosquitto_for_an_earlier_version_is_stored_before_its_session_is_left() {
    needs!("mosquitto");
    let mut building = Installation::with_mosquitto("");
    building.vigie.stop();
    // As an earlier version left it: no name of its own, and a session that anybody can name.
    fs::remove_file(building.folder().join("data/mqtt-names")).unwrap();
    let (port, name) = (building.broker_port(), earlier_name());
    let subscribe = |client: &Client| client.subscribe("#", QoS::AtLeastOnce).unwrap();
    visit(port, &name, false, subscribe, |packet| matches!(packet, Packet::SubAck(_)));
    building.sensor("sensor").publish(numbered("waiting", yesterday(), COUNT));

    building.vigie.resume();
    building.sensor("sensor").publish(numbered("after", yesterday(), COUNT));
    for device in ["waiting", "after"] {
        eventually(&format!("all readings of {device}"), PATIENTLY, || {
            is_complete(&building, device)
        });
    }
    eventually("the earlier session is left", SOON, || {
        let kept = fs::read_to_string(building.folder().join("data/mqtt-names")).unwrap();
        kept.contains("left").then_some(())
    });
    assert!(!visit(port, &name, false, |_| {}, is_connected), "the session is still there");
    visit(port, &name, true, |_| {}, is_connected);

    building.vigie.stop();
    building.sensor("sensor").publish(numbered("later", yesterday(), COUNT));
    building.vigie.resume();
    eventually("what came under the new name", PATIENTLY, || is_complete(&building, "later"));
}

#[test]
fn whoever_guesses_the_names_of_the_gateway_takes_nothing_from_it() {
    needs!("mosquitto");
    let building = Installation::with_mosquitto("");
    let port = building.broker_port();
    let mut sensor = building.sensor("sensor");
    let messages = numbered("device", yesterday(), COUNT);
    let sending = thread::spawn(move || sensor.publish(messages));
    for _ in 0..10 {
        for name in [earlier_name(), format!("{}-states", earlier_name())] {
            visit(port, &name, true, |_| {}, is_connected);
        }
    }
    sending.join().unwrap();
    eventually("all readings", PATIENTLY, || is_complete(&building, "device"));
    assert!(building.api().is_ready());
    assert!(building.api().counter("vigie_broker_takeovers_total") < 1.0);
}
