//! The program under test.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::time::Duration;

use crate::api::Api;
use crate::program::Program;
use crate::wait::{SOON, eventually};

/// One `vigie run` that can be stopped, killed and started again on the same data.
#[derive(Debug)]
pub struct Vigie {
    environment: Vec<(String, String)>,
    arguments: Vec<String>,
    log: PathBuf,
    api: Api,
    program: Option<Program>,
}

impl Vigie {
    /// Longest stop that counts as quick.
    pub const QUICK: Duration = Duration::from_secs(5);

    /// Starts `vigie run` with these arguments and a dashboard on `port`, and waits until it is ready.
    ///
    /// # Panics
    /// When it is not ready in time.
    pub fn start(arguments: Vec<String>, port: u16, log: &Path) -> Self {
        Self::start_in(Vec::new(), arguments, port, log)
    }

    /// The same with these environment variables as well.
    ///
    /// # Panics
    /// When it is not ready in time.
    pub fn start_in(
        environment: Vec<(String, String)>,
        arguments: Vec<String>,
        port: u16,
        log: &Path,
    ) -> Self {
        let (log, api) = (log.to_owned(), Api::new(port));
        let mut vigie = Self { environment, arguments, log, api, program: None };
        vigie.resume();
        vigie
    }

    /// Its HTTP API.
    pub fn api(&self) -> &Api {
        &self.api
    }

    /// The arguments it was started with.
    pub fn arguments(&self) -> &[String] {
        &self.arguments
    }

    /// The process id.
    ///
    /// # Panics
    /// When it does not run.
    pub fn id(&self) -> u32 {
        self.program.as_ref().expect("vigie runs").id()
    }

    /// SIGKILL.
    pub fn kill(&mut self) {
        self.program = None;
    }

    /// SIGTERM, and its exit status.
    ///
    /// # Panics
    /// When it does not run, or does not end in time.
    pub fn stop(&mut self) -> ExitStatus {
        self.stop_within(SOON)
    }

    /// SIGTERM, and its exit status.
    ///
    /// # Panics
    /// When it does not run, or has not ended within `limit`.
    pub fn stop_within(&mut self, limit: Duration) -> ExitStatus {
        self.program.take().expect("vigie runs").terminate(limit)
    }

    /// Starts it again and waits until it is ready.
    ///
    /// # Panics
    /// When it is not ready in time.
    pub fn resume(&mut self) {
        let mut command = command();
        command.arg("run").args(&self.arguments).envs(self.environment.iter().cloned());
        let mut program = Program::start(command, &self.log);
        eventually("vigie is ready", SOON, || {
            program.expect_running();
            self.api.is_ready().then_some(())
        });
        self.program = Some(program);
    }
}

/// The program `vigie` without arguments, and without the environment's settings.
///
/// # Panics
/// When it was not built.
pub fn command() -> Command {
    built("vigie")
}

/// The program `vigie-node` without arguments.
///
/// # Panics
/// When it was not built.
pub fn node_command() -> Command {
    built("vigie-node")
}

fn built(name: &str) -> Command {
    let tests = std::env::current_exe().expect("a test knows where it is");
    let profile = tests.parent().and_then(Path::parent).expect("tests lie in <profile>/deps");
    let path = profile.join(name);
    assert!(path.is_file(), "{} is not built; run `cargo build --workspace` first", path.display());
    let mut command = Command::new(path);
    for (variable, _) in std::env::vars_os() {
        if variable.to_str().is_some_and(|name| name.starts_with("VIGIE_")) {
            command.env_remove(variable);
        }
    }
    command
}
