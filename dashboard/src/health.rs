//! For systemd, proxies and Prometheus: does it run, is it ready, what has it counted.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::app::App;

/// `GET /health`: the program answers.
pub(crate) async fn health() -> &'static str {
    "ok\n"
}

/// `GET /ready`: 200 once everything works, 503 with the reason before and while it does not.
pub(crate) async fn ready(State(app): State<Arc<App>>) -> Response {
    let reason = app.readiness.borrow().clone();
    match reason {
        None => "ready\n".into_response(),
        Some(reason) => (StatusCode::SERVICE_UNAVAILABLE, reason + "\n").into_response(),
    }
}

/// `GET /metrics`, in the text format of Prometheus.
pub(crate) async fn metrics(State(app): State<Arc<App>>) -> Response {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], (app.metrics)()).into_response()
}
