//! What went wrong, as RFC 9457 problem details: always with what would have been right.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use figures::FigureError;
use jiff::SignedDuration;
use serde::Serialize;
use store::StoreError;

use tracing::error;

use crate::staff_actions::StaffActionError;

/// Seconds after which it is worth asking again while too many do so.
pub(crate) const BUSY_FOR_S: i64 = 5;

/// Error answer of a request.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Problem {
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'static str,
    status: u16,
    detail: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    expected: Option<String>,
    #[serde(skip)]
    retry_after_s: Option<i64>,
}

impl Problem {
    fn new(status: StatusCode, title: &'static str, detail: String) -> Self {
        Self {
            kind: "about:blank",
            title,
            status: status.as_u16(),
            detail,
            expected: None,
            retry_after_s: None,
        }
    }

    /// Request for a `sort` of thing by a name that none has; `expected` says where the names are.
    pub(crate) fn unknown(sort: &str, name: &str, expected: &str) -> Self {
        let detail = format!("there is no {sort} `{}`", short(name));
        let problem = Self::new(StatusCode::NOT_FOUND, "Not found", detail);
        Self { expected: Some(expected.to_owned()), ..problem }
    }

    /// A part of the query cannot be read.
    pub(crate) fn bad_query(name: &str, given: &str, expected: &str) -> Self {
        Self::bad_request(format!("`{name}` is `{}`", short(given)), expected)
    }

    /// The question cannot be answered as it stands.
    pub(crate) fn bad_request(detail: String, expected: impl Into<String>) -> Self {
        let problem = Self::new(StatusCode::BAD_REQUEST, "Bad request", detail);
        Self { expected: Some(expected.into()), ..problem }
    }

    /// Request for the people of a small room by somebody who is not logged in.
    pub(crate) fn withheld(zone: &str, small_room_below: u32) -> Self {
        let detail = format!(
            "the people of `{}` are not told to the public: fewer than {small_room_below} fit in it",
            short(zone)
        );
        let problem = Self::new(StatusCode::FORBIDDEN, "Forbidden", detail);
        Self { expected: Some("an account of the staff".to_owned()), ..problem }
    }

    /// Request for the readings of a detector by somebody who is not logged in, while nobody knows which room it watches.
    pub(crate) fn of_unknown_place(device: &str) -> Self {
        let device = short(device);
        Self::of_staff(&format!(
            "`{device}` tells of people and has no role, so that its room may be a small one"
        ))
    }

    /// Request by somebody who is not logged in for what only staff may see.
    pub(crate) fn of_staff(why: &str) -> Self {
        let detail = format!("this is not told to the public: {why}");
        let problem = Self::new(StatusCode::FORBIDDEN, "Forbidden", detail);
        Self { expected: Some("an account of the staff".to_owned()), ..problem }
    }

    /// No page or call has this address.
    pub(crate) fn no_such_address(path: &str) -> Self {
        Self::unknown("address", path, "an address of /api/openapi.json")
    }

    /// The address is right, the verb is not.
    pub(crate) fn only_reading() -> Self {
        let detail = "this address can only be read".to_owned();
        let problem = Self::new(StatusCode::METHOD_NOT_ALLOWED, "Method not allowed", detail);
        Self { expected: Some("GET or HEAD".to_owned()), ..problem }
    }

    /// A name was used that does not lead to this machine.
    pub(crate) fn foreign_host(host: &str, is_here_only: bool) -> Self {
        let detail = format!("this dashboard is not known by the name `{}`", short(host));
        let problem = Self::new(StatusCode::FORBIDDEN, "Forbidden", detail);
        let number = if is_here_only { "127.0.0.1, [::1]" } else { "an address by number" };
        let expected =
            format!("{number}, localhost, or a name in `hosts` of [site] in the site file");
        Self { expected: Some(expected), ..problem }
    }

    /// Request without an account, or with a wrong password.
    pub(crate) fn unauthorised(detail: &str) -> Self {
        let problem = Self::new(StatusCode::UNAUTHORIZED, "Unauthorized", detail.to_owned());
        let expected = "a login at /login, or the name and password of an account with HTTP Basic";
        Self { expected: Some(expected.to_owned()), ..problem }
    }

    /// Passwords were guessed.
    pub(crate) fn too_many_tries(wait: SignedDuration) -> Self {
        let seconds = wait.as_secs().max(1);
        let detail = format!("too many wrong passwords; wait {seconds} s");
        let problem = Self::new(StatusCode::TOO_MANY_REQUESTS, "Too many requests", detail);
        Self { retry_after_s: Some(seconds), ..problem }
    }

