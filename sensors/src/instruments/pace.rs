//! Instruments that are asked: every so often, in their own time.

use std::time::{Duration, Instant};

use super::{Fault, Instrument, Measured, PATIENCE};

/// An instrument that measures when it is asked.
pub trait Asked: Send {
    /// Starts it; says what has answered.
    ///
    /// # Errors
    /// When nothing has answered, or not as it should.
    fn begin(&mut self) -> Result<String, Fault>;

    /// Measures now; nothing when there is nothing new yet.
    ///
    /// # Errors
    /// When it does not answer as it should.
    fn ask(&mut self) -> Result<Vec<Measured>, Fault>;
}

/// Asks an instrument at an interval. One that has nothing new yet is asked again within a second.
#[derive(Debug)]
pub struct Paced<A> {
    instrument: A,
    interval: Duration,
    due: Instant,
}

impl<A: Asked> Paced<A> {
    /// Asks `instrument` every `interval`.
    pub fn new(instrument: A, interval: Duration) -> Self {
        Self { instrument, interval, due: Instant::now() }
    }
}

impl<A: Asked> Instrument for Paced<A> {
    fn begin(&mut self) -> Result<String, Fault> {
        self.instrument.begin()
    }

    fn measure(&mut self, measured: &mut Vec<Measured>) -> Result<(), Fault> {
        let wait = self.due.saturating_duration_since(Instant::now());
        std::thread::sleep(wait.min(PATIENCE));
        if wait > PATIENCE {
            return Ok(());
        }
        let now = Instant::now();
        let asked = self.instrument.ask();
        let has_answered = asked.as_ref().is_ok_and(|new| !new.is_empty());
        // From the time when it was due, so that the interval does not drift; a machine that slept does not catch up.
        let next =
            if has_answered { self.due + self.interval } else { now + PATIENCE.min(self.interval) };
        self.due = if next > now { next } else { now + self.interval };
        measured.extend(asked?);
        Ok(())
    }
}
