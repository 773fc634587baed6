//! Notifications to systemd, where it runs the program.

use std::time::Duration;

use sd_notify::NotifyState;
use tokio_util::sync::CancellationToken;

/// Started; readiness is a separate state, served at `/ready`.
pub(crate) fn ready() {
    notify(NotifyState::Ready);
}

/// Stopping.
pub(crate) fn stopping() {
    notify(NotifyState::Stopping);
}

/// Feeds the watchdog, twice in each of its intervals, until `stop`.
pub(crate) async fn watchdog(stop: CancellationToken) -> Result<(), String> {
    let Some(interval) = sd_notify::watchdog_enabled() else {
        stop.cancelled().await;
        return Ok(());
    };
    let mut ticks = tokio::time::interval((interval / 2).max(Duration::from_millis(100)));
    while stop.run_until_cancelled(ticks.tick()).await.is_some() {
        notify(NotifyState::Watchdog);
    }
    Ok(())
}

fn notify(state: NotifyState<'_>) {
    if let Err(error) = sd_notify::notify(&[state]) {
        tracing::debug!(%error, "systemd cannot be notified");
    }
}
