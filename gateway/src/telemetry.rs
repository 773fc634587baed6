//! Logs for people, metrics for Prometheus.

use std::sync::Arc;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;

use crate::failure::{Failure, chain};

/// Libraries tell of every client that comes and goes; that is not what `info` is for here.
const DEFAULT_FILTER: &str = "info,mqtt5=error,mqtt5_protocol=error,rumqttc=error";
const COMMIT_SECONDS: [f64; 10] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0];

/// Logs go to stderr, as `RUST_LOG` says.
pub fn log() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| DEFAULT_FILTER.into());
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second program in the same process keeps the first one's log.
    drop(subscriber.try_init());
}

/// Begins to count; what it gives renders the metrics.
pub(crate) fn count() -> Result<PrometheusHandle, Failure> {
    let fault = |error: metrics_exporter_prometheus::BuildError| Failure::Part {
        part: "metrics",
        why: chain(&error),
    };
    let name = Matcher::Full("vigie_store_commit_seconds".to_owned());
    PrometheusBuilder::new()
        .set_buckets_for_metric(name, &COMMIT_SECONDS)
        .and_then(PrometheusBuilder::install_recorder)
        .map_err(fault)
}

/// What the dashboard shows at `/metrics`.
pub(crate) fn renderer(handle: PrometheusHandle) -> Arc<dyn Fn() -> String + Send + Sync> {
    Arc::new(move || handle.render())
}
