//! The gateway beside its yardsticks, on this machine and in this run. Figures are printed, nothing is asserted.
//!
//! `cargo bench -p tests --bench gateway` (build the program first: `cargo build --release --workspace`).

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

use std::thread;
use std::time::{Duration, Instant};

use domain::Instant as Utc;
use rumqttc::{Client, Event, MqttOptions, Packet, QoS};
use tests::message::{SITE, message, now, numbered};
use tests::{Installation, Publisher, Usage, eventually};

const MESSAGES: u32 = 1_000_000;
/// What the last batches hold: they wait for the commit window, which is a matter of wear and not of speed.
const TAIL: u32 = 10_000;
const PATIENTLY: Duration = Duration::from_mins(2);

fn main() {
    if !tests::wait::have("mosquitto") {
        return;
    }
    drain();
    for rate in [20, 200] {
        steady(rate);
    }
    publish_to_browser();
}

/// Messages of quality 1 that wait in Mosquitto: stored by the gateway, beside merely received and acknowledged.
fn drain() {
    let mut building = Installation::with_mosquitto("");
    let bare = bare_client(&building, true);
    building.vigie.stop();
    let mut sensor = building.sensor("sensor");
    sensor.publish(numbered(
        "device",
        "2026-03-01T00:00:00Z".parse().expect("an instant"),
        MESSAGES,
    ));

    let started = Instant::now();
    let received = bare_client(&building, false);
    let bare_rate = f64::from(received) / started.elapsed().as_secs_f64();
    assert_eq!((bare, received), (0, MESSAGES));

    building.vigie.resume();
    let begun =
        eventually("the first commit", PATIENTLY, || stored(&building, 1.0).then(Instant::now));
    let head_start = count(&building);
    let (almost_all, took) = eventually("almost all messages stored", PATIENTLY, || {
        let stored = count(&building);
        (stored >= f64::from(MESSAGES - TAIL)).then(|| (stored, begun.elapsed()))
    });
    eventually("all messages stored", PATIENTLY, || {
        stored(&building, f64::from(MESSAGES)).then_some(())
    });
    let rate = (almost_all - head_start) / took.as_secs_f64();
    let to_the_last = (f64::from(MESSAGES) - head_start) / begun.elapsed().as_secs_f64();
    let usage = Usage::of(building.vigie.id());
    println!(
        "QoS 1 messages until stored: {rate:.0}/s, with the last commit window {to_the_last:.0}/s; \
         bare client that receives and acknowledges: {bare_rate:.0}/s; ratio {:.2} and {:.2}",
        rate / bare_rate,
        to_the_last / bare_rate
    );
    println!(
        "CPU {:.2} s per 100,000 messages; resident {:.0} MiB; {} bytes written per reading",
        usage.cpu.as_secs_f64() * 1e5 / f64::from(MESSAGES),
        usage.resident_mib,
        usage.written / u64::from(MESSAGES)
    );
}

fn count(building: &Installation) -> f64 {
    building.api().counter("vigie_readings_stored_total")
}

fn stored(building: &Installation, at_least: f64) -> bool {
    count(building) >= at_least
}

/// The same client library with a persistent session: receives, acknowledges by itself, and does nothing else.
fn bare_client(building: &Installation, only_subscribe: bool) -> u32 {
    let mut options = MqttOptions::new("bare", "127.0.0.1", building.broker_port());
    options.set_clean_session(false).set_max_packet_size(1 << 20, 1 << 20);
    let (client, mut connection) = Client::new(options, 16);
    client
        .subscribe(format!("vigie/v1/{SITE}/sensors/#"), QoS::AtLeastOnce)
        .expect("the client lives");
    let mut received = 0;
    for event in connection.iter() {
        match event.expect("Mosquitto answers") {
            Event::Incoming(Packet::SubAck(_)) if only_subscribe => break,
            Event::Incoming(Packet::Publish(_)) => received += 1,
            _ => {}
        }
        if received == MESSAGES {
            break;
        }
    }
    received
}

/// A building that reports at this rate for 20 s, with the embedded broker, store and dashboard in one process.
fn steady(rate: u32) {
    let building = Installation::embedded("");
    let mut sensor = building.sensor("sensor");
    let before = Usage::of(building.vigie.id());
    let started = Instant::now();
    for number in 0..rate * 20 {
        let due = Duration::from_secs(1) * number / rate;
        thread::sleep(due.saturating_sub(started.elapsed()));
        let device = format!("device-{}", number % 100);
        sensor.send(message(&device, "co2", now(), f64::from(400 + number % 1000)), false);
    }
    eventually("all stored", PATIENTLY, || stored(&building, f64::from(rate * 20)).then_some(()));
    let after = Usage::of(building.vigie.id());
    println!(
        "{rate} readings/s: {:.1} % of a core, resident {:.0} MiB, {} bytes written per reading",
        after.cpu.saturating_sub(before.cpu).as_secs_f64() / started.elapsed().as_secs_f64()
            * 100.0,
        after.resident_mib,
        (after.written - before.written) / u64::from(rate * 20)
    );
}

/// From a sensor's publish to the event that a browser gets.
fn publish_to_browser() {
    let site = "[[zone]]\nid = \"salle\"\nname = \"Salle\"\n\
                [[point]]\nid = \"salle-co2\"\nzone = \"salle\"\nquantity = \"co2\"\nsources = [{ device = \"air\" }]\n";
    let building = Installation::embedded(site);
    let mut sensor = building.sensor("air");
    let mut delays: Vec<f64> = Vec::new();
    let mut sent: Option<(u32, Instant)> = None;
    building.api().events(|line| {
        if let Some((value, at)) = sent.filter(|(value, _)| line.contains(&format!("{value}.5"))) {
            delays.push(at.elapsed().as_secs_f64() * 1000.0);
            sent = None;
            let _ = value;
        }
        if sent.is_none() {
            let value = 500 + u32::try_from(delays.len()).unwrap_or(0);
            // Not in step with the gateway's own rhythm.
            thread::sleep(Duration::from_millis(37 + u64::from(value * 7919 % 211)));
            publish(&mut sensor, value, now());
            sent = Some((value, Instant::now()));
        }
        delays.len() == 200
    });
    delays.sort_by(f64::total_cmp);
    println!(
        "publish to browser event: median {:.0} ms, p99 {:.0} ms, max {:.0} ms",
        delays[100], delays[197], delays[199]
    );
}

fn publish(sensor: &mut Publisher, value: u32, at: Utc) {
    sensor.send(message("air", "co2", at, f64::from(value) + 0.5), false);
}
