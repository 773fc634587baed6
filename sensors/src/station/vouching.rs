//! Who vouches for the wall clock: the service that sets it by the network.

use std::path::Path;
use std::process::{Command, Stdio};

use super::config::{ClockTable, Trust};

/// systemd-timesyncd makes it when it has set the clock since the start of the machine.
const TIMESYNCD: &str = "/run/systemd/timesync/synchronized";

impl ClockTable {
    /// Whether the wall clock is said to be right. May start a program to ask, so it can take some milliseconds.
    pub fn is_synchronized(&self) -> bool {
        match (self.trust, &self.synchronized_file) {
            (Trust::Always, _) => true,
            (Trust::Synchronized, Some(file)) => file.exists(),
            (Trust::Synchronized, None) => clock_is_set() == Some(true),
        }
    }
}

/// Whether the wall clock of this machine is said to be set by the network; `None` where nobody can say. May start a
/// program to ask, so it can take some milliseconds.
pub fn clock_is_set() -> Option<bool> {
    if Path::new(TIMESYNCD).exists() { Some(true) } else { kernel_says() }
}

/// What the kernel knows of it, whoever sets the clock: chrony and ntpd tell it, and `timedatectl` asks it.
fn kernel_says() -> Option<bool> {
    let asked = Command::new("timedatectl")
        .args(["show", "--property=NTPSynchronized", "--value"])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    match asked.stdout.trim_ascii() {
        b"yes" => Some(true),
        b"no" => Some(false),
        _ => None,
    }
}
