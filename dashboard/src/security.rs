//! What every answer carries, and which names are answered to.

use std::borrow::Cow;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::counters;
use crate::hosts;
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
/// A page from elsewhere can make a browser take a name of its own for this machine (DNS rebinding), and would then
/// read here as if it were one of our pages. So `Host` must be a name that is ours: of the loopback, or in the site
/// file. By number a page from elsewhere cannot come; so on the network any address does, also that of a router before
/// us.
pub(crate) async fn guard(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let mut response = match foreign_name(&app, &request) {
        Some(host) => {
            counters::foreign_host();
            Problem::foreign_host(&host, app.loopback_only).into_response()
        }
        None => next.run(request).await,
    };
    for (name, value) in &HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// The name in a request that is not ours; `None` when all are, or when there is none: no browser asks so.
fn foreign_name(app: &App, request: &Request) -> Option<String> {
    let hosts = request.headers().get_all(header::HOST).iter();
    let hosts = hosts.map(|host| String::from_utf8_lossy(host.as_bytes()));
    let in_address = request.uri().authority().map(|name| name.as_str().into());
    let is_ours = |host: &str| {
        hosts::names_loopback(host)
            || hosts::is_one_of(host, &app.site.hosts)
            || (!app.loopback_only && hosts::is_by_number(host))
    };
    hosts.chain(in_address).find(|host| !is_ours(host)).map(Cow::into_owned)
}
