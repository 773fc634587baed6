//! The dashboard as a task of the program.

use std::future::Future;
use std::net::TcpListener;

use ::dashboard::Dashboard;
use domain::failure_chain;
use tokio_util::sync::CancellationToken;

use crate::failure::Failure;

/// Serves the dashboard on a bound listener, until `stop`.
pub(super) fn serve(
    dashboard: Dashboard,
    listener: TcpListener,
    stop: CancellationToken,
) -> Result<impl Future<Output = Result<(), String>> + Send + use<>, Failure> {
    let listener = tokio::net::TcpListener::from_std(listener)
        .map_err(|error| Failure::Part { part: "the dashboard", why: failure_chain(&error) })?;
    Ok(async move { dashboard.serve(listener, stop).await.map_err(|error| failure_chain(&error)) })
}
