//! The program `vigie-node` as it is started from a shell.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

fn vigie_node(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vigie-node"));
    command
        .args(arguments)
        .env_remove("VIGIE_BROKER")
        .env_remove("VIGIE_SITE")
        .env("NO_COLOR", "1");
    command
}

fn refused(arguments: &[&str]) -> String {
    let Output { status, stderr, .. } = vigie_node(arguments).output().unwrap();
    assert_eq!(status.code(), Some(64), "{arguments:?}");
    String::from_utf8_lossy(&stderr).into_owned()
}

fn of_the_repository(path: &str) -> String {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").join(path).display().to_string()
}

#[test]
fn what_cannot_be_used_is_refused_with_the_remedy_and_exit_code_64() {
    let office = of_the_repository("tests/recordings/office-999169.csv");
    let other_map = of_the_repository("tests/recordings/household-power-2006-12.replay.toml");

    assert!(refused(&["replay", &office, "--speed", "fast"]).contains("`max` or a number above 0"));
    assert!(refused(&["replay", &office, "--broker", "broker.local"]).contains("mqtt://"));
    assert!(refused(&["replay", "nowhere.csv"]).contains("nowhere.replay.toml"));
    assert!(refused(&["replay", &office, "--map", &other_map]).contains("has no column `Date`"));
    assert!(refused(&["simulate", "--site", "nowhere.toml"]).contains("nowhere.toml"));
    assert!(refused(&["simulate", "--site", &other_map]).contains(".replay.toml:"));
}

#[test]
fn its_log_in_a_pipe_holds_no_colour_codes() {
    let mut command = vigie_node(&["replay", "nowhere.csv"]);
    let Output { stderr, .. } = command.env_remove("NO_COLOR").output().unwrap();

    let log = String::from_utf8(stderr).unwrap();
    assert!(log.contains("ERROR"), "{log:?}");
    assert!(!log.contains('\u{1b}'), "{log:?}");
}

#[test]
fn a_simulation_without_a_broker_waits_and_still_stops_at_once_when_asked() {
    let site = of_the_repository("gateway/domain/sites/dreux.toml");
    // Nobody listens on port 1 of this machine.
    let mut child = vigie_node(&["simulate", "--site", &site, "--broker", "mqtt://127.0.0.1:1"])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut log = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
    let attempts = log.by_ref().filter(|line| line.contains("not connected to the broker")).take(2);
    assert_eq!(attempts.count(), 2, "it has given up");

    Command::new("kill").arg(child.id().to_string()).status().unwrap();
    let terminated_at = Instant::now();
    let status = child.wait().unwrap();
    assert_eq!(status.code(), Some(0));
    assert!(terminated_at.elapsed() < Duration::from_secs(30));
}
