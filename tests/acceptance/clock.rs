//! The gateway's clock starts wrong, is set, and jumps: nothing is written into the wrong year, and nothing is lost.

#![cfg(test)]

use std::fs;
use std::sync::Arc;

use clap::Parser;
use domain::{Instant, ManualClock};
use gateway::{Arguments, Config};
use jiff::SignedDuration;
use tests::installation::{free_port, site_file};
use tests::message::{message, topic};
use tests::{Api, Publisher, SOON, eventually};
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;

const SITE: &str = "[[zone]]\nid = \"salle\"\nname = \"Salle\"\n\
    [[point]]\nid = \"salle-co2\"\nzone = \"salle\"\nquantity = \"co2\"\nsources = [{ device = \"undated\" }]\n";

#[test]
fn a_gateway_whose_clock_is_wrong_waits_for_it_and_survives_its_jumps() {
    let folder = tempfile::tempdir().unwrap();
    let (http, mqtt) = (free_port(), free_port());
    fs::write(folder.path().join("site.toml"), site_file(SITE)).unwrap();
    let config = config(folder.path().to_str().unwrap(), http, mqtt);
    let clock = Arc::new(ManualClock::new("1970-01-01T00:00:12Z".parse().unwrap()));
    let (shutdown, runtime) = (CancellationToken::new(), Runtime::new().unwrap());
    let program = runtime.spawn(gateway::run(
        config,
        true,
        Arc::clone(&clock) as _,
        shutdown.clone(),
        |_| (),
    ));
    let api = Api::new(http);

    let why = eventually("the program says why it is not ready", SOON, || {
        api.text("/ready").err().filter(|problem| problem.text.contains("clock"))
    });
    assert_eq!(why.status, 503);

    let noon: Instant = "2026-11-23T12:00:00Z".parse().unwrap();
    clock.set(noon);
    eventually("ready once the clock is set", SOON, || api.is_ready().then_some(()));
    let mut sensor = Publisher::connect(mqtt, "sensor");
    sensor.publish([(topic("undated", "co2"), b"{\"value\": 500}".to_vec())]);
    sensor.publish([message("dated", "co2", noon, 600.0)]);
    stored(&api, "undated", &[noon]);
    stored(&api, "dated", &[noon]);

    // An hour back: what devices date rightly is now far ahead of this clock, and stands in quarantine.
    let hour = SignedDuration::from_hours(1);
    clock.set(noon - hour);
    sensor.publish([message("dated", "co2", noon + SignedDuration::from_secs(10), 610.0)]);
    eventually("the reading from the future is refused", SOON, || {
        let refused = api.list("/quarantine").ok()?;
        refused.iter().any(|item| item["topic"] == topic("dated", "co2")).then_some(())
    });

    // And forward again: all goes on.
    clock.set(noon + hour);
    sensor.publish([message("dated", "co2", noon + hour, 620.0)]);
    stored(&api, "dated", &[noon, noon + hour]);

    // To 2040 and back: what was dated there stays stored, and is not the newest of the present.
    let (ahead, later) = ("2040-01-01T00:00:00Z".parse().unwrap(), noon + hour * 2);
    clock.set(ahead);
    sensor.publish([(topic("undated", "co2"), b"{\"value\": 900}".to_vec())]);
    stored(&api, "undated", &[noon, ahead]);
    shows(&api, 900.0);
    clock.set(later);
    sensor.publish([(topic("undated", "co2"), b"{\"value\": 610}".to_vec())]);
    stored(&api, "undated", &[noon, later, ahead]);
    shows(&api, 610.0);

    shutdown.cancel();
    runtime.block_on(program).unwrap().unwrap();
}

fn config(folder: &str, http: u16, mqtt: u16) -> Config {
    let arguments = Arguments::try_parse_from([
        "vigie",
        "run",
        "--site",
        &format!("{folder}/site.toml"),
        "--data",
        &format!("{folder}/data"),
        "--http",
        &format!("127.0.0.1:{http}"),
        "--mqtt",
        &format!("127.0.0.1:{mqtt}"),
    ]);
    Config::read(&arguments.unwrap().settings).unwrap()
}

/// Waits until the live page shows this CO2, of a reading that is not old.
fn shows(api: &Api, ppm: f64) {
    eventually(&format!("{ppm} ppm on the live page"), SOON, || {
        let live = api.get("/live").ok()?;
        let zone = live["zones"].as_array()?.iter().find(|zone| zone["id"] == "salle")?.clone();
        let is_fresh = zone["age_s"].as_f64().is_some_and(|age| (0.0..60.0).contains(&age));
        (zone["co2_ppm"] == ppm && is_fresh).then_some(())
    });
}

fn stored(api: &Api, device: &str, expected: &[Instant]) {
    eventually(&format!("{expected:?} of {device}"), SOON, || {
        let instants: Vec<_> = api.readings(device, "co2").into_iter().map(|(at, _)| at).collect();
        (instants == expected).then_some(())
    });
}
