//! What stands at an address that nothing has: a page for people, a problem for programs.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};

use super::shell::{Choice, Shell};
use crate::app::App;
use crate::live::screen::Screen;
use crate::problem::Problem;

#[derive(Template)]
#[template(path = "not_found.html")]
struct NotFound {
    shell: Shell,
}

pub(crate) async fn show(
    State(app): State<Arc<App>>,
    uri: Uri,
    headers: HeaderMap,
    choice: Choice,
) -> Response {
    let accepts = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    let person = accepts.is_some_and(|accept| accept.contains("text/html"));
    if !person || uri.path().starts_with("/api/") {
        return Problem::no_such_address(uri.path()).into_response();
    }
    let title = choice.language.labels().not_found;
    let shell = Shell::new(
        "/",
        title,
        Screen::Plain,
        choice.language,
        &app.live.snapshot_for(choice.visibility),
    );
    choice.page_with(StatusCode::NOT_FOUND, &NotFound { shell })
}
