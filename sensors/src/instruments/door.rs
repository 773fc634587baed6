//! Two light barriers, one behind the other in a doorway, as a door counter with direction.
//!
//! ```text
//! outside  ┄┄┄ outer beam ┄┄┄   whoever breaks the outer beam first and leaves by the inner one has come in
//!          ┄┄┄ inner beam ┄┄┄   5 to 10 cm further; a body breaks both at once
//! inside
//! ```
//!
//! Who turns back in the doorway has not passed. Two people in step, or one close behind the other, are one passage:
//! that is the error of any such counter, and the gateway allows for it.

use std::time::Duration;

use domain::quantity::Quantity;
use embedded_hal::digital::InputPin;

use super::motion::is_high;
use super::{Debounce, Fault, Instrument, Measurement, TotalsFile};
use crate::pins::{Edge, Edges};
use crate::uptime::Uptime;

/// A leg takes ten times as long to pass a beam.
const HOLD: Duration = Duration::from_millis(5);

/// Interval at which the two pins are read. Changes keep their own time meanwhile.
const LOOK: Duration = Duration::from_millis(40);

/// A beam that is broken for so long is blocked, or its light is out.
const BLOCKED: Duration = Duration::from_mins(2);

/// Which beams are broken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Beams {
    /// The one on the side of `from`.
    pub outer: bool,
    /// The one on the side of `to`.
    pub inner: bool,
}

/// Direction of a passage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passage {
    /// Somebody came in.
    In,
    /// Somebody went out.
    Out,
}

/// State machine that turns beam changes into passages.
#[derive(Clone, Copy, Debug, Default)]
pub struct DoorCounter {
    now: Beams,
    /// The beam that was broken first, if that is known.
    first: Option<Passage>,
    /// Whether both were broken at once since then.
    both: bool,
}

impl DoorCounter {
    /// Takes the present state of the beams; returns the passage that it completes.
    pub fn beams(&mut self, next: Beams) -> Option<Passage> {
        let last = std::mem::replace(&mut self.now, next);
        match (last, next) {
            (Beams { outer: false, inner: false }, _) => {
                self.first = match next {
                    Beams { outer: true, inner: false } => Some(Passage::In),
                    Beams { outer: false, inner: true } => Some(Passage::Out),
                    // Both at the same moment: nobody can say from where.
                    _ => None,
                };
                self.both = next.outer && next.inner;
                None
            }
            (_, Beams { outer: false, inner: false }) => {
                let last_beam = match last {
                    Beams { outer: false, inner: true } => Some(Passage::In),
                    Beams { outer: true, inner: false } => Some(Passage::Out),
                    _ => None,
                };
                let first = self.first.take().filter(|_| self.both);
                first.filter(|_| first == last_beam)
            }
            _ => {
                self.both |= next.outer && next.inner;
                None
            }
        }
    }
}

/// The two barriers on their pins, with totals that outlive the node.
#[derive(Debug)]
pub struct Door<P> {
    outer: Barrier<P>,
    inner: Barrier<P>,
    counter: DoorCounter,
    totals_file: TotalsFile,
    keys: [String; 2],
    totals: [u64; 2],
    interval: Duration,
    reported_at: Option<Uptime>,
}

#[derive(Debug)]
struct Barrier<P> {
    pin: P,
    edges: Edges,
    broken_when_high: bool,
    level: Option<Debounce>,
    broken_since: Option<Uptime>,
}

impl<P: InputPin> Door<P> {
    /// The outer and the inner barrier, each a pin and its changes; a beam is broken when its pin is high, or low.
    /// The totals are kept under `key`, and reported at each passage and once an `interval`.
    pub fn new(
        outer: (P, Edges),
        inner: (P, Edges),
        broken_when_high: bool,
        totals_file: TotalsFile,
        key: &str,
        interval: Duration,
    ) -> Self {
        let barrier = |(pin, edges)| Barrier {
            pin,
            edges,
            broken_when_high,
            level: None,
            broken_since: None,
        };
        let keys = [format!("{key}/in"), format!("{key}/out")];
        let totals = [totals_file.total(&keys[0]), totals_file.total(&keys[1])];
        Self {
            outer: barrier(outer),
            inner: barrier(inner),
            counter: DoorCounter::default(),
            totals_file,
            keys,
            totals,
            interval,
            reported_at: None,
        }
    }

