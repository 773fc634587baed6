//! Debouncing of pins: contacts bounce and wires catch sparks, and neither is a change.

use std::time::Duration;

use crate::pins::Edge;
use crate::uptime::Uptime;

/// Filter that lets only lasting changes of a pin through. Pure: the time is an argument.
#[derive(Clone, Copy, Debug)]
pub struct Debounce {
    hold: Duration,
    settled: bool,
    level: bool,
    since: Uptime,
}

impl Debounce {
    /// A pin whose level is `high` and settled; a change must last for `hold`.
    pub const fn new(high: bool, hold: Duration, now: Uptime) -> Self {
        Self { hold, settled: high, level: high, since: now }
    }

    /// The level that has settled last.
    pub const fn is_high(&self) -> bool {
        self.settled
    }

    /// Takes a change of the pin; returns the change before it, if that has lasted.
    pub fn edge(&mut self, edge: Edge) -> Option<Edge> {
        let settled = self.settle(edge.at);
        if edge.high != self.level {
            self.level = edge.high;
            self.since = edge.at;
        }
        settled
    }

    /// The change that has lasted by now, with the time when it began; returned once.
    pub fn settle(&mut self, now: Uptime) -> Option<Edge> {
        if self.level == self.settled || now.since(self.since) < self.hold {
            return None;
        }
        self.settled = self.level;
        Some(Edge { high: self.level, at: self.since })
    }

    /// Time until the present level may have settled; `None` when it has.
    pub fn settles_in(&self, now: Uptime) -> Option<Duration> {
        let waiting = self.level != self.settled;
        waiting.then(|| self.hold.saturating_sub(now.since(self.since)))
    }

    /// Puts the level right after changes were lost.
    pub fn correct(&mut self, high: bool, now: Uptime) {
        if self.level != high {
            self.level = high;
            self.since = now;
        }
    }
}
