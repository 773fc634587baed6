//! The clock of the machine jumps under the real program, as libfaketime makes it: nothing is lost, and the page is right.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::SignedDuration;
use tests::message::{now, topic};
use tests::{SOON, eventually};

use tests::installation::{Installation, site_file};

const SITE: &str = "[[zone]]\nid = \"salle\"\nname = \"Salle\"\n\
    [[point]]\nid = \"salle-co2\"\nzone = \"salle\"\nquantity = \"co2\"\nsources = [{ device = \"air\" }]\n";
/// An hour back, a day ahead, 1970, 2000 and 2040, each and back again.
const JUMPS: [&str; 5] = ["-3600", "+86400", "@1970-01-01 00:00:10", "-830000000", "+430000000"];

/// Where Debian has libfaketime; `None` where it is not installed, which fails in CI.
fn faketime() -> Option<PathBuf> {
    let folders = fs::read_dir("/usr/lib").unwrap().filter_map(Result::ok);
    let found = folders
        .map(|folder| folder.path().join("faketime/libfaketimeMT.so.1"))
        .find(|library| library.is_file());
    let in_ci = std::env::var("CI").is_ok_and(|ci| ci == "true");
    assert!(
        found.is_some() || !in_ci,
        "libfaketime is missing, and CI must not skip what needs it"
    );
    if found.is_none() {
        eprintln!("skipped: libfaketime is not installed (apt-get install faketime)");
    }
    found
}

/// Sets the clock of the program, as a whole.
fn set(clock: &Path, offset: &str) {
    let new = clock.with_extension("new");
    fs::write(&new, format!("{offset}\n")).unwrap();
    fs::rename(&new, clock).unwrap();
}

#[test]
fn jumps_of_the_machines_clock_lose_nothing_and_the_live_page_is_right_at_once() {
    let Some(library) = faketime() else { return };
    let folder = tempfile::tempdir().unwrap();
    let clock = folder.path().join("offset");
    set(&clock, "+0");
    let environment = [
        ("LD_PRELOAD", library.display().to_string()),
        ("FAKETIME_TIMESTAMP_FILE", clock.display().to_string()),
        ("FAKETIME_NO_CACHE", "1".to_owned()),
        ("DONT_FAKE_MONOTONIC", "1".to_owned()),
    ];
    let environment = environment.map(|(name, value)| (name.to_owned(), value)).into();
    let mut building = Installation::embedded_in(environment, &site_file(SITE));
    let mut sensor = building.sensor("air");
    let begun = now();
    let mut value = 500.0;
    for offset in JUMPS.iter().flat_map(|jump| [*jump, "+0"]) {
        set(&clock, offset);
        value += 1.0;
        let payload = format!("{{\"value\": {value}}}").into_bytes();
        sensor.publish([(topic("air", "co2"), payload)]);
        eventually(&format!("{value} ppm with the clock at {offset}"), SOON, || {
            let live = building.api().get("/live").ok()?;
            let zone = live["zones"].as_array()?.iter().find(|zone| zone["id"] == "salle")?.clone();
            let is_fresh = zone["age_s"].as_f64().is_some_and(|age| (0.0..60.0).contains(&age));
            (zone["co2_ppm"] == value && is_fresh).then_some(())
        });
    }
    let count = JUMPS.len() * 2;
    let stored = eventually("all is stored", SOON, || {
        let stored = building.api().readings("air", "co2");
        (stored.len() == count).then_some(stored)
    });
    let minute = SignedDuration::from_mins(1);
    let is_right = |at: &domain::Instant| (begun - minute..now() + minute).contains(at);
    assert!(stored.iter().all(|(at, _)| is_right(at)), "{stored:?}");
    assert!(building.vigie.stop().success());
    building.vigie.resume();
    assert_eq!(building.api().readings("air", "co2").len(), count);
}