    /// More log in at this moment than can be looked at.
    pub(crate) fn too_many_logins() -> Self {
        let problem = Self::busy("too many are logging in at this moment; ask again");
        Self { retry_after_s: Some(BUSY_FOR_S), ..problem }
    }

    /// No place is free for another live stream; `detail` says whose.
    pub(crate) fn too_many_streams(detail: &str) -> Self {
        Self { retry_after_s: Some(BUSY_FOR_S), ..Self::busy(detail) }
    }

    /// A page from elsewhere sent a form here.
    pub(crate) fn foreign_origin() -> Self {
        let detail = "the form was sent by a page from elsewhere".to_owned();
        let problem = Self::new(StatusCode::FORBIDDEN, "Forbidden", detail);
        Self { expected: Some("a form of this dashboard".to_owned()), ..problem }
    }

    /// The form belongs to another session.
    pub(crate) fn stale_form() -> Self {
        let detail = "the form is from before the last login; load its page again".to_owned();
        let problem = Self::new(StatusCode::FORBIDDEN, "Forbidden", detail);
        let expected = "the token of the session, in the field `token` or the header X-Vigie-Token";
        Self { expected: Some(expected.to_owned()), ..problem }
    }

    /// It was done already, or something else was done meanwhile.
    pub(crate) fn conflict(detail: String) -> Self {
        Self::new(StatusCode::CONFLICT, "Conflict", detail)
    }

    /// This dashboard changes nothing.
    pub(crate) fn nothing_to_change() -> Self {
        let detail = "nothing can be changed here".to_owned();
        let problem = Self::new(StatusCode::FORBIDDEN, "Forbidden", detail);
        let expected = "the dashboard of the gateway itself, `vigie run`";
        Self { expected: Some(expected.to_owned()), ..problem }
    }

    /// Too many requests at once.
    pub(crate) fn busy(detail: &str) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "Busy", detail.to_owned())
    }

    /// Too many long questions wait.
    fn ask_later(status: StatusCode, why: &FigureError) -> Self {
        let title = status.canonical_reason().unwrap_or("Busy");
        let problem = Self::new(status, title, why.to_string());
        let expected = Some("a shorter span, or the same question a little later".to_owned());
        Self { expected, retry_after_s: Some(5), ..problem }
    }

    /// A part of the program failed. The cause goes into the log, not to the reader.
    pub(crate) fn internal(detail: &str) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "Internal error", detail.to_owned())
    }

    pub(crate) fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        error!(error = &error as &dyn std::error::Error, "store did not answer the dashboard");
        match error {
            StoreError::Unavailable(_) => Self::busy("the store does not answer; ask again"),
            StoreError::Damaged { what } => {
                Self::internal(&format!("a part of the store cannot be read: {what}"))
            }
            StoreError::Refused(why) => {
                Self::internal(&format!("the store cannot answer this: {why}"))
            }
            StoreError::Unsupported { why } => {
                Self::internal(&format!("the store cannot answer this: {why}"))
            }
            _ => Self::internal("the store cannot answer this; the log says why"),
        }
    }
}

impl From<FigureError> for Problem {
    fn from(error: FigureError) -> Self {
        match error {
            FigureError::NotFound { sort, name, expected } => Self::unknown(sort, &name, expected),
            error @ FigureError::TooLong { most_days } => {
                Self::bad_request(error.to_string(), format!("at most {most_days} days"))
            }
            FigureError::Store(error) => Self::from(error),
            error @ FigureError::TooMany { .. } => {
                Self::ask_later(StatusCode::TOO_MANY_REQUESTS, &error)
            }
            error @ FigureError::Busy => Self::ask_later(StatusCode::SERVICE_UNAVAILABLE, &error),
            FigureError::Stopping => Self::busy("the dashboard is stopping"),
            error => {
                error!(error = &error as &dyn std::error::Error, "working out a figure failed");
                Self::internal("this figure could not be worked out; the log says why")
            }
        }
    }
}

impl From<StaffActionError> for Problem {
    fn from(error: StaffActionError) -> Self {
        match error {
            StaffActionError::Unavailable(why) => Self::busy(&why),
            error @ StaffActionError::Demonstration => {
                let problem = Self::nothing_to_change();
                Self { detail: error.to_string(), ..problem }
            }
            error @ StaffActionError::Changed => Self::conflict(error.to_string()),
            error @ StaffActionError::Invalid(_) => {
                Self::bad_request(error.to_string(), "a change that leaves the site file in order")
            }
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = (self.status(), Json(&self)).into_response();
        let kind = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
        if let Some(seconds) = self.retry_after_s {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// What came from outside goes back only in part, so that an answer stays small.
fn short(text: &str) -> String {
    text.chars().take(120).collect()
}
