//! What every answer carries, and which names are answered to.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::problem::Problem;

/// Nothing but what this server sends, nothing inline, nobody may frame it.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
                      img-src 'self' data:; font-src 'self'; base-uri 'none'; form-action 'self'; \
                      frame-ancestors 'none'";

static HEADERS: [(HeaderName, &str); 5] = [
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    // Without a referrer browsers send our own forms with an Origin of null, like those of a stranger.
    (header::REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// Refuses names that do not lead here, and adds the headers to every answer.
///
/// A page from elsewhere can make a browser take any name for 127.0.0.1 (DNS rebinding) and would then read what
/// only this machine may. So while the dashboard listens on loopback, `Host` must name loopback. Once it listens
/// on the network, whoever is on it may read anyway. A proxy in front hands on the address that it connects to.
pub(crate) async fn guard(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let mut response = if app.loopback_only && !is_local(request.headers()) {
        Problem::foreign_host().into_response()
    } else {
        next.run(request).await
    };
    for (name, value) in &HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Whether `Host` names this machine. Without one no browser asks.
fn is_local(headers: &HeaderMap) -> bool {
    let Some(host) = headers.get(header::HOST) else { return true };
    host.to_str().is_ok_and(names_loopback)
}

fn names_loopback(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    let address: Option<IpAddr> = name.parse().ok();
    address.is_some_and(|address| address.is_loopback())
        || name == "localhost"
        || name.ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_of_this_machine_are_answered_to() {
        for host in ["localhost", "localhost:8080", "127.0.0.1:8080", "[::1]:8080", "LOCALHOST."] {
            assert!(names_loopback(host), "{host}");
        }
    }

    #[test]
    fn a_name_from_elsewhere_is_not_even_when_it_leads_here() {
        for host in ["evil.example", "localhost.evil.example:8080", "192.168.1.2", "", "[::2]"] {
            assert!(!names_loopback(host), "{host}");
        }
    }
}
