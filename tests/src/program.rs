//! A process with a log, killed when it is dropped.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use crate::wait::eventually;

/// A running program.
#[derive(Debug)]
pub struct Program {
    child: Child,
    log: PathBuf,
}

impl Program {
    /// Starts `command`; what it prints is added to `log`.
    ///
    /// # Panics
    /// When it cannot be started.
    pub fn start(mut command: Command, log: &Path) -> Self {
        let out =
            File::options().create(true).append(true).open(log).expect("the log can be written");
        let error = out.try_clone().expect("the log can be written twice");
        let child = command.stdin(Stdio::null()).stdout(out).stderr(error).spawn();
        let child = child.unwrap_or_else(|error| panic!("cannot start {command:?}: {error}"));
        Self { child, log: log.to_owned() }
    }

    /// The process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// What it has printed so far.
    pub fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Fails when the program has ended.
    ///
    /// # Panics
    /// With the end of the log.
    pub fn expect_running(&mut self) {
        if let Some(status) = self.ended() {
            let log = self.log();
            panic!(
                "ended with {status}: {}",
                log.chars().skip(log.chars().count().saturating_sub(800)).collect::<String>()
            );
        }
    }

    /// How it ended, if it has.
    ///
    /// # Panics
    /// When the system cannot tell.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("a child can be waited for")
    }

    /// Sends a signal by its name, such as `TERM`.
    ///
    /// # Panics
    /// When the signal cannot be sent.
    pub fn signal(&self, name: &str) {
        let status =
            Command::new("kill").arg(format!("-{name}")).arg(self.id().to_string()).status();
        assert!(status.is_ok_and(|status| status.success()), "cannot send {name}");
    }

    /// SIGTERM, and how the program ended.
    ///
    /// # Panics
    /// When it has not ended within `limit`.
    pub fn terminate(&mut self, limit: Duration) -> ExitStatus {
        self.signal("TERM");
        eventually("the program ends after SIGTERM", limit, || self.ended())
    }

    /// SIGKILL: no warning, no farewell.
    ///
    /// # Panics
    /// When the system cannot tell how it ended.
    pub fn kill(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        self.child.wait().expect("a child can be waited for");
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.kill();
    }
}
