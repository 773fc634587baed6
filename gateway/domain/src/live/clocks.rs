//! Error of the clock of a device, by the dates of its messages.

use std::collections::VecDeque;

use jiff::SignedDuration;

use crate::instant::Instant;

/// Number of messages that are compared: among them is one that came without delay.
const MESSAGES: usize = 8;
/// Least number of messages for a statement.
const LEAST: usize = 3;
/// Readings within this time are one message, or one backlog.
const TOGETHER: SignedDuration = SignedDuration::from_secs(2);

/// The newest messages of one device.
///
/// A message arrives after its readings were taken, so a clock is behind at most by the least delay among several messages. A
/// backlog has large delays, too; but what comes after it has not.
#[derive(Debug, Default)]
pub(super) struct DeviceClock(VecDeque<Arrived>);

#[derive(Clone, Copy, Debug)]
struct Arrived {
    at: Instant,
    /// Seconds by which it was dated ahead of our clock; negative in the past.
    ahead_s: f64,
}

impl DeviceClock {
    /// Takes a reading that the device dated itself.
    pub(super) fn observe(&mut self, received_at: Instant, ahead_s: f64) {
        if let Some(last) = self.0.back_mut() {
            if received_at < last.at {
                return;
            }
            if received_at <= last.at + TOGETHER {
                last.ahead_s = last.ahead_s.max(ahead_s);
                return;
            }
        }
        self.0.push_back(Arrived { at: received_at, ahead_s });
        if self.0.len() > MESSAGES {
            self.0.pop_front();
        }
    }

    /// Instant of its last message, and by how many seconds it is ahead at least; below 0 it is behind.
    pub(super) fn ahead_s(&self) -> Option<(Instant, f64)> {
        let last = self.0.back().filter(|_| self.0.len() >= LEAST)?;
        let ahead_s = self.0.iter().map(|it| it.ahead_s).fold(f64::NEG_INFINITY, f64::max);
        Some((last.at, ahead_s))
    }
}
