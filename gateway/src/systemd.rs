//! Word to systemd; silence where there is none.

use std::time::Duration;

use sd_notify::NotifyState;

/// The program does its work.
pub(crate) fn ready() {
    tell(NotifyState::Ready);
}

/// The program has begun to stop.
pub(crate) fn stopping() {
    tell(NotifyState::Stopping);
}

/// Tells the watchdog that the program lives, twice in each of its intervals; for ever, or never without a watchdog.
pub(crate) async fn watchdog() {
    let Some(interval) = sd_notify::watchdog_enabled() else {
        return std::future::pending().await;
    };
    let mut ticks = tokio::time::interval((interval / 2).max(Duration::from_millis(100)));
    loop {
        ticks.tick().await;
        tell(NotifyState::Watchdog);
    }
}

fn tell(state: NotifyState<'_>) {
    if let Err(error) = sd_notify::notify(&[state]) {
        tracing::debug!(%error, "systemd cannot be told");
    }
}
