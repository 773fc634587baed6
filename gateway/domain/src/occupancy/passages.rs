//! Passages of people through one lane of a doorway, and the time for which the lane is online.

use crate::instant::{Instant, Period};
use crate::register::{Bounds, Mark, Outcome, Register};
use crate::rhythm::QUIET_DEVICE;

/// People who passed between two readings, dated by the later one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Passage {
    pub(crate) at: Instant,
    pub(crate) people: f64,
}

/// One people register of a doorway while it is assigned.
#[derive(Clone, Debug)]
pub(crate) struct Lane {
    register: Register,
    passages: Vec<Passage>,
    stretches: Vec<Stretch>,
}

/// First and last of readings without a silence longer than a door may keep.
#[derive(Clone, Copy, Debug)]
struct Stretch {
    first: Instant,
    last: Instant,
}

impl Stretch {
    /// End of the count of a door: it reports passages, and there may be none for a day.
    fn online_until(self) -> Instant {
        self.last + QUIET_DEVICE
    }
}

impl Lane {
    pub(crate) fn new() -> Self {
        let register = Register::new(Bounds::people());
        Self { register, passages: Vec::new(), stretches: Vec::new() }
    }

    /// Takes the next reading. Returns whether somebody passed or the lane came online.
    pub(crate) fn observe(&mut self, at: Instant, total: f64) -> bool {
        let Self { register, passages, stretches } = self;
        let before = passages.len();
        register.observe(Mark { at, total }, &mut |step| match step {
            Outcome::Rise(rise) if rise.amount > 0.0 => {
                passages.push(Passage { at: rise.to, people: rise.amount });
            }
            Outcome::Rise(_) | Outcome::Event(_) => (),
        });
        let came_online = match stretches.last_mut() {
            Some(stretch) if at <= stretch.online_until() => {
                stretch.last = at.max(stretch.last);
                false
            }
            _ => {
                stretches.push(Stretch { first: at, last: at });
                true
            }
        };
        came_online || passages.len() > before
    }

    /// Drops passages before `instant`.
    pub(crate) fn forget(&mut self, instant: Instant) {
        let old = self.passages.partition_point(|passage| passage.at < instant);
        self.passages.drain(..old);
        let old = self.stretches.partition_point(|stretch| stretch.online_until() < instant);
        // The first stretch shows since when the lane has ever been online.
        self.stretches.drain(1.min(old)..old);
    }

    pub(crate) fn passages(&self) -> &[Passage] {
        &self.passages
    }

    /// First reading of the lane.
    pub(crate) fn online_since(&self) -> Option<Instant> {
        self.stretches.first().map(|stretch| stretch.first)
    }

    /// Periods in which the lane is online, in order.
    pub(crate) fn online(&self) -> impl Iterator<Item = Period> + '_ {
        self.stretches.iter().filter_map(|it| Period::new(it.first, it.online_until()))
    }
}
