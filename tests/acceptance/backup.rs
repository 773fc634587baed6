//! Backups of a building in which sensors go on reporting.

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use domain::Instant;
use jiff::SignedDuration;
use tests::message::numbered;
use tests::vigie::command;
use tests::{Installation, Publisher, SOON, eventually};

fn yesterday() -> Instant {
    "2026-03-01T08:00:00Z".parse().unwrap()
}

/// `vigie` with these words, on the site of the building.
fn vigie(building: &Installation, words: &[&str], folders: &[(&str, &Path)]) -> Command {
    let mut command = command();
    command.args(words).arg("--site").arg(building.folder().join("site.toml"));
    for (flag, folder) in folders {
        command.arg(flag).arg(folder);
    }
    command
}

fn succeeds(mut command: Command) -> String {
    let Output { status, stdout, stderr } = command.output().unwrap();
    let output = String::from_utf8_lossy(&[stdout, stderr].concat()).into_owned();
    assert!(status.success(), "{output}");
    output
}

/// Publishes readings of one a second until `stop`; returns their number.
fn report_until(stop: Arc<AtomicBool>, mut sensor: Publisher) -> JoinHandle<usize> {
    const AT_ONCE: u32 = 200;
    thread::spawn(move || {
        let mut sent = 0;
        while !stop.load(Ordering::SeqCst) {
            let start = yesterday() + SignedDuration::from_secs(i64::from(sent));
            sensor.publish(numbered("air", start, AT_ONCE));
            sent += AT_ONCE;
        }
        sent as usize
    })
}

fn received(building: &Installation) -> f64 {
    building.api().counter("vigie_readings_stored_total")
}

#[test]
fn a_backup_made_while_sensors_report_gives_back_all_that_was_stored_before_it() {
    let mut building = Installation::embedded("");
    let (data, backups) = (building.folder().join("data"), building.folder().join("backups"));
    let sensor = building.sensor("sensor");
    let stop = Arc::new(AtomicBool::new(false));
    let sending = report_until(Arc::clone(&stop), sensor);
    eventually("readings are stored", SOON, || (received(&building) > 500.0).then_some(()));
    let before = building.api().readings("air", "co2");

    let output = succeeds(vigie(&building, &["backup"], &[("--data", &data), ("--to", &backups)]));

    assert!(output.contains("restored and compared: the same"), "{output}");
    let during = received(&building);
    eventually("readings are stored after the backup", SOON, || {
        (received(&building) > during).then_some(())
    });
    stop.store(true, Ordering::SeqCst);
    let sent = sending.join().unwrap();
    building.vigie.stop();
    let words = ["restore", "--replace"];
    succeeds(vigie(&building, &words, &[("--data", &data), ("--from", &backups)]));
    building.vigie.resume();
    let restored = building.api().readings("air", "co2");
    assert_eq!(restored[..before.len()], before);
    assert!(restored.len() < sent, "the backup was not made while sensors reported");
}

#[test]
fn a_backup_killed_at_any_moment_harms_neither_the_gateway_nor_the_backups_before_it() {
    let mut building = Installation::embedded("");
    let (data, backups) = (building.folder().join("data"), building.folder().join("backups"));
    let other = building.folder().join("other");
    building.sensor("sensor").publish(numbered("air", yesterday(), 5000));
    let backup = || vigie(&building, &["backup"], &[("--data", &data), ("--to", &backups)]);
    eventually("all are stored", SOON, || (received(&building) >= 5000.0).then_some(()));
    succeeds(backup());
    let mut cut = 0;
    // Each a little later in its work, up to one that ends by itself.
    for later in 0..200_u64 {
        let quiet = || Stdio::null();
        let mut child = backup().stdout(quiet()).stderr(quiet()).spawn().unwrap();
        thread::park_timeout(Duration::from_millis(2 * later));
        child.kill().unwrap();
        if child.wait().unwrap().success() {
            break;
        }
        cut += 1;
    }
    assert!(cut > 2, "{cut} backups were cut");

    succeeds(vigie(&building, &["restore"], &[("--data", &other), ("--from", &backups)]));
    succeeds(backup());

    assert!(!backups.join(".under-way").exists() && !backups.join(".scratch.db").exists());
    assert_eq!(building.api().readings("air", "co2").len(), 5000);
    assert!(building.vigie.stop().success());
}
