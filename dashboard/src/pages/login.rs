//! `/login` and `/logout`.

use std::sync::Arc;

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::shell::{Choice, Shell};
use crate::access::{COOKIE, LONGEST, Refusal, StaffForm, Visitor, is_from_here, is_secure};
use crate::app::App;
use crate::live::screen::Screen;
use crate::problem::Problem;
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
    let (t, now) = (choice.language.labels(), app.clock.now());
    let entered = app.access.verify(&given.name, given.password, visitor.address, now).await;
    let (status, fault, wait) = match entered {
        Ok(account) => {
            app.access.end_of(&headers);
            let secret = app.access.begin(&account, now);
            tracing::info!(account = account.name().as_str(), "logged in");
            return with_cookie(
                Redirect::to(&way_back(&given.next)),
                &secret,
                LONGEST.as_secs(),
                &headers,
            );
        }
        Err(Refusal::Wrong) => {
            tracing::warn!(address = ?visitor.address, "a login failed");
            (StatusCode::UNAUTHORIZED, t.login_wrong.to_owned(), None)
        }
        Err(Refusal::TooMany(wait)) => {
            let minutes = choice.language.duration(wait.as_secs_f64());
            (StatusCode::TOO_MANY_REQUESTS, t.login_too_many.replace("{}", &minutes), Some(wait))
        }
    };
    let page = page(&app, choice, &given.next, &given.name, Some(fault));
    let mut answer = choice.page_with(status, &page);
    if let Some(wait) = wait {
        answer
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs().unsigned_abs()));
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
    with_cookie(Redirect::to("/"), "", 0, &headers)
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
fn way_back(next: &str) -> String {
    let is_ours = next.starts_with('/')
        && !next.starts_with("//")
        && !next.contains(['\\', '\r', '\n'])
        && next.len() < 1000;
    if is_ours { next.to_owned() } else { "/staff".to_owned() }
}

fn with_cookie(answer: Redirect, secret: &str, seconds: i64, headers: &HeaderMap) -> Response {
    let secure = if is_secure(headers) { "; Secure" } else { "" };
    let cookie =
        format!("{COOKIE}={secret}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}");
    let mut answer = answer.into_response();
    if let Ok(cookie) = cookie.parse() {
        answer.headers_mut().append(header::SET_COOKIE, cookie);
    }
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
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
}
