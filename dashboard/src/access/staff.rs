//! What a request that changes something must carry: an account, and proof that it comes from our own pages.
//!
//! A cookie goes along with any request that a browser sends here, even one that a page from elsewhere made it send.
//! So besides a cookie that is held to our own site, `Origin` must be ours and the session's token must be with it.
//! A name and password in the request itself (HTTP Basic) no browser adds by itself, since none is asked for it; so no
//! token is needed there.

use std::convert::Infallible;

use axum::Json;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Form, RequestExt};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::gate::{Visitor, login_address};
use super::sessions::Identity;
use crate::problem::Problem;

const TOKEN: &str = "x-vigie-token";

impl<S: Send + Sync> FromRequestParts<S> for Visitor {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or_default())
    }
}

/// Account of the staff that reads a page which others do not see, or calls the API, with the token in a header for
/// a change.
#[derive(Clone, Debug)]
pub(crate) struct Staff(pub(crate) Identity);

impl<S: Send + Sync> FromRequestParts<S> for Staff {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Response> {
        let visitor = parts.extensions.get::<Visitor>().cloned().unwrap_or_default();
        let Some(identity) = visitor.identity else { return Err(nobody(parts)) };
        if !parts.method.is_safe() {
            let given = parts.headers.get(TOKEN).and_then(|token| token.to_str().ok());
            prove(&identity, given, &parts.headers).map_err(IntoResponse::into_response)?;
        }
        Ok(Self(identity))
    }
}

/// A form that staff filled in on one of our pages.
#[derive(Clone, Debug)]
pub(crate) struct StaffForm<T>(pub(crate) Identity, pub(crate) T);

#[derive(Deserialize)]
struct WithToken<T> {
    #[serde(default)]
    token: String,
    #[serde(flatten)]
    rest: T,
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for StaffForm<T> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let (parts, body) = request.into_parts();
        let visitor = parts.extensions.get::<Visitor>().cloned().unwrap_or_default();
        let Some(identity) = visitor.identity else { return Err(nobody(&parts)) };
        let headers = parts.headers.clone();
        let request = Request::from_parts(parts, body);
        let Form(form) =
            Form::<WithToken<T>>::from_request(request, state).await.map_err(|fault| {
                Problem::bad_request(
                    format!("the form cannot be read: {fault}"),
                    "the form of the page",
                )
                .into_response()
            })?;
        prove(&identity, Some(&form.token), &headers).map_err(IntoResponse::into_response)?;
        Ok(Self(identity, form.rest))
    }
}

/// A JSON body that a program of the staff sent.
#[derive(Clone, Debug)]
pub(crate) struct StaffJson<T>(pub(crate) Identity, pub(crate) T);

impl<T: DeserializeOwned + 'static, S: Send + Sync> FromRequest<S> for StaffJson<T> {
    type Rejection = Response;

    async fn from_request(mut request: Request, state: &S) -> Result<Self, Response> {
        let Staff(identity) = request.extract_parts_with_state::<Staff, _>(state).await?;
        let Json(body) = Json::<T>::from_request(request, state).await.map_err(|fault| {
            let expected = "a JSON body as /api/openapi.json describes it";
            Problem::bad_request(fault.body_text(), expected).into_response()
        })?;
        Ok(Self(identity, body))
    }
}

/// Whether a request that changes something was made by our own page, or by a program.
fn prove(identity: &Identity, given: Option<&str>, headers: &HeaderMap) -> Result<(), Problem> {
    if !is_from_here(headers) {
        return Err(Problem::foreign_origin());
    }
    let Some(token) = &identity.token else { return Ok(()) };
    if given == Some(token.as_str()) { Ok(()) } else { Err(Problem::stale_form()) }
}

/// Whether the page that sent this is one of ours. Browsers say so with every form; without a word from one the
/// token must do.
pub(crate) fn is_from_here(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if text("sec-fetch-site").is_some_and(|site| !matches!(site, "same-origin" | "none")) {
        return false;
    }
    let Some(origin) = text("origin") else { return true };
    let Ok(origin) = origin.parse::<Uri>() else { return false };
    let Some(origin) = origin.authority() else { return false };
    // A proxy may have changed Host; no page from elsewhere can add the other header.
    let ours = [text(header::HOST.as_str()), text("x-forwarded-host")];
    ours.into_iter().flatten().any(|host| host.eq_ignore_ascii_case(origin.as_str()))
}

fn nobody(parts: &Parts) -> Response {
    let accepts = parts.headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    let is_person = accepts.is_some_and(|accept| accept.contains("text/html"));
    if is_person && !parts.uri.path().starts_with("/api/") {
        let back = if parts.method.is_safe() {
            parts.uri.path_and_query().map_or("/staff", |path| path.as_str())
        } else {
            "/staff"
        };
        return Redirect::to(&login_address(back)).into_response();
    }
    Problem::unauthorised("changing something asks for an account").into_response()
}
