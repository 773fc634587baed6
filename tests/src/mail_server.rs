//! A real mail server that keeps what it gets.

use std::fs;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::installation::free_port;
use crate::program::Program;
use crate::wait::{SOON, eventually};

/// `aiosmtpd` with a mailbox, on a port of its own that it keeps over restarts.
#[derive(Debug)]
pub struct MailServer {
    mailbox: PathBuf,
    port: u16,
    program: Option<Program>,
}

impl MailServer {
    /// A server that does not run yet; its mailbox is in `folder`.
    pub fn new(folder: &Path) -> Self {
        Self { mailbox: folder.join("mailbox"), port: free_port(), program: None }
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    /// Starts it.
    ///
    /// # Panics
    /// When it does not listen in time.
    pub fn start(&mut self) {
        let mut command = Command::new("aiosmtpd");
        command.args(["-n", "-l", &format!("127.0.0.1:{}", self.port)]);
        command.args(["-c", "aiosmtpd.handlers.Mailbox"]).arg(&self.mailbox);
        let mut program = Program::start(command, &self.mailbox.with_extension("log"));
        eventually("the mail server listens", SOON, || {
            program.expect_running();
            TcpStream::connect(("127.0.0.1", self.port)).ok()
        });
        self.program = Some(program);
    }

    /// The received mails.
    pub fn mails(&self) -> Vec<String> {
        let Ok(folder) = fs::read_dir(self.mailbox.join("new")) else { return Vec::new() };
        let mails = folder.filter_map(|entry| fs::read_to_string(entry.ok()?.path()).ok());
        mails.collect()
    }
}
