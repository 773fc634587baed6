//! The main job on real input: recordings replayed over MQTT, compared with figures that a separate program computed.
//!
//! `recordings/expected.py` made `recordings/expected.json` from the same files, in another language.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;
use tests::{Installation, eventually};

fn recording(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("recordings").join(name)
}

fn expected() -> Value {
    let text = fs::read_to_string(recording("expected.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn replay(building: &Installation, name: &str) {
    let status = tests::vigie::node_command()
        .args(["replay", recording(name).to_str().unwrap(), "--speed", "max", "--site", tests::message::SITE])
        .args(["--broker", &format!("mqtt://127.0.0.1:{}", building.broker_port())])
        .status();
    assert!(status.unwrap().success(), "the replay of {name} failed");
    let stored = || building.api().counter("vigie_readings_stored_total");
    let mut last = -1.0;
    eventually("the replay is stored", Duration::from_mins(2), || {
        std::thread::sleep(Duration::from_millis(1500));
        let now = stored();
        let settled = now > 0.0 && (now - last).abs() < 0.5;
        last = now;
        settled.then_some(())
    });
}
