//! Word to systemd; silence where there is none. The only file that names sd-notify.

use sd_notify::NotifyState;
use sensors::station::Sign;

/// Hands a sign of life on. The watchdog's time must be longer than a second or two.
pub(crate) fn tell(sign: Sign) {
    let state = match sign {
        Sign::Ready => NotifyState::Ready,
        Sign::Alive => NotifyState::Watchdog,
        Sign::Stopping => NotifyState::Stopping,
    };
    if let Err(error) = sd_notify::notify(&[state]) {
        tracing::debug!(%error, "systemd cannot be told");
    }
}
