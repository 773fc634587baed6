//! Our own node, the real program, against a broker that comes and goes and a clock that is wrong.

use std::fs;
use std::path::{Path, PathBuf};

use domain::Instant;
use jiff::SignedDuration;
use tests::listener::Listener;
use tests::message::{SITE, now};
use tests::program::Program;
use tests::vigie::node_command;
use tests::{Installation, PATIENTLY, SOON, eventually};

use crate::needs;

/// A node with one instrument that is played, which measures five times a second.
struct SensorNode {
    folder: PathBuf,
    program: Option<Program>,
}

impl SensorNode {
    fn new(building: &Installation, clock: &str) -> Self {
        let folder = building.folder().join("node");
        fs::create_dir_all(&folder).unwrap();
        let config = format!(
            "[node]\nsite = \"{SITE}\"\ndevice = \"salle-1\"\nbroker = \"mqtt://127.0.0.1:{}\"\ndata = \"{}\"\n\
             [clock]\n{clock}\n[outbox]\nwrite_after = \"500ms\"\n[[sht4x]]\ninterval = \"200ms\"\n",
            building.broker_port(),
            folder.join("data").display()
        );
        fs::write(folder.join("node.toml"), config).unwrap();
        let mut node = Self { folder, program: None };
        node.start();
        node
    }

    fn start(&mut self) {
        let mut command = node_command();
        command.args(["run", "--simulate", "--config"]).arg(self.folder.join("node.toml"));
        self.program = Some(Program::start(command, &self.folder.join("node.log")));
    }

    /// No warning, no farewell.
    fn kill(&mut self) {
        self.program = None;
    }

    fn stop(&mut self) {
        let status = self.program.take().unwrap().terminate(SOON);
        assert_eq!(status.code(), Some(0));
    }

    /// How many readings are on its disk.
    fn on_disk(&self) -> usize {
        let Ok(files) = fs::read_dir(self.folder.join("data/outbox")) else { return 0 };
        let lines = |path: &Path| fs::read_to_string(path).unwrap_or_default().lines().count();
        files.map_while(Result::ok).map(|entry| lines(&entry.path())).sum()
    }
}

fn stored(building: &Installation) -> Vec<Instant> {
    let readings = building.api().readings("salle-1", "temperature");
    let mut times: Vec<_> = readings.into_iter().map(|(at, _)| at).collect();
    times.sort();
    times.windows(2).for_each(|pair| assert!(pair[0] < pair[1], "{} is there twice", pair[0]));
    times
}

/// Waits for a reading that was taken after `since`.
fn receives(building: &Installation, since: Instant) -> Instant {
    eventually("a live reading", SOON, || {
        stored(building).last().copied().filter(|newest| *newest > since)
    })
}

#[test]
fn a_node_that_dies_and_starts_while_the_broker_is_away_brings_its_readings_afterwards() {
    needs!("mosquitto");
    let mut building = Installation::with_mosquitto("");
    let mut node = SensorNode::new(&building, "trust = \"always\"");
    let begun = now();
    receives(&building, begun);

    // What was measured just before and not acknowledged any more is on the disk, too.
    let away = now() - SignedDuration::from_secs(2);
    building.mosquitto.as_mut().unwrap().stop();
    eventually("readings are on the disk of the node", SOON, || {
        (node.on_disk() >= 20).then_some(())
    });
    node.kill();
    node.start();
    let at_restart = node.on_disk();
    eventually("more readings are on the disk", SOON, || {
        (node.on_disk() >= at_restart + 20).then_some(())
    });
    node.stop();
    let (on_disk, gone) = (node.on_disk(), now());
    node.start();
    building.mosquitto.as_mut().unwrap().resume();

    receives(&building, now());
    eventually("the disk of the node is empty", PATIENTLY, || (node.on_disk() == 0).then_some(()));
    let of_outage = || stored(&building).into_iter().filter(|at| (away..gone).contains(at)).count();
    eventually("all that was on the disk is stored", PATIENTLY, || {
        // Temperature and humidity are two lines of one moment.
        (of_outage() * 2 >= on_disk).then_some(())
    });
    node.stop();
}

#[test]
fn a_node_that_does_not_know_the_time_is_online_and_waits_and_dates_back() {
    needs!("mosquitto");
    let building = Installation::with_mosquitto("");
    let synchronized = building.folder().join("synchronized");
    let clock = format!("synchronized_file = \"{}\"", synchronized.display());
    let begun = now();
    let mut node = SensorNode::new(&building, &clock);
    eventually("readings wait on the disk of the node", SOON, || {
        (node.on_disk() >= 20).then_some(())
    });
    let silent = building.api().list("/sources").unwrap();
    assert!(silent.iter().all(|source| source["device"] != "salle-1"), "{silent:?}");

    let set_at = now();
    fs::write(&synchronized, "").unwrap();

    receives(&building, set_at);
    let dated_back = |at: &Instant| (begun..set_at).contains(at);
    eventually("what was measured before is there at its time", PATIENTLY, || {
        (stored(&building).iter().filter(|at| dated_back(at)).count() >= 10).then_some(())
    });
    node.stop();
}

#[test]
fn a_node_that_is_killed_is_gone_by_its_last_will_and_comes_back_with_the_next_boot_number() {
    needs!("mosquitto");
    let building = Installation::with_mosquitto("");
    let topic = format!("vigie/v1/{SITE}/sensors/salle-1/status");
    let mut listener = Listener::to(building.broker_port(), &topic);
    let mut node = SensorNode::new(&building, "trust = \"always\"");
    let born = listener.until(SOON, |status| status["state"] == "online");

    node.kill();
    let gone = listener.until(SOON, |status| status["state"] == "offline");
    assert_eq!(gone["boot"], born["boot"], "it is the will of that life");

    node.start();
    let again = listener.until(SOON, |status| status["state"] == "online");
    assert_eq!(again["boot"].as_u64(), born["boot"].as_u64().map(|boot| boot + 1));
    node.stop();
    listener.until(SOON, |status| status["state"] == "offline");
}
