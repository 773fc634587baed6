//! Ordered stop of the tasks, with the time that each may take; all together less than five seconds.
//!
//! The embedded broker comes last: until then the dashboard receives from it, and a message that is not safe stays
//! unacknowledged.

use std::time::Duration;

use domain::failure_chain;
use store::SqliteWriter;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_util::sync::CancellationToken;

use super::tasks::Tasks;
use crate::machine::systemd;

/// Name of a task that others wait for.
pub(super) const BROKER: &str = "the embedded broker";
pub(super) const INGEST: &str = "ingest";
pub(super) const CONSUMER: &str = "the consumer";
pub(super) const SIMULATION: &str = "the simulation";

/// systemd, and a person who pressed Ctrl-C, wait no longer than five seconds.
const ALL_WITHIN: Duration = Duration::from_millis(4500);
const SIMULATION_WITHIN: Duration = Duration::from_millis(500);
/// Deadline of the last batch and its acknowledgements; the rest is for the outlets and the store.
const INGEST_WITHIN: Duration = Duration::from_secs(3);
const OUTLETS_WITHIN: Duration = Duration::from_millis(3800);
/// A sensor that still waits for its acknowledgement keeps the broker from ending by itself.
const BROKER_WITHIN: Duration = Duration::from_millis(300);

/// Cancellation tokens of the steps, in their order.
#[derive(Clone, Debug)]
pub(super) struct Stops {
    /// Nothing more is received.
    pub(super) intake: CancellationToken,
    /// What was received is committed and acknowledged.
    pub(super) pipeline: CancellationToken,
    /// Nothing more is shown.
    pub(super) outlets: CancellationToken,
    /// The embedded broker ends.
    pub(super) broker: CancellationToken,
    /// The first two steps for the pipeline that works by the present state of the building.
    pub(super) current: PipelineStops,
}

/// Cancellation tokens of one pipeline and its intake.
#[derive(Clone, Debug)]
pub(super) struct PipelineStops {
    pub(super) intake: CancellationToken,
    pub(super) pipeline: CancellationToken,
}

impl Default for Stops {
    fn default() -> Self {
        let (intake, pipeline) = (CancellationToken::new(), CancellationToken::new());
        let current = PipelineStops::of(&intake, &pipeline);
        let (outlets, broker) = (CancellationToken::new(), CancellationToken::new());
        Self { intake, pipeline, outlets, broker, current }
    }
}

impl Stops {
    /// Gives the next pipeline tokens of its own.
    pub(super) fn renew(&mut self) {
        self.current = PipelineStops::of(&self.intake, &self.pipeline);
    }
}

impl PipelineStops {
    fn of(intake: &CancellationToken, pipeline: &CancellationToken) -> Self {
        Self { intake: intake.child_token(), pipeline: pipeline.child_token() }
    }

    /// Ends this intake and this pipeline alone.
    pub(super) fn cancel(&self) {
        self.intake.cancel();
        self.pipeline.cancel();
    }
}

/// Stops the tasks in order. What does not stop in time is cut off; nothing that was acknowledged is lost by it.
pub(super) async fn stop(tasks: &mut Tasks, stops: &Stops) {
    systemd::stopping();
    let begun = Instant::now();
    stops.intake.cancel();
    drop(timeout(SIMULATION_WITHIN, tasks.ended(&[SIMULATION])).await);
    stops.pipeline.cancel();
    if timeout_at(begun + INGEST_WITHIN, tasks.ended(&[INGEST])).await.is_err() {
        tracing::warn!("the last readings could not be stored; they will be delivered again");
    }
    stops.outlets.cancel();
    if timeout_at(begun + OUTLETS_WITHIN, tasks.ended_but(&[BROKER])).await.is_err() {
        tracing::warn!("some parts did not stop in time and were cut off");
    }
    stops.broker.cancel();
    let broker_until = (Instant::now() + BROKER_WITHIN).min(begun + ALL_WITHIN);
    drop(timeout_at(broker_until, tasks.ended(&[BROKER])).await);
    tasks.abort();
}

/// Closes the store, if no task uses it any more.
pub(super) async fn close(writer: std::sync::Arc<SqliteWriter>) {
    let Some(writer) = std::sync::Arc::into_inner(writer) else { return };
    if let Err(error) = writer.close().await {
        let error = failure_chain(&error);
        tracing::error!(error, "the store did not close cleanly; it recovers at the next start");
    }
}