    /// Reports the totals, once they are on the card.
    fn report(&mut self, at: Uptime, measured: &mut Vec<Measurement>) -> Result<(), Fault> {
        let [key_in, key_out] = &self.keys;
        self.totals_file
            .save_all([(key_in.as_str(), self.totals[0]), (key_out.as_str(), self.totals[1])])?;
        for (quantity, total) in
            [Quantity::PeopleIn, Quantity::PeopleOut].into_iter().zip(self.totals)
        {
            measured.push(Measurement::number(quantity, total as f64, at)?);
        }
        self.reported_at = Some(at);
        Ok(())
    }
}

impl<P: InputPin + Send> Instrument for Door<P> {
    fn begin(&mut self) -> Result<String, Fault> {
        let now = Uptime::now();
        let [outer, inner] = [self.outer.begin(now)?, self.inner.begin(now)?];
        self.counter = DoorCounter { now: Beams { outer, inner }, ..DoorCounter::default() };
        let word = |broken| if broken { "broken" } else { "free" };
        Ok(format!(
            "two light barriers, the outer {}, the inner {}; {} in and {} out so far",
            word(outer),
            word(inner),
            self.totals[0],
            self.totals[1]
        ))
    }

    fn end(&mut self) -> Result<(), Fault> {
        let [key_in, key_out] = &self.keys;
        let totals = [(key_in.as_str(), self.totals[0]), (key_out.as_str(), self.totals[1])];
        Ok(self.totals_file.save_all(totals)?)
    }

    fn measure(&mut self, measured: &mut Vec<Measurement>) -> Result<(), Fault> {
        let first = self.outer.edges.wait(LOOK);
        let now = Uptime::now();
        let outer = self.outer.changes(first, now)?.into_iter().map(|change| (change, true));
        let inner = self.inner.changes(None, now)?.into_iter().map(|change| (change, false));
        let mut changes: Vec<_> = outer.chain(inner).collect();
        changes.sort_by_key(|((at, _), _)| *at);

        let mut passed_at = None;
        for ((at, broken), is_outer) in changes {
            let Beams { outer, inner } = self.counter.now;
            let next = if is_outer {
                Beams { outer: broken, inner }
            } else {
                Beams { outer, inner: broken }
            };
            if let Some(passage) = self.counter.beams(next) {
                self.totals[usize::from(passage == Passage::Out)] += 1;
                passed_at = Some(at);
            }
        }
        if passed_at.is_some()
            || self.reported_at.is_none_or(|last| now.since(last) >= self.interval)
        {
            self.report(passed_at.unwrap_or(now), measured)?;
        }
        let blocked = self.outer.is_blocked(now) || self.inner.is_blocked(now);
        if blocked {
            return Err(Fault::Unwell(
                "a light barrier of the door is broken for minutes: something stands in it, it is dirty, or its \
                 emitter has no power"
                    .into(),
            ));
        }
        Ok(())
    }
}

impl<P: InputPin> Barrier<P> {
    /// Begins to watch; whether the beam is broken now.
    fn begin(&mut self, now: Uptime) -> Result<bool, Fault> {
        let high = is_high(&mut self.pin, "a light barrier of the door")?;
        self.level = Some(Debounce::new(high, HOLD, now));
        let broken = high == self.broken_when_high;
        self.broken_since = broken.then_some(now);
        Ok(broken)
    }

    /// When the beam was broken and free again since the last look, as far as it has settled by `now`.
    fn changes(&mut self, first: Option<Edge>, now: Uptime) -> Result<Vec<(Uptime, bool)>, Fault> {
        let Some(level) = &mut self.level else { return Ok(Vec::new()) };
        let mut settled = Vec::new();
        let more = std::iter::from_fn(|| self.edges.wait(Duration::ZERO));
        for edge in first.into_iter().chain(more) {
            settled.extend(level.edge(edge));
        }
        if self.edges.lost() > 0 {
            level.correct(is_high(&mut self.pin, "a light barrier of the door")?, now);
        }
        settled.extend(level.settle(now));
        let broken_when_high = self.broken_when_high;
        let changes: Vec<_> =
            settled.into_iter().map(|edge| (edge.at, edge.high == broken_when_high)).collect();
        if let Some((at, broken)) = changes.last() {
            self.broken_since = broken.then_some(*at);
        }
        Ok(changes)
    }

    fn is_blocked(&self, now: Uptime) -> bool {
        self.broken_since.is_some_and(|since| now.since(since) >= BLOCKED)
    }
}
