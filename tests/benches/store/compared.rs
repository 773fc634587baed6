//! All peers that are there, step by step and in turns, each in a process of its own.

use std::env;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

use crate::keeper::Figures;
use crate::peers;
use crate::table::{self, Column};

/// How many rounds of batches of 500, in turns: a disk has good and bad minutes.
const ROUNDS: usize = 3;
/// Servers write behind; so long their counters are waited for.
const WRITTEN_BEHIND: Duration = Duration::from_secs(8);

/// Runs the comparison and prints it.
pub(crate) fn run() {
    let mut peers: Vec<Peer> = present().map(|(name, _)| Peer::start(name)).collect();

    all(&mut peers, "bulk", "bulk_");
    used(&mut peers, "at_bulk_");
    for round in 0..ROUNDS {
        all(&mut peers, "many", &format!("many{round}_"));
    }
    used(&mut peers, "at_many_");
    all(&mut peers, "few", "few_");
    used(&mut peers, "at_few_");
    for step in ["settle", "year", "ask", "reopen"] {
        all(&mut peers, step, "");
    }
    let columns: Vec<Column> =
        peers.into_iter().map(|peer| Column::of(peer.name, &peer.figures, ROUNDS)).collect();
    table::print(&columns);
}

/// What a reading takes on the disk where series report more slowly, rollups included, and without them.
pub(crate) fn slow() {
    for seconds in [10, 60, 300] {
        for (name, _) in present() {
            let mut peer = Peer::start(name);
            peer.step(&format!("every {}", seconds * 1000), "");
            let kept = |what| peer.figures.get(what).map(|bytes| bytes / peer.figures["readings"]);
            let all = kept("disk").expect("every peer tells what it keeps");
            let rest = kept("disk_readings")
                .map_or_else(String::new, |rest| format!(", {rest:.2} without rollups"));
            println!("{name:16} {seconds:4} s: {all:5.2} bytes kept a reading{rest}");
        }
    }
}

fn present() -> impl Iterator<Item = (&'static str, Option<&'static str>)> {
    let is_there = |program: Option<&str>| program.is_none_or(tests::wait::have);
    peers::ALL.into_iter().filter(move |(_, program)| is_there(*program))
}

fn all(peers: &mut [Peer], step: &str, prefix: &str) {
    for peer in peers {
        peer.step(step, prefix);
    }
}

fn used(peers: &mut [Peer], prefix: &str) {
    thread::sleep(WRITTEN_BEHIND);
    all(peers, "usage", prefix);
}

/// A peer under way. Dropping it ends its process, which ends its server.
struct Peer {
    name: &'static str,
    figures: Figures,
    steps: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    process: Child,
    /// Removed after the process has ended.
    _folder: TempDir,
}

impl Peer {
    fn start(name: &'static str) -> Self {
        let folder = tempfile::Builder::new().prefix("vigie-bench-").tempdir().expect("a folder");
        let mut process = Command::new(env::current_exe().expect("a bench knows where it is"))
            .args(["peer", name])
            .arg(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the bench can be started once more");
        let steps = process.stdin.take();
        let answers = BufReader::new(process.stdout.take().expect("it was piped"));
        Self { name, figures: Figures::new(), steps, answers, process, _folder: folder }
    }

    /// Has a step done, and keeps its figures with `prefix` before each name.
    fn step(&mut self, step: &str, prefix: &str) {
        let steps = self.steps.as_mut().expect("it listens until it is dropped");
        writeln!(steps, "{step}").expect("the peer listens");
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("the peer answers");
        let figures: Figures = serde_json::from_str(&line)
            .unwrap_or_else(|error| panic!("{} failed at {step}: {error}", self.name));
        self.figures
            .extend(figures.into_iter().map(|(name, figure)| (format!("{prefix}{name}"), figure)));
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.steps = None;
        // It has failed already, and printed why, or it ends well.
        let _ = self.process.wait();
    }
}
