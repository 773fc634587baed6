//! The commands of `vigie-node`: arguments and files in, the library does the work.

pub(crate) mod calibrate;
pub(crate) mod check;
pub(crate) mod grade;
pub(crate) mod replay;
pub(crate) mod run;
pub(crate) mod simulate;
mod systemd;
pub(crate) mod tic;

use domain::{Clock, Instant};

/// The machine's clock.
#[derive(Debug)]
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the clock that everything else takes its time from"
    )]
    fn now(&self) -> Instant {
        jiff::Timestamp::now().into()
    }
}
