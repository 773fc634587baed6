//! Synchronization of the wall clock, as the service that sets it by the network reports it.

use std::path::Path;
use std::process::{Command, Stdio};

use super::config::{ClockTable, Trust};

/// File that systemd-timesyncd creates once it has set the clock since the start of the machine.
const TIMESYNCD: &str = "/run/systemd/timesync/synchronized";

impl ClockTable {
    /// Whether the wall clock counts as right. May start a program, so it can take some milliseconds.
    pub fn is_synchronized(&self) -> bool {
        match (self.trust, &self.synchronized_file) {
            (Trust::Always, _) => true,
            (Trust::Synchronized, Some(file)) => file.exists(),
            (Trust::Synchronized, None) => clock_is_set() == Some(true),
        }
    }
}

/// Whether the wall clock of this machine was set by the network; `None` where that cannot be found out. May start a
/// program, so it can take some milliseconds.
pub fn clock_is_set() -> Option<bool> {
    if Path::new(TIMESYNCD).exists() { Some(true) } else { kernel_sync_state() }
}

/// Synchronization state of the kernel, which chrony and ntpd set and `timedatectl` prints.
fn kernel_sync_state() -> Option<bool> {
    let output = Command::new("timedatectl")
        .args(["show", "--property=NTPSynchronized", "--value"])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    match output.stdout.trim_ascii() {
        b"yes" => Some(true),
        b"no" => Some(false),
        _ => None,
    }
}
