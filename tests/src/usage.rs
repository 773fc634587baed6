//! Costs of a process, as Linux counts them.

use std::fs;
use std::time::Duration;

/// Costs of a process since it started.
#[derive(Clone, Copy, Debug)]
pub struct Usage {
    /// Processor time, user and system.
    pub cpu: Duration,
    /// Memory held now, in MiB.
    pub resident_mib: f64,
    /// Bytes given to the disk.
    pub written: u64,
}

/// Linux counts processor time in hundredths of a second, whatever its clock.
const TICK: Duration = Duration::from_millis(10);

impl Usage {
    /// Reads the costs of a running process.
    ///
    /// # Panics
    /// When there is no such process.
    pub fn of(process: u32) -> Self {
        let read = |file: &str| {
            let path = format!("/proc/{process}/{file}");
            fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
        };
        let stat = read("stat");
        let fields: Vec<&str> = stat
            .rsplit(')')
            .next()
            .map(|rest| rest.split_whitespace().collect())
            .unwrap_or_default();
        let ticks = number(fields.get(11).copied()) + number(fields.get(12).copied());
        Self {
            cpu: TICK * u32::try_from(ticks).unwrap_or(u32::MAX),
            resident_mib: number(value(&read("status"), "VmRSS:")) as f64 / 1024.0,
            written: number(value(&read("io"), "write_bytes:")),
        }
    }

    /// The most memory that a process held at a time so far, in MiB; `None` once it is gone.
    pub fn peak_mib(process: u32) -> Option<f64> {
        let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
        value(&status, "VmHWM:").map(|kib| number(Some(kib)) as f64 / 1024.0)
    }
}

fn value<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.lines().find_map(|line| line.strip_prefix(name))?.split_whitespace().next()
}

fn number(text: Option<&str>) -> u64 {
    text.and_then(|text| text.parse().ok()).unwrap_or(0)
}
