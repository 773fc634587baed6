//! Where the time comes from, and how far it is believed.
//!
//! | file | what it holds |
//! |---|---|
//! | `mod` | [`Clock`], the source of the time, and one that tests move |
//! | `doubt` | instants that cannot be the present one, and for how long a clock is doubted |
//! | `steady` | [`SteadyTime`]: time that goes on evenly while the clock of the machine jumps |

mod doubt;
mod steady;

pub use doubt::{Doubt, doubt, is_possible, patience};
pub use steady::{Look, SteadyTime, Turn, is_set_back};

use std::sync::atomic::{AtomicI64, Ordering};

use crate::Instant;

/// Tells the time. The programs read the machine's clock, tests set one.
pub trait Clock: Send + Sync {
    /// The present instant.
    fn now(&self) -> Instant;
}

/// A clock that stands still until it is moved, for tests and simulations.
#[derive(Debug)]
pub struct ManualClock(AtomicI64);

impl ManualClock {
    /// A clock that stands at `instant`.
    pub const fn new(instant: Instant) -> Self {
        Self(AtomicI64::new(instant.as_millis()))
    }

    /// Moves the clock to `instant`, forward or back.
    pub fn set(&self, instant: Instant) {
        self.0.store(instant.as_millis(), Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Instant {
        Instant::from_millis(self.0.load(Ordering::SeqCst))
    }
}
