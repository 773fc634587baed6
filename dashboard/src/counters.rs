//! What is refused, counted for `/metrics`; the only file of the dashboard that names their library.

use std::net::IpAddr;
use std::sync::Once;

use metrics::{counter, describe_counter};

/// A counter with one label, and what it can be.
const COUNTERS: [(&str, &str, &[&str]); 5] = [
    (CONNECTIONS_REFUSED, "Connections that were turned away at once", &["address", "full"]),
    (
        CONNECTIONS_CLOSED,
        "Connections that were closed since they said nothing",
        &["silent", "displaced"],
    ),
    (STREAMS_REFUSED, "Live streams that were turned away", &["address", "full"]),
    (
        LOGINS_REFUSED,
        "Logins that were turned away before the password was looked at",
        &["busy", "guessing"],
    ),
    (
        REQUESTS_REFUSED,
        "Requests by a name that is not ours, or from a proxy that is not named",
        &["host", "proxy"],
    ),
];
const CONNECTIONS_REFUSED: &str = "vigie_http_connections_refused_total";
const CONNECTIONS_CLOSED: &str = "vigie_http_connections_closed_total";
const STREAMS_REFUSED: &str = "vigie_live_streams_refused_total";
const LOGINS_REFUSED: &str = "vigie_logins_refused_total";
const REQUESTS_REFUSED: &str = "vigie_http_requests_doubted_total";

/// Begins all of them at 0.
pub(crate) fn begin() {
    for (name, what, reasons) in COUNTERS {
        describe_counter!(name, what);
        for reason in reasons {
            counter!(name, "reason" => *reason).increment(0);
        }
    }
}

/// A connection was turned away.
pub(crate) fn connection_refused(reason: &'static str) {
    counter!(CONNECTIONS_REFUSED, "reason" => reason).increment(1);
}

/// A connection that said nothing was closed.
pub(crate) fn connection_closed(reason: &'static str) {
    counter!(CONNECTIONS_CLOSED, "reason" => reason).increment(1);
}

/// A live stream was turned away.
pub(crate) fn stream_refused(reason: &'static str) {
    counter!(STREAMS_REFUSED, "reason" => reason).increment(1);
}

/// A login was turned away.
pub(crate) fn login_refused(reason: &'static str) {
    counter!(LOGINS_REFUSED, "reason" => reason).increment(1);
}

/// A request came by a name that is not ours.
pub(crate) fn foreign_host() {
    counter!(REQUESTS_REFUSED, "reason" => "host").increment(1);
}

/// A request says for whom it asks, but comes from no proxy that the settings name. Told once, with the remedy.
pub(crate) fn unnamed_proxy(peer: IpAddr) {
    static TOLD: Once = Once::new();
    counter!(REQUESTS_REFUSED, "reason" => "proxy").increment(1);
    TOLD.call_once(|| {
        tracing::warn!(
            %peer,
            "X-Forwarded-For of this address is not believed; if it is your proxy, name it with --trusted-proxies {peer}"
        );
    });
}
