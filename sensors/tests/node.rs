//! `vigie-node check`, `calibrate`, `tic` and `run` as they are started from a shell, without a Raspberry Pi.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod talker;

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use sensors::tic::Mode;
use serde_json::Value as Json;
use talker::{HISTORIC, Manner, Talker};
use tempfile::TempDir;

fn vigie_node(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vigie-node"));
    for name in ["VIGIE_BROKER", "VIGIE_SITE", "VIGIE_NODE_CONFIG", "VIGIE_NODE_DATA"] {
        command.env_remove(name);
    }
    command.args(arguments).env("NO_COLOR", "1");
    command
}

/// What a run came to: exit code, what was printed, what was printed as errors.
fn outcome(command: &mut Command) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (status.code(), text(stdout), text(stderr))
}

/// A node with `instruments`; nobody listens on port 1 of this machine.
fn configuration(folder: &Path, instruments: &str) -> String {
    let path = folder.join("node.toml");
    let data = folder.join("data");
    let text = format!(
        "[node]\nsite = \"dreux\"\ndevice = \"salle-1\"\nbroker = \"mqtt://127.0.0.1:1\"\ndata = \"{}\"\n\
         [clock]\ntrust = \"always\"\n{instruments}",
        data.display()
    );
    fs::write(&path, text).unwrap();
    path.display().to_string()
}

const AIR: &str = "[[scd4x]]\n[[sht4x]]\nchannel = \"sht\"\n";

#[test]
fn without_a_pi_every_command_says_so_and_how_to_go_on() {
    let folder = TempDir::new().unwrap();
    let config = configuration(folder.path(), AIR);
    for command in [&["run"][..], &["check"], &["calibrate", "--ppm", "425"]] {
        let (code, printed, errors) = outcome(vigie_node(command).args(["--config", &config]));
        assert_eq!((code, printed.as_str()), (Some(64), ""), "{command:?}");
        assert!(errors.contains("--simulate"), "{command:?}: {errors}");
    }
}

#[test]
fn a_check_tells_of_each_thing_whether_it_answers_and_ends_with_1_when_one_does_not() {
    let folder = TempDir::new().unwrap();
    let instruments = "[[scd4x]]\n[[sht4x]]\nchannel = \"sht\"\n[[motion]]\npin = 17\n[[door]]\nouter_pin = 22\ninner_pin = 23\n";
    let config = configuration(folder.path(), instruments);
    let (code, printed, errors) =
        outcome(&mut vigie_node(&["check", "--simulate", "--config", &config]));
    assert_eq!(code, Some(1), "{printed}{errors}");
    let of = |name: &str| printed.lines().find(|line| line[6..].starts_with(name)).unwrap();
    assert!(of("scd4x").starts_with("ok "), "{printed}");
    assert!(of("scd4x").contains("co2") && of("scd4x").contains("ppm"), "{printed}");
    assert!(of("sht4x sht").contains("temperature"), "{printed}");
    for name in ["motion", "door", "clock", "data"] {
        assert!(of(name).starts_with("ok "), "{printed}");
    }
    assert!(of("broker").starts_with("FAULT broker (mqtt://127.0.0.1:1"), "{printed}");
    assert!(errors.contains("1 things are not as they should be"), "{errors}");
    assert!(!folder.path().join("data/probe").exists(), "the check leaves nothing behind");
}

#[test]
fn a_check_of_what_is_wired_wrongly_is_refused_before_anything_is_tried() {
    let folder = TempDir::new().unwrap();
    for (instruments, remedy) in [
        ("[[motion]]\npin = 40\n", "0 to 27"),
        ("[[motion]]\npin = 17\n[[pulses]]\npin = 17\npulses_per_kwh = 1000\n", "17"),
        ("[[scd4x]]\npresure_hpa = 1000\n", "presure_hpa"),
    ] {
        let config = configuration(folder.path(), instruments);
        let (code, printed, errors) =
            outcome(&mut vigie_node(&["check", "--simulate", "--config", &config]));
        assert_eq!((code, printed.as_str()), (Some(64), ""), "{instruments}");
        assert!(errors.contains("node.toml") && errors.contains(remedy), "{errors}");
    }
}

#[test]
fn a_meter_alone_needs_no_pi_and_is_heard_at_its_speed_through_flipped_bits() {
    let folder = TempDir::new().unwrap();
    let manner =
        Manner { mode: Mode::Historic, recording: HISTORIC, damage: Some(400), in_time: false };
    let talker = Talker::start(manner);
    let meter = format!("[[linky]]\npath = \"{}\"\nmode = \"historic\"\n", talker.path);
    let config = configuration(folder.path(), &meter);
    let (code, printed, _) = outcome(&mut vigie_node(&["check", "--config", &config]));
    assert_eq!((code, talker.speed.load(Ordering::SeqCst)), (Some(1), 1200), "{printed}");
    let line = printed.lines().find(|line| line.contains("linky")).unwrap();
    assert!(line.starts_with("ok ") && line.contains(&talker.path), "{printed}");
    assert!(!printed.contains("ADCO"), "whose meter it is does not appear");
}

#[test]
fn a_line_that_is_not_there_is_a_fault_of_the_check() {
    let folder = TempDir::new().unwrap();
    let config = configuration(folder.path(), "[[linky]]\npath = \"/dev/ttyNOWHERE\"\n");
    let (code, printed, _) = outcome(&mut vigie_node(&["check", "--config", &config]));
    assert_eq!(code, Some(1));
    assert!(printed.contains("FAULT linky (/dev/ttyNOWHERE)"), "{printed}");
}

