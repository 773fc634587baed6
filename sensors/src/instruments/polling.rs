//! Instruments that are polled at an interval.

use std::time::{Duration, Instant};

use super::{Fault, Instrument, Measurement, PATIENCE};

/// An instrument that measures on demand.
pub trait Polled: Send {
    /// Starts it; returns what has answered, for people.
    ///
    /// # Errors
    /// When nothing has answered, or not as it should.
    fn begin(&mut self) -> Result<String, Fault>;

    /// Measures now; nothing when there is nothing new yet.
    ///
    /// # Errors
    /// When it does not answer as it should.
    fn poll(&mut self) -> Result<Vec<Measurement>, Fault>;
}

/// Driver that polls an instrument at an interval; one without a new value yet is polled again within a second.
#[derive(Debug)]
pub struct Poller<A> {
    instrument: A,
    interval: Duration,
    due: Instant,
}

impl<A: Polled> Poller<A> {
    /// A driver that polls `instrument` every `interval`.
    pub fn new(instrument: A, interval: Duration) -> Self {
        Self { instrument, interval, due: Instant::now() }
    }
}

impl<A: Polled> Instrument for Poller<A> {
    fn begin(&mut self) -> Result<String, Fault> {
        self.instrument.begin()
    }

    fn measure(&mut self, measured: &mut Vec<Measurement>) -> Result<(), Fault> {
        let wait = self.due.saturating_duration_since(Instant::now());
        std::thread::sleep(wait.min(PATIENCE));
        if wait > PATIENCE {
            return Ok(());
        }
        let now = Instant::now();
        let polled = self.instrument.poll();
        let has_answered = polled.as_ref().is_ok_and(|new| !new.is_empty());
        // From the time when it was due, so that the interval does not drift; a machine that slept does not catch up.
        let next =
            if has_answered { self.due + self.interval } else { now + PATIENCE.min(self.interval) };
        self.due = if next > now { next } else { now + self.interval };
        measured.extend(polled?);
        Ok(())
    }
}
