//! The order in which the parts stop, and how long each may take; all together less than five seconds.

use std::time::Duration;

use store::SqliteWriter;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_util::sync::CancellationToken;

use crate::failure::chain;
use crate::parts::Parts;

/// The names of the parts that others wait for.
pub(crate) const BROKER: &str = "the embedded broker";
pub(crate) const INGEST: &str = "ingest";

/// systemd, and who pressed Ctrl-C, wait no longer than five seconds.
const ALL_WITHIN: Duration = Duration::from_millis(4500);
/// A client that is being served may keep the broker from ending; what it was not told is safe it sends again.
const BROKER_WITHIN: Duration = Duration::from_millis(500);
/// What the last batch and its acknowledgements may take; the rest is for the outlets and the store.
const INGEST_WITHIN: Duration = Duration::from_millis(3300);

/// One token for each step.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stops {
    /// Nothing more is taken.
    pub(crate) intake: CancellationToken,
    /// What was taken is committed and acknowledged.
    pub(crate) pipeline: CancellationToken,
    /// Nothing more is shown.
    pub(crate) outlets: CancellationToken,
}

/// Stops the parts in order. What does not stop in time is cut off; nothing that was acknowledged is lost by it.
pub(crate) async fn stop(parts: &mut Parts, stops: &Stops) {
    crate::systemd::stopping();
    let deadline = Instant::now() + ALL_WITHIN;
    stops.intake.cancel();
    drop(timeout(BROKER_WITHIN, parts.ended(BROKER)).await);
    stops.pipeline.cancel();
    if timeout(INGEST_WITHIN, parts.ended(INGEST)).await.is_err() {
        tracing::warn!("the last readings could not be stored; they will be delivered again");
    }
    stops.outlets.cancel();
    let rest = async {
        // A client may still hold the broker; everything else can end.
        parts.all_ended_but(BROKER).await;
    };
    if timeout_at(deadline, rest).await.is_err() {
        tracing::warn!("some parts did not stop in time and were cut off");
    }
    parts.abort();
}

/// Closes the store, if nobody uses it any more.
pub(crate) async fn close(writer: std::sync::Arc<SqliteWriter>) {
    let Some(writer) = std::sync::Arc::into_inner(writer) else { return };
    if let Err(error) = writer.close().await {
        let error = chain(&error);
        tracing::error!(error, "the store did not close cleanly; it recovers at the next start");
    }
}