#[test]
fn a_sensor_is_told_what_air_it_stands_in() {
    let folder = TempDir::new().unwrap();
    let config = configuration(folder.path(), AIR);
    let calibrate = |ppm: &str, more: &[&str]| {
        let mut command = vigie_node(&["calibrate", "--simulate", "--after", "0"]);
        outcome(command.args(["--config", &config, "--ppm", ppm]).args(more))
    };
    let (code, printed, errors) = calibrate("425", &[]);
    assert_eq!(code, Some(0), "{errors}");
    assert!(printed.contains("calibrated to 425 ppm"), "{printed}");

    let (code, _, errors) = calibrate("425", &["--channel", "other"]);
    assert_eq!(code, Some(64));
    assert!(errors.contains("no such [[scd4x]]"), "{errors}");
    let (code, _, errors) = calibrate("100", &[]);
    assert_eq!(code, Some(64), "no air has so little");
    assert!(errors.contains("400"), "{errors}");
}

#[test]
fn a_calibration_that_is_stopped_changes_nothing_and_one_beside_a_running_node_is_refused() {
    let folder = TempDir::new().unwrap();
    let config = configuration(folder.path(), AIR);
    let mut command = vigie_node(&["calibrate", "--simulate", "--config", &config, "--ppm", "425"]);
    let mut first = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(first.stdout.take().unwrap()).lines();
    let stands = lines.find(|line| line.as_ref().unwrap().contains("stands in the air for 180 s"));
    assert!(stands.is_some());

    let (code, _, errors) =
        outcome(&mut vigie_node(&["calibrate", "--simulate", "--config", &config, "--ppm", "425"]));
    assert_eq!(code, Some(64), "{errors}");

    Command::new("kill").arg(first.id().to_string()).status().unwrap();
    let terminated_at = Instant::now();
    let output = first.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(terminated_at.elapsed() < Duration::from_secs(30));
    assert!(String::from_utf8_lossy(&output.stderr).contains("nothing was changed"));
}

#[test]
fn a_node_at_work_tells_systemd_that_it_is_ready_that_it_lives_and_that_it_stops() {
    let folder = TempDir::new().unwrap();
    let config = configuration(folder.path(), "[[sht4x]]\ninterval = \"200ms\"\n");
    let address = folder.path().join("notify");
    let systemd = UnixDatagram::bind(&address).unwrap();
    systemd.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
    let mut command = vigie_node(&["run", "--simulate", "--config", &config]);
    command.env("NOTIFY_SOCKET", &address).stderr(Stdio::null());
    let mut node = command.spawn().unwrap();
    let notification = || {
        let mut buffer = [0; 256];
        let count = systemd.recv(&mut buffer).unwrap();
        String::from_utf8_lossy(&buffer[..count]).trim().to_owned()
    };
    // Ready without a broker: it measures and keeps.
    assert_eq!(notification(), "READY=1");
    for _ in 0..3 {
        assert_eq!(notification(), "WATCHDOG=1");
    }
    Command::new("kill").arg(node.id().to_string()).status().unwrap();
    let until = Instant::now() + Duration::from_mins(1);
    while notification() != "STOPPING=1" {
        assert!(Instant::now() < until, "it does not say that it stops");
    }
    assert_eq!(node.wait().unwrap().code(), Some(0));
}

/// What `vigie-node tic -` makes of the bytes of a line: the values by label, and the tally.
fn tic(bytes: &[u8]) -> (BTreeSet<String>, Json) {
    let mut command = vigie_node(&["tic", "-"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let (mut input, bytes) = (child.stdin.take().unwrap(), bytes.to_vec());
    let writer = std::thread::spawn(move || input.write_all(&bytes).unwrap());
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let lines = String::from_utf8(output.stdout).unwrap();
    let mut lines: Vec<Json> =
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let tally = lines.pop().unwrap();
    let value = |line: &Json| format!("{} {} {}", line["quantity"], line["channel"], line["value"]);
    (lines.iter().map(value).collect(), tally)
}

#[test]
fn a_recording_is_told_line_by_line_and_flipped_bits_make_no_index_of_their_own() {
    let (clean, tally) = tic(HISTORIC);
    assert!(clean.iter().any(|value| value.contains("HCHC") && value.contains("837362")));
    assert!(!clean.iter().any(|value| value.contains("ADCO")), "whose meter it is does not appear");
    assert_eq!(
        (&tally["bad"], &tally["broken_off"]),
        (&Json::Object(<_>::default()), &0.into()),
        "{tally}"
    );

    let mut chance = Pcg64Mcg::seed_from_u64(11);
    let mut damaged = HISTORIC.to_vec();
    for byte in &mut damaged {
        if chance.random_ratio(1, 80) {
            *byte ^= 1 << chance.random_range(0..8);
        }
    }
    let (values, tally) = tic(&damaged);
    assert!(tally["bad"].as_object().is_some_and(|bad| !bad.is_empty()), "{tally}");
    let is_index = |value: &&String| value.contains("energy_imported");
    for index in values.iter().filter(is_index) {
        assert!(clean.contains(index), "{index} was never sent");
    }
}

#[test]
fn what_is_no_recording_of_a_meter_gives_an_empty_tally_and_a_missing_one_is_refused() {
    let (values, tally) = tic(b"\x02\x03\x02\n\r\x03 nothing of a meter \x00\xff\xfe");
    assert_eq!((values.len(), &tally["groups"]), (0, &0.into()), "{tally}");
    let (values, tally) = tic(b"");
    assert_eq!((values.len(), &tally["frames"]), (0, &0.into()), "{tally}");
    let (code, _, errors) = outcome(&mut vigie_node(&["tic", "nowhere.txt"]));
    assert_eq!(code, Some(64));
    assert!(errors.contains("nowhere.txt: the recording cannot be read"), "{errors}");
}
