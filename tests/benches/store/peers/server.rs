//! A server on a port of its own, started and stopped by the bench, spoken to over one connection that stays open.

use std::fmt::Write;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use domain::Reading;
use serde_json::Value as Json;
use tests::eventually;
use tests::program::Program;
use ureq::Agent;

const SOON: Duration = Duration::from_secs(30);

pub(crate) struct Server {
    folder: PathBuf,
    port: u16,
    /// Says when the server is ready.
    ready: &'static str,
    agent: Agent,
    program: Option<Program>,
}

impl Server {
    pub(crate) fn new(folder: &Path, port: u16, ready: &'static str) -> Self {
        let config = Agent::config_builder().timeout_global(Some(Duration::from_mins(5)));
        let agent = config.http_status_as_error(false).build().into();
        Self { folder: folder.to_owned(), port, ready, agent, program: None }
    }

    /// Starts it; returns after how long it was ready.
    pub(crate) fn start(&mut self, command: Command) -> Duration {
        let started = Instant::now();
        let mut program = Program::start(command, &self.folder.join("server.log"));
        eventually("the server is ready", SOON, || {
            program.expect_running();
            let answer = self.agent.get(self.url(self.ready)).call().ok()?;
            answer.status().is_success().then_some(())
        });
        self.program = Some(program);
        started.elapsed()
    }

    /// Ends it in order.
    pub(crate) fn stop(&mut self) {
        if let Some(mut program) = self.program.take() {
            program.terminate(SOON);
        }
    }

    pub(crate) fn process(&self) -> u32 {
        self.program.as_ref().expect("it runs").id()
    }

    fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// Writes lines; a server that takes them says so.
    pub(crate) fn write(&self, path: &str, lines: String) {
        let mut answer = self.agent.post(self.url(path)).send(lines).expect("an answer");
        let text = answer.body_mut().read_to_string().expect("text");
        assert!(answer.status().is_success(), "{}: {text}", answer.status());
    }

    /// Asks; the answer is JSON.
    pub(crate) fn ask(&self, path: &str, parameters: &[(&str, &str)]) -> Json {
        let question = self.agent.get(self.url(path)).query_pairs(parameters.iter().copied());
        let mut answer = question.call().expect("an answer");
        let body = answer.body_mut().with_config().limit(1 << 28).read_to_string().expect("text");
        assert!(answer.status().is_success(), "{}: {body}", answer.status());
        serde_json::from_str(&body).unwrap_or(Json::Null)
    }

    /// How much lies in these parts of its folder, once that has not changed for a while.
    pub(crate) fn disk(&self, parts: &[&str]) -> f64 {
        let size = || parts.iter().map(|part| bytes_below(&self.folder.join(part))).sum::<u64>();
        let (mut last, mut since) = (size(), Instant::now());
        let quiet = Duration::from_secs(6);
        eventually("the server is at rest", Duration::from_mins(2), || {
            let now = size();
            if now != last {
                (last, since) = (now, Instant::now());
            }
            (since.elapsed() > quiet).then_some(now as f64)
        })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The readings as lines, which both servers take. States are numbers, so that both can tell their mean.
pub(crate) fn lines(readings: &[Reading]) -> String {
    let mut lines = String::with_capacity(readings.len() * 64);
    for Reading { source, observation } in readings {
        let (quantity, device) = (source.quantity.name(), &source.device);
        let (value, at) = (observation.value.as_f64(), observation.observed_at.as_millis());
        let _ = writeln!(lines, "{quantity},device={device} value={value} {at}");
    }
    lines
}

fn bytes_below(path: &Path) -> u64 {
    // What is compacted away meanwhile counts for nothing.
    let Ok(found) = fs::metadata(path) else { return 0 };
    if found.is_file() {
        // What is set apart and not yet written takes no room.
        return found.blocks() * 512;
    }
    let Ok(entries) = fs::read_dir(path) else { return 0 };
    entries.flatten().map(|entry| bytes_below(&entry.path())).sum()
}
