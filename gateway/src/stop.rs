//! The order in which the parts stop, and how long each may take; all together less than five seconds.
//!
//! The embedded broker comes last: until then the dashboard hears from it, and what it did not promise to be safe it
//! leaves unanswered.

use std::time::Duration;

use store::SqliteWriter;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_util::sync::CancellationToken;

use crate::failure::chain;
use crate::parts::Parts;

/// The names of the parts that others wait for.
pub(crate) const BROKER: &str = "the embedded broker";
pub(crate) const INGEST: &str = "ingest";
pub(crate) const CONSUMER: &str = "the consumer";

pub(crate) const SIMULATION: &str = "the simulation";

/// systemd, and who pressed Ctrl-C, wait no longer than five seconds.
const ALL_WITHIN: Duration = Duration::from_millis(4500);
const SIMULATION_WITHIN: Duration = Duration::from_millis(500);
/// What the last batch and its acknowledgements may take; the rest is for the outlets and the store.
const INGEST_WITHIN: Duration = Duration::from_secs(3);
const OUTLETS_WITHIN: Duration = Duration::from_millis(3800);
/// A sensor that was not told that its reading is safe keeps the broker from ending by itself.
const BROKER_WITHIN: Duration = Duration::from_millis(300);

/// One token for each step, in the order of the steps.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stops {
    /// Nothing more is taken.
    pub(crate) intake: CancellationToken,
    /// What was taken is committed and acknowledged.
    pub(crate) pipeline: CancellationToken,
    /// Nothing more is shown.
    pub(crate) outlets: CancellationToken,
    /// The embedded broker says nothing more.
    pub(crate) broker: CancellationToken,
}

impl Stops {
    /// The first two steps for those parts that begin anew when the building changes.
    pub(crate) fn running(&self) -> Running {
        Running { intake: self.intake.child_token(), pipeline: self.pipeline.child_token() }
    }
}

/// Ends the parts that work by one state of the building.
#[derive(Clone, Debug)]
pub(crate) struct Running {
    pub(crate) intake: CancellationToken,
    pub(crate) pipeline: CancellationToken,
}

/// Stops the parts in order. What does not stop in time is cut off; nothing that was acknowledged is lost by it.
pub(crate) async fn stop(parts: &mut Parts, stops: &Stops) {
    crate::systemd::stopping();
    let begun = Instant::now();
    stops.intake.cancel();
    drop(timeout(SIMULATION_WITHIN, parts.ended(&[SIMULATION])).await);
    stops.pipeline.cancel();
    if timeout_at(begun + INGEST_WITHIN, parts.ended(&[INGEST])).await.is_err() {
        tracing::warn!("the last readings could not be stored; they will be delivered again");
    }
    stops.outlets.cancel();
    if timeout_at(begun + OUTLETS_WITHIN, parts.ended_but(&[BROKER])).await.is_err() {
        tracing::warn!("some parts did not stop in time and were cut off");
    }
    stops.broker.cancel();
    let broker_until = (Instant::now() + BROKER_WITHIN).min(begun + ALL_WITHIN);
    drop(timeout_at(broker_until, parts.ended(&[BROKER])).await);
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
