//! Time since the machine started: it runs on while the wall clock is wrong, is set or jumps.
//!
//! The only file that names rustix.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};

/// Milliseconds since the machine started, its sleep included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Uptime(u64);

impl Uptime {
    /// The present one.
    pub fn now() -> Self {
        let time = clock_gettime(ClockId::Boottime);
        let (seconds, nanos) = (u64::try_from(time.tv_sec), u64::try_from(time.tv_nsec));
        Self(seconds.unwrap_or(0) * 1000 + nanos.unwrap_or(0) / 1_000_000)
    }

    /// The uptime of this many milliseconds.
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the machine started.
    pub const fn as_millis(self) -> u64 {
        self.0
    }

    /// Milliseconds from `earlier` to `self`; 0 when `earlier` is later.
    pub const fn since_ms(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }

    /// The time from `earlier` to `self`; zero when `earlier` is later.
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.since_ms(earlier))
    }
}

impl std::ops::Add<Duration> for Uptime {
    type Output = Self;

    fn add(self, span: Duration) -> Self {
        Self(self.0.saturating_add(u64::try_from(span.as_millis()).unwrap_or(u64::MAX)))
    }
}

/// Which start of the machine this is: an uptime of another one says nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BootId(String);

impl BootId {
    /// This start, as the kernel names it; a kernel that does not makes every process one of its own.
    pub fn current() -> Self {
        let named = std::fs::read_to_string("/proc/sys/kernel/random/boot_id");
        Self(named.map_or_else(
            |_| format!("process-{}-{}", std::process::id(), Uptime::now().0),
            |id| id.trim().to_owned(),
        ))
    }

    /// The start of this name.
    pub fn named(name: &str) -> Self {
        Self(name.to_owned())
    }
}
