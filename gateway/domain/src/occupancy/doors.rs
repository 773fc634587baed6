//! Passages through one lane of a doorway, and when it was heard.

use jiff::SignedDuration;

use crate::instant::Instant;
use crate::register::{Bounds, Mark, Outcome, Register};
use crate::rhythm::QUIET_DEVICE_S;

/// People who passed, as told at an instant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Passage {
    pub(crate) at: Instant,
    pub(crate) people: f64,
}

/// One people register while it is assigned.
#[derive(Clone, Debug)]
pub(crate) struct Lane {
    register: Register,
    passages: Vec<Passage>,
    /// First and last readings of stretches without a longer silence than a door may keep.
    heard: Vec<(Instant, Instant)>,
}

/// How long a door may be silent before its count is unknown: it reports passages, and there may be none for a day.
pub(crate) fn patience() -> SignedDuration {
    SignedDuration::try_from_secs_f64(QUIET_DEVICE_S).unwrap_or(SignedDuration::MAX)
}

impl Lane {
    pub(crate) fn new() -> Self {
        let register = Register::new(Bounds::people());
        Self { register, passages: Vec::new(), heard: Vec::new() }
    }

    /// Takes the next reading; says whether somebody passed or the door is heard again.
    pub(crate) fn observe(&mut self, at: Instant, total: f64) -> bool {
        let Self { register, passages, heard } = self;
        let before = passages.len();
        register.observe(Mark { at, total }, &mut |told| match told {
            Outcome::Rise(rise) if rise.amount > 0.0 => {
                passages.push(Passage { at: rise.to, people: rise.amount });
            }
            Outcome::Rise(_) | Outcome::Event(_) => (),
        });
        let again = match heard.last_mut() {
            Some((_, last)) if at <= *last + patience() => {
                *last = at.max(*last);
                false
            }
            _ => {
                heard.push((at, at));
                true
            }
        };
        again || passages.len() > before
    }

    /// Forgets passages before `instant`.
    pub(crate) fn forget(&mut self, instant: Instant) {
        let old = self.passages.partition_point(|passage| passage.at < instant);
        self.passages.drain(..old);
        let old = self.heard.partition_point(|(_, last)| *last + patience() < instant);
        // The first stretch tells that the lane was ever heard.
        self.heard.drain(1.min(old)..old);
    }

    pub(crate) fn passages(&self) -> &[Passage] {
        &self.passages
    }

    pub(crate) fn heard(&self) -> &[(Instant, Instant)] {
        &self.heard
    }
}
