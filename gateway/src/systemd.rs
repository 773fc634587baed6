//! Word to systemd; silence where there is none.

use std::time::Duration;

use sd_notify::NotifyState;
use tokio_util::sync::CancellationToken;

/// The program runs. Whether it can take readings is another matter: that is told by `/ready`.
pub(crate) fn ready() {
    tell(NotifyState::Ready);
}

/// The program has begun to stop.
pub(crate) fn stopping() {
    tell(NotifyState::Stopping);
}

/// Tells the watchdog that the program lives, twice in each of its intervals, until `stop`.
pub(crate) async fn watchdog(stop: CancellationToken) -> Result<(), String> {
    let Some(interval) = sd_notify::watchdog_enabled() else {
        stop.cancelled().await;
        return Ok(());
    };
    let mut ticks = tokio::time::interval((interval / 2).max(Duration::from_millis(100)));
    while stop.run_until_cancelled(ticks.tick()).await.is_some() {
        tell(NotifyState::Watchdog);
    }
    Ok(())
}

fn tell(state: NotifyState<'_>) {
    if let Err(error) = sd_notify::notify(&[state]) {
        tracing::debug!(%error, "systemd cannot be told");
    }
}
