//! Trust in the machine's clock at the start. A Pi has no clock of its own: until the network has set it, it stands at the time at
//! which it was switched off, or in 1970. Readings dated by such a clock would corrupt history.

use std::time::Duration;

use domain::clock::doubt;
use domain::{Clock, Instant};
use ingest::{Part, Readiness};
use jiff::SignedDuration;
use tokio::sync::watch;
use tokio::time::Instant as Moment;
use tokio_util::sync::CancellationToken;

const LOOK_EVERY: Duration = Duration::from_secs(1);
const ASK_EVERY: Duration = Duration::from_mins(5);
/// While the clock is doubted, the answer is awaited.
const ASK_SOON: Duration = Duration::from_secs(5);
/// Between two looks a clock that is slewed, on a machine that is busy, is off by less.
const STEADY_WITHIN: SignedDuration = SignedDuration::from_secs(30);

/// Waits until the clock is believed; meanwhile readiness says that it is not. `newest` is the arrival of the newest stored
/// reading, `is_set` whether the system says that the network has set the clock.
pub(crate) async fn trusted(
    clock: &dyn Clock,
    newest: Option<Instant>,
    is_set: watch::Receiver<Option<bool>>,
    readiness: &Readiness,
) {
    let (mut steady_since, mut last) = (Moment::now(), clock.now());
    loop {
        let now = clock.now();
        if now.since(last).abs() > STEADY_WITHIN {
            steady_since = Moment::now();
        }
        last = now;
        let is_set = *is_set.borrow();
        let Some(doubt) = doubt(now, newest, is_set, steady_since.elapsed()) else { break };
        readiness.waiting(Part::Clock, doubt.to_string());
        tokio::time::sleep(LOOK_EVERY).await;
    }
    readiness.clear(Part::Clock);
}

/// Asks the system every few minutes whether something sets the clock, for an alert when nothing does; `None` where the
/// system cannot tell. More often while `readiness` is waited for.
pub(crate) async fn watch_synchronisation(
    is_set: watch::Sender<Option<bool>>,
    ready: watch::Receiver<Option<String>>,
    stop: CancellationToken,
) -> Result<(), String> {
    let work = async {
        loop {
            let answer = tokio::task::spawn_blocking(sensors::station::clock_is_set).await;
            is_set.send_replace(answer.unwrap_or_default());
            let pause = if ready.borrow().is_some() { ASK_SOON } else { ASK_EVERY };
            tokio::time::sleep(pause).await;
        }
    };
    stop.run_until_cancelled(work).await.unwrap_or(Ok(()))
}
