//! Clocks of the machine: as it is, for commands, and followed evenly, for the gateway.

use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use domain::clock::{Look, SteadyTime, Turn};
use domain::{Clock, Instant};
use sensors::station::clock_is_set;
use sensors::uptime::Uptime;

const LOOK_EVERY: Duration = Duration::from_secs(1);

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

/// Clock of the machine, whose jumps are followed once they are credible: see [`SteadyTime`]. Somebody must
/// [watch](SteadyClock::watch) it.
#[derive(Debug)]
pub(crate) struct SteadyClock(RwLock<SteadyTime>);

impl Default for SteadyClock {
    fn default() -> Self {
        Self(RwLock::new(SteadyTime::begin(look())))
    }
}

fn look() -> Look {
    Look { wall: SystemClock.now(), up: Duration::from_millis(Uptime::now().as_millis()) }
}

impl Clock for SteadyClock {
    fn now(&self) -> Instant {
        self.0.read().unwrap_or_else(PoisonError::into_inner).now(look())
    }
}

impl SteadyClock {
    /// Follows the clock of the machine, for ever.
    pub(crate) async fn watch(&self) {
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            let is_set = if self.read().is_jumped() {
                tokio::task::spawn_blocking(clock_is_set).await.unwrap_or_default()
            } else {
                None
            };
            let turn = self.0.write().unwrap_or_else(PoisonError::into_inner).turn(look(), is_set);
            if let Some(turn) = turn {
                tell(turn, self.now());
            }
        }
    }

    fn read(&self) -> SteadyTime {
        *self.0.read().unwrap_or_else(PoisonError::into_inner)
    }
}

fn tell(turn: Turn, now: Instant) {
    match turn {
        Turn::Jumped { by } => tracing::warn!(
            by_s = by.as_secs(), %now,
            "the clock of the machine jumped; the time goes on evenly until the clock is set by the network, or has gone on \
             for minutes as it is"
        ),
        Turn::Followed { by } => {
            tracing::warn!(by_s = by.as_secs(), %now, "the clock of the machine was set, and is followed");
        }
        Turn::Back => {
            tracing::info!(%now, "the clock of the machine is where it was before its jump");
        }
    }
}
