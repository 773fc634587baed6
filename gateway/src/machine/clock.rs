//! Clock of the machine.

use domain::{Clock, Instant};

/// Clock of the machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the clock that all others take the time from"
    )]
    fn now(&self) -> Instant {
        jiff::Timestamp::now().into()
    }
}
