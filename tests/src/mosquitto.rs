//! A real Mosquitto with a durable queue for sessions that are away.

use std::fs;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::program::Program;
use crate::wait::{SOON, eventually};

/// A broker on a port of its own, which it keeps over restarts.
#[derive(Debug)]
pub struct Mosquitto {
    folder: PathBuf,
    port: u16,
    program: Option<Program>,
}

impl Mosquitto {
    /// Starts a broker whose queues are kept in `folder`.
    ///
    /// # Panics
    /// When it does not listen in time.
    pub fn start(folder: &Path, port: u16) -> Self {
        let config = format!(
            "listener {port} 127.0.0.1\nallow_anonymous true\npersistence true\npersistence_location {}/\n\
             max_queued_messages 0\nmax_inflight_messages 1000\nuser root\n",
            folder.display()
        );
        fs::write(folder.join("mosquitto.conf"), config).expect("the configuration can be written");
        let mut broker = Self { folder: folder.to_owned(), port, program: None };
        broker.resume();
        broker
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Ends it in order; its queues are written to disk.
    ///
    /// # Panics
    /// When it does not end in time.
    pub fn stop(&mut self) {
        if let Some(mut program) = self.program.take() {
            program.terminate(SOON);
        }
    }

    /// Starts it again.
    ///
    /// # Panics
    /// When it does not listen in time.
    pub fn resume(&mut self) {
        let mut command = Command::new("mosquitto");
        command.arg("-c").arg(self.folder.join("mosquitto.conf"));
        let mut program = Program::start(command, &self.folder.join("mosquitto.log"));
        eventually("Mosquitto listens", SOON, || {
            program.expect_running();
            TcpStream::connect(("127.0.0.1", self.port)).ok()
        });
        self.program = Some(program);
    }
}
