//! `/login` and `/logout`.

use std::sync::Arc;

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::shell::{Choice, Shell};
use crate::access::{
    Access, Attempt, COOKIE, KNOWN_FOR, Refusal, StaffForm, Visitor, is_from_here, is_secure,
};
use crate::app::App;
use crate::live::screen::Screen;
use crate::problem::{BUSY_FOR_S, Problem};
use crate::query::Query;
use crate::words::Labels;

#[derive(Template)]
#[template(path = "login.html")]
struct Login {
    shell: Shell,
    t: &'static Labels,
    next: String,
    name: String,
    fault: Option<String>,
    /// Whether there is anybody who could log in.
    has_accounts: bool,
}

#[derive(Deserialize)]
pub(crate) struct Given {
    name: String,
    password: String,
    #[serde(default)]
    next: String,
}

#[derive(Deserialize)]
pub(crate) struct Nothing {}

pub(crate) async fn show(State(app): State<Arc<App>>, choice: Choice, query: Query) -> Response {
    choice.page(&page(&app, choice, query.get("next").unwrap_or_default(), "", None))
}

pub(crate) async fn enter(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    headers: HeaderMap,
    choice: Choice,
    form: Result<Form<Given>, axum::extract::rejection::FormRejection>,
) -> Response {
    let Ok(Form(given)) = form else {
        let detail = "the form cannot be read".to_owned();
        return Problem::bad_request(detail, "name and password").into_response();
    };
    // Nobody shall be logged in under another one's name without noticing.
    if !is_from_here(&headers) {
        return Problem::foreign_origin().into_response();
    }
    let (name, next, now) = (given.name, way_back(&given.next), app.clock.now());
    let device = Access::device_of(&headers);
    let attempt =
        Attempt { name: &name, password: given.password, machine: visitor.machine, device };
    match app.access.verify(attempt, now).await {
        Ok(account) => {
            app.access.end_of(&headers);
            let cookie = app.access.begin(&account, now);
            tracing::info!(account = account.name().as_str(), "logged in");
            let mut answer = no_store(Redirect::to(&next));
            set_cookie(&mut answer, &cookie, KNOWN_FOR.as_secs(), &headers);
            answer
        }
        Err(refusal) => refuse(&app, choice, refusal, &visitor, (&next, &name)),
    }
}

/// The login page again, with the reason.
fn refuse(
    app: &App,
    choice: Choice,
    refusal: Refusal,
    visitor: &Visitor,
    (next, name): (&str, &str),
) -> Response {
    let t = choice.language.labels();
    let (status, fault, wait_s) = match refusal {
        Refusal::Wrong => {
            let address = visitor.machine.map(|machine| machine.to_string());
            tracing::warn!(address, "a login failed");
            (StatusCode::UNAUTHORIZED, t.login_wrong.to_owned(), None)
        }
        Refusal::TooMany(wait) => {
            let minutes = choice.language.duration(wait.as_secs_f64());
            let fault = t.login_too_many.replace("{}", &minutes);
            (StatusCode::TOO_MANY_REQUESTS, fault, Some(wait.as_secs().max(1)))
        }
        Refusal::Busy => {
            (StatusCode::SERVICE_UNAVAILABLE, t.login_busy.to_owned(), Some(BUSY_FOR_S))
        }
    };
    let mut answer = choice.page_with(status, &page(app, choice, next, name, Some(fault)));
    if let Some(wait_s) = wait_s {
        answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait_s));
    }
    answer
}

pub(crate) async fn leave(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    StaffForm(identity, Nothing {}): StaffForm<Nothing>,
) -> Response {
    app.access.end_of(&headers);
    tracing::info!(account = identity.name.as_str(), "logged out");
    let mut answer = no_store(Redirect::to("/"));
    set_cookie(&mut answer, "", 0, &headers);
    answer
}

fn page(app: &App, choice: Choice, next: &str, name: &str, fault: Option<String>) -> Login {
    let t = choice.language.labels();
    let snapshot = app.live.snapshot_for(choice.visibility);
    Login {
        shell: Shell::new("/login", t.login, Screen::Plain, choice.language, &snapshot),
        t,
        next: way_back(next),
        name: name.chars().take(40).collect(),
        fault,
        has_accounts: app.access.has_accounts(),
    }
}

/// Address within this site, whatever the query names: nobody is led elsewhere after a login.
///
/// Browsers drop some signs and take others for a slash before they follow an address; one that is ours has only signs
/// that stand for themselves, anything else percent-encoded.
fn way_back(next: &str) -> String {
    let is_plain = |c: char| c.is_ascii_graphic() && c != '\\';
    let is_ours = next.starts_with('/')
        && !next.starts_with("//")
        && next.chars().all(is_plain)
        && next.len() < 1000;
    if is_ours { next.to_owned() } else { "/staff".to_owned() }
}

fn no_store(answer: Redirect) -> Response {
    let mut answer = answer.into_response();
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

fn set_cookie(answer: &mut Response, value: &str, seconds: i64, headers: &HeaderMap) {
    let secure = if is_secure(headers) { "; Secure" } else { "" };
    let cookie =
        format!("{COOKIE}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}");
    if let Ok(cookie) = cookie.parse() {
        answer.headers_mut().append(header::SET_COOKIE, cookie);
    }
}

#[cfg(test)]
mod tests {
    use super::way_back;

    #[test]
    fn a_login_leads_back_to_our_own_pages_only() {
        assert_eq!(way_back("/staff/labels?a=b"), "/staff/labels?a=b");
        for bad in ["", "https://evil.example", "//evil.example", "/\\evil.example", "evil"] {
            assert_eq!(way_back(bad), "/staff", "{bad}");
        }
    }

    #[test]
    fn a_sign_that_browsers_drop_or_headers_do_not_take_leads_nowhere() {
        let signs = (0..=0x20).chain(0x7f..=0xff).chain([0x200b, 0x2028, 0x202e, 0xfeff, 0xff0f]);
        for sign in signs.filter_map(char::from_u32) {
            for bad in
                [format!("/{sign}/evil.example"), format!("/energy{sign}"), format!("{sign}//evil")]
            {
                assert_eq!(way_back(&bad), "/staff", "{bad:?}");
            }
        }
    }
}
