//! Trust in the machine's clock. A Pi has no clock of its own: until the network has set it, it stands at the time at
//! which it was switched off, or in 1970. Readings dated by such a clock would corrupt history.

use std::time::Duration;

use domain::{Clock, Instant};
use ingest::{Part, Readiness};
use jiff::SignedDuration;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// An instant before this program was built.
const BUILT_AFTER: Instant = Instant::from_millis(1_767_225_600_000);
/// A clock may have run ahead by so much, and then been set right.
const MAY_GO_BACK: SignedDuration = SignedDuration::from_mins(5);
const LOOK_EVERY: Duration = Duration::from_secs(1);
const ASK_EVERY: Duration = Duration::from_mins(5);

/// Reason why the clock cannot be right; `None` when it can. `newest` is the arrival of the last stored reading.
fn doubt(now: Instant, newest: Option<Instant>) -> Option<String> {
    let earliest = newest.map_or(BUILT_AFTER, |newest| BUILT_AFTER.max(newest - MAY_GO_BACK));
    (now < earliest).then(|| {
        format!("the clock says {now}, but it is later than {earliest}; waiting for it to be set")
    })
}

/// Waits until the clock can be right; meanwhile readiness says that it is not.
pub(crate) async fn trusted(clock: &dyn Clock, newest: Option<Instant>, readiness: &Readiness) {
    while let Some(why) = doubt(clock.now(), newest) {
        readiness.blocked(Part::Clock, why);
        tokio::time::sleep(LOOK_EVERY).await;
    }
    readiness.clear(Part::Clock);
}

/// Asks the system every few minutes whether something sets the clock, for an alert when nothing does; `None` where the
/// system cannot tell.
pub(crate) async fn watch_synchronisation(
    is_set: watch::Sender<Option<bool>>,
    stop: CancellationToken,
) -> Result<(), String> {
    let work = async {
        loop {
            let answer = tokio::task::spawn_blocking(sensors::station::clock_is_set).await;
            is_set.send_replace(answer.unwrap_or_default());
            tokio::time::sleep(ASK_EVERY).await;
        }
    };
    stop.run_until_cancelled(work).await.unwrap_or(Ok(()))
}

#[cfg(test)]
mod tests {
    use domain::testing::at;

    use super::*;

    #[test]
    fn a_clock_that_starts_in_1970_is_waited_for() {
        assert!(doubt(at("1970-01-01T00:00:12Z"), None).is_some());
        assert_eq!(doubt(at("2026-11-23T14:00:00Z"), None), None);
    }

    #[test]
    fn a_clock_behind_what_is_stored_is_waited_for_but_not_for_minutes() {
        let newest = Some(at("2026-11-23T14:00:00Z"));
        assert!(doubt(at("2026-11-16T14:00:00Z"), newest).is_some());
        assert_eq!(doubt(at("2026-11-23T13:56:00Z"), newest), None);
    }
}
