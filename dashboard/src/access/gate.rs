//! Identity of a visitor, and whether reading is open to them.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use domain::alerts::Standing;
use domain::site::Site;

use super::caller::Caller;
use super::challenge;
use super::guard::{Access, Attempt, Refusal};
use super::sessions::Identity;
use crate::app::App;
use crate::machine::Machine;
use crate::privacy::Visibility;
use crate::problem::Problem;

/// Open to everybody: without them nobody could log in, and a watchdog needs no account.
const OPEN: [&str; 4] = ["/login", "/health", "/ready", "/api/openapi.json"];
/// Open to programs on this machine: counts, which tell of nobody.
const OPEN_HERE: [&str; 1] = ["/metrics"];

/// Visitor of a request: machine, account and what they may see.
#[derive(Clone, Debug, Default)]
pub(crate) struct Visitor {
    /// Whose tries to log in and whose streams are counted together.
    pub(crate) machine: Option<Machine>,
    /// Whether it is a named proxy that does not say for whom it asks.
    pub(crate) is_proxy: bool,
    /// The account, where the visitor has proved to have one.
    pub(crate) identity: Option<Identity>,
    /// What of small rooms is shown.
    pub(crate) visibility: Visibility,
}

impl Visitor {
    /// An alert as the visitor may see it: names of staff are for who is logged in. `None` where it is withheld.
    pub(crate) fn alert(&self, site: &Site, standing: Standing) -> Option<Standing> {
        if self.visibility.withholds_alert(site, &standing) {
            return None;
        }
        let Standing { alert, .. } = standing;
        let alert = if self.identity.is_some() { alert } else { alert.without_names() };
        Some(Standing { alert, ..standing })
    }

    /// What staff are called or have written, which may name somebody; empty for who is not logged in.
    pub(crate) fn words_of_staff(&self, text: &str) -> String {
        if self.identity.is_some() { text.to_owned() } else { String::new() }
    }
}

/// Identifies the visitor, and lets through who may read.
///
/// Everybody may as long as there is no account, and from then on whoever has one. Being on this machine is no right
/// then: a proxy here that does not say for whom it asks looks the same.
pub(crate) async fn admit(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let caller = Caller::of(&request, app.access.proxies());
    let is_browser = challenge::is_browser(request.headers());
    let (mut parts, body) = request.into_parts();
    let answer = match visitor(&app, &parts, caller).await {
        Ok(visitor) => {
            parts.extensions.insert(visitor);
            next.run(Request::from_parts(parts, body)).await
        }
        Err(refusal) => refusal,
    };
    challenge::name_scheme(answer, is_browser)
}

async fn visitor(app: &App, parts: &Parts, caller: Caller) -> Result<Visitor, Response> {
    let Caller { machine, is_here, is_proxy } = caller;
    let is_open = is_open(&parts.uri);
    let identity = match identify(app, &parts.headers, machine, is_open).await {
        Ok(identity) => identity,
        Err(problem) => return Err(problem.into_response()),
    };
    let has_accounts = app.access.has_accounts();
    let is_open = is_open || (is_here && OPEN_HERE.contains(&parts.uri.path()));
    if identity.is_none() && has_accounts && !is_open {
        return Err(ask_to_log_in(parts));
    }
    let is_staff = identity.is_some() || (is_here && !has_accounts);
    let visibility = if is_staff { Visibility::Staff } else { Visibility::Public };
    Ok(Visitor { machine, is_proxy, identity, visibility })
}

/// Whether the visitor's own connection is encrypted, as the proxy before us says. Whoever claims it wrongly only makes
/// its own cookie useless, so this needs no proxy that is named.
pub(crate) fn is_secure(headers: &HeaderMap) -> bool {
    headers.get("x-forwarded-proto").is_some_and(|proto| proto == "https")
}

fn is_open(uri: &Uri) -> bool {
    OPEN.contains(&uri.path()) || uri.path().starts_with("/assets/")
}

/// The account of a request, by HTTP Basic or the session of its cookie. What is open to all costs no hash.
async fn identify(
    app: &App,
    headers: &HeaderMap,
    machine: Option<Machine>,
    is_open: bool,
) -> Result<Option<Identity>, Problem> {
    let now = app.clock.now();
    let Some(basic) = headers.get(header::AUTHORIZATION).filter(|_| !is_open) else {
        return Ok(app.access.resume(headers, now));
    };
    let (name, password) = basic
        .to_str()
        .ok()
        .and_then(credentials)
        .ok_or_else(|| Problem::unauthorised("the credentials cannot be read"))?;
    let attempt = Attempt { name: &name, password, machine, device: Access::device_of(headers) };
    match app.access.verify_again(attempt, now).await {
        Ok(account) => Ok(Some(Identity { name: account.name().clone(), token: None })),
        Err(Refusal::Wrong) => Err(Problem::unauthorised("name or password is wrong")),
        Err(Refusal::TooMany(wait)) => Err(Problem::too_many_tries(wait)),
        Err(Refusal::Busy) => Err(Problem::too_many_logins()),
    }
}

/// Name and password of HTTP Basic.
fn credentials(value: &str) -> Option<(String, String)> {
    use base64::Engine as _;
    let (scheme, coded) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = base64::engine::general_purpose::STANDARD.decode(coded.trim()).ok()?;
    let text = String::from_utf8(text).ok()?;
    let (name, password) = text.split_once(':')?;
    Some((name.to_owned(), password.to_owned()))
}

fn ask_to_log_in(parts: &Parts) -> Response {
    let accepts = parts.headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    let is_person = accepts.is_some_and(|accept| accept.contains("text/html"));
    if is_person && parts.method.is_safe() {
        let address = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        return Redirect::to(&login_address(address)).into_response();
    }
    Problem::unauthorised("reading asks for an account").into_response()
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
