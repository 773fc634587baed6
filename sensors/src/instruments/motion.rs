//! A passive infrared detector (PIR) on a pin: its state is reported at each change, and once an interval.

use std::time::Duration;

use domain::quantity::Quantity;
use embedded_hal::digital::InputPin;

use super::{Debounce, Fault, Instrument, Measurement, PATIENCE};
use crate::pins::{Edge, Edges};
use crate::uptime::Uptime;

/// A detector's output lasts for seconds; what is shorter was a spark.
const HOLD: Duration = Duration::from_millis(100);

/// A detector on its pin.
#[derive(Debug)]
pub struct Motion<P> {
    pin: P,
    edges: Edges,
    detected_when_high: bool,
    interval: Duration,
    warm_up: Duration,
    watch: Option<Watch>,
}

#[derive(Debug)]
struct Watch {
    level: Debounce,
    /// End of the warm-up, in which the detector sees movement that is none.
    warm_at: Uptime,
    reported_at: Option<Uptime>,
}

impl<P: InputPin> Motion<P> {
    /// A detector whose output is high when somebody moves, or low. After the start it is not believed for `warm_up`.
    pub const fn new(
        pin: P,
        edges: Edges,
        detected_when_high: bool,
        interval: Duration,
        warm_up: Duration,
    ) -> Self {
        Self { pin, edges, detected_when_high, interval, warm_up, watch: None }
    }

    fn is_high(&mut self) -> Result<bool, Fault> {
        is_high(&mut self.pin, "the motion detector")
    }
}

impl<P: InputPin + Send> Instrument for Motion<P> {
    fn begin(&mut self) -> Result<String, Fault> {
        let (high, now) = (self.is_high()?, Uptime::now());
        // A restart after faults does not cool it down.
        let warm_at = self.watch.as_ref().map_or(now + self.warm_up, |watch| watch.warm_at);
        self.watch =
            Some(Watch { level: Debounce::new(high, HOLD, now), warm_at, reported_at: None });
        let state = if high == self.detected_when_high { "movement" } else { "no movement" };
        Ok(format!("a pin that is {} now: {state}", if high { "high" } else { "low" }))
    }

    fn measure(&mut self, measured: &mut Vec<Measurement>) -> Result<(), Fault> {
        let now = Uptime::now();
        let patience = self
            .watch
            .as_ref()
            .and_then(|watch| watch.level.settles_in(now))
            .map_or(PATIENCE, |wait| (wait + Duration::from_millis(1)).min(PATIENCE));
        let edge = self.edges.wait(patience);
        let lost = (self.edges.lost() > 0).then(|| self.is_high()).transpose()?;
        let Some(watch) = &mut self.watch else { return Ok(()) };
        let way = Way { interval: self.interval, detected_when_high: self.detected_when_high };
        watch.follow(edge, lost, Uptime::now(), way, measured)
    }
}

/// Settings by which a detector is read.
#[derive(Clone, Copy, Debug)]
struct Way {
    interval: Duration,
    detected_when_high: bool,
}

impl Watch {
    /// Takes a change of the pin, and its level where changes were lost.
    fn follow(
        &mut self,
        edge: Option<Edge>,
        corrected: Option<bool>,
        now: Uptime,
        way: Way,
        measured: &mut Vec<Measurement>,
    ) -> Result<(), Fault> {
        let before = edge.and_then(|edge| self.level.edge(edge));
        if let Some(high) = corrected {
            self.level.correct(high, now);
        }
        // What followed an edge that waited here may be waiting, too; so it settles by its own time.
        let changes = [before, self.level.settle(edge.map_or(now, |edge| edge.at))];
        if now < self.warm_at {
            return Ok(());
        }
        for Edge { high, at } in changes.into_iter().flatten() {
            self.report(high == way.detected_when_high, at.max(self.warm_at), measured)?;
        }
        if self.reported_at.is_none_or(|last| now.since(last) >= way.interval) {
            self.report(self.level.is_high() == way.detected_when_high, now, measured)?;
        }
        Ok(())
    }

    fn report(
        &mut self,
        detected: bool,
        at: Uptime,
        measured: &mut Vec<Measurement>,
    ) -> Result<(), Fault> {
        self.reported_at = Some(at);
        measured.push(Measurement::state(Quantity::OccupancyDetected, detected, at)?);
        Ok(())
    }
}

/// The level of a pin. A Pi's never fails; others may.
pub(super) fn is_high<P: InputPin>(pin: &mut P, what: &'static str) -> Result<bool, Fault> {
    pin.is_high().map_err(|error| Fault::NoAnswer { what, reason: format!("{error:?}") })
}
