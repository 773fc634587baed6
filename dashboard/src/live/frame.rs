//! Server-sent events as bytes.

use bytes::Bytes;
use domain::Instant;

use super::view::{Pulse, seconds_since};

/// One server-sent event. JSON has no raw line breaks, so one data line holds it.
pub(crate) fn frame(event: &str, data: &str) -> Bytes {
    Bytes::from(format!("event: {event}\ndata: {data}\n\n"))
}

/// Event that says whether the gateway lives, and how old its last word is.
pub(crate) fn heartbeat(pulse: Pulse, now: Instant) -> Bytes {
    let age = pulse.heard_at.map(|at| seconds_since(at, now));
    let data = serde_json::json!({
        "now": now,
        "gateway_alive": pulse.alive,
        "gateway_heard_at": pulse.heard_at,
        "gateway_age_s": age,
    });
    frame("heartbeat", &data.to_string())
}
