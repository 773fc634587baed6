//! Notifications to systemd, where it runs the node. The only file that names sd-notify.

use sd_notify::NotifyState;
use sensors::station::Sign;

/// Notifies systemd of a sign of life. The watchdog's time must be longer than a second or two.
pub(crate) fn notify(sign: Sign) {
    let state = match sign {
        Sign::Ready => NotifyState::Ready,
        Sign::Alive => NotifyState::Watchdog,
        Sign::Stopping => NotifyState::Stopping,
    };
    if let Err(error) = sd_notify::notify(&[state]) {
        tracing::debug!(%error, "systemd cannot be notified");
    }
}
