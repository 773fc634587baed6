//! Identity of a visitor, and whether reading is open to them.

use std::fmt::Write as _;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::connect_info::Connected;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use axum::serve::IncomingStream;

use super::sessions::{COOKIE, Identity};
use super::{Access, Refusal};
use crate::app::App;
use crate::connections::Bounded;
use crate::privacy::Visibility;
use crate::problem::Problem;

/// Open to everybody: without them nobody could log in, and a watchdog needs no account.
const OPEN: [&str; 4] = ["/login", "/health", "/ready", "/api/openapi.json"];
/// What proxies add; whoever comes through one is not on this machine.
const FORWARDED: [&str; 3] = ["forwarded", "x-forwarded-for", "x-real-ip"];

/// Where a connection comes from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(SocketAddr);

impl Connected<IncomingStream<'_, Bounded>> for Peer {
    fn connect_info(stream: IncomingStream<'_, Bounded>) -> Self {
        Self(*stream.remote_addr())
    }
}

impl Peer {
    #[cfg(test)]
    pub(crate) fn at(address: &str) -> ConnectInfo<Self> {
        ConnectInfo(Self(address.parse().unwrap()))
    }
}

/// Visitor of a request: address, account and what they may see.
#[derive(Clone, Debug, Default)]
pub(crate) struct Visitor {
    /// Whose tries to log in are counted together.
    pub(crate) address: Option<IpAddr>,
    /// The account, where the visitor has proved to have one.
    pub(crate) identity: Option<Identity>,
    /// What of small rooms is shown.
    pub(crate) visibility: Visibility,
}

/// Identifies the visitor, and lets through who may read.
///
/// Reading is open on this machine; to others as long as there is no account. A proxy on this machine must say for
/// whom it asks, as all of them can.
pub(crate) async fn admit(
    State(app): State<Arc<App>>,
    mut request: Request,
    next: Next,
) -> Response {
    let peer = request.extensions().get::<ConnectInfo<Peer>>().map(|peer| peer.0.0.ip());
    let forwarded = FORWARDED.iter().any(|name| request.headers().contains_key(*name));
    let is_here = peer.is_some_and(|peer| peer.is_loopback()) && !forwarded;
    let address = if forwarded { forwarded_for(request.headers()).or(peer) } else { peer };
    let identity = match identify(&app, request.headers(), address).await {
        Ok(identity) => identity,
        Err(problem) => return problem.into_response(),
    };
    let may_read =
        is_here || identity.is_some() || is_open(request.uri()) || !app.access.has_accounts();
    if !may_read {
        return ask_to_log_in(&request);
    }
    let is_staff = identity.is_some() || (is_here && !app.access.has_accounts());
    let visibility = if is_staff { Visibility::Staff } else { Visibility::Public };
    request.extensions_mut().insert(Visitor { address, identity, visibility });
    next.run(request).await
}

/// Whether the visitor's own connection is encrypted, as the proxy before us says.
pub(crate) fn is_secure(headers: &HeaderMap) -> bool {
    headers.get("x-forwarded-proto").is_some_and(|proto| proto == "https")
}

fn is_open(uri: &Uri) -> bool {
    OPEN.contains(&uri.path()) || uri.path().starts_with("/assets/")
}

/// The account of a request, by HTTP Basic or the session of its cookie.
async fn identify(
    app: &App,
    headers: &HeaderMap,
    address: Option<IpAddr>,
) -> Result<Option<Identity>, Problem> {
    if let Some(basic) = headers.get(header::AUTHORIZATION) {
        let (name, password) = basic
            .to_str()
            .ok()
            .and_then(credentials)
            .ok_or_else(|| Problem::unauthorised("the credentials cannot be read"))?;
        let now = app.clock.now();
        return match app.access.verify(&name, password, address, now).await {
            Ok(account) => Ok(Some(Identity { name: account.name().clone(), token: None })),
            Err(Refusal::Wrong) => Err(Problem::unauthorised("name or password is wrong")),
            Err(Refusal::TooMany(wait)) => Err(Problem::too_many_tries(wait)),
        };
    }
    Ok(cookie(headers).and_then(|secret| app.access.resume(secret, app.clock.now())))
}

/// The secret in the session's cookie.
pub(super) fn cookie(headers: &HeaderMap) -> Option<&str> {
    let all = headers.get_all(header::COOKIE).iter();
    let pairs = all.filter_map(|cookies| cookies.to_str().ok()).flat_map(|text| text.split(';'));
    pairs
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(name, value)| (name == COOKIE).then_some(value))
}

/// Name and password of HTTP Basic.
fn credentials(value: &str) -> Option<(String, String)> {
    use base64::Engine as _;
    let coded = value.strip_prefix("Basic ")?;
    let text = base64::engine::general_purpose::STANDARD.decode(coded.trim()).ok()?;
    let text = String::from_utf8(text).ok()?;
    let (name, password) = text.split_once(':')?;
    Some((name.to_owned(), password.to_owned()))
}

/// The last address of the list: the one that the nearest proxy saw itself.
fn forwarded_for(headers: &HeaderMap) -> Option<IpAddr> {
    let list = headers.get("x-forwarded-for")?.to_str().ok()?;
    list.rsplit(',').next()?.trim().parse().ok()
}

fn ask_to_log_in(request: &Request) -> Response {
    let accepts = request.headers().get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    let is_person = accepts.is_some_and(|accept| accept.contains("text/html"));
    if is_person && request.method().is_safe() {
        let address = request.uri().path_and_query().map_or("/", |path| path.as_str());
        return Redirect::to(&login_address(address)).into_response();
    }
    Problem::unauthorised("reading from another machine asks for an account").into_response()
}

/// The login page, with the way back.
pub(crate) fn login_address(next: &str) -> String {
    format!("/login?next={}", percent_encoded(next))
}

/// A text as it may stand in the query of an address.
pub(crate) fn percent_encoded(text: &str) -> String {
    let mut coded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte) {
            coded.push(char::from(byte));
        } else {
            // Writing into a string does not fail.
            let _ = write!(coded, "%{byte:02X}");
        }
    }
    coded
}

impl Access {
    /// Logs out whoever sent these headers.
    pub(crate) fn end_of(&self, headers: &HeaderMap) {
        if let Some(secret) = cookie(headers) {
            self.end(secret);
        }
    }
}
