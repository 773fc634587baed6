//! What has to be done now and then: packing the store, and looking how large it is.

use std::sync::Arc;
use std::time::Duration;

use domain::Clock;
use metrics_exporter_prometheus::PrometheusHandle;
use store::{SeriesReader, SqliteReader, SqliteWriter};
use tokio_util::sync::CancellationToken;

use crate::failure::chain;

const SEAL_EVERY: Duration = Duration::from_mins(15);
const MEASURE_EVERY: Duration = Duration::from_secs(30);

/// Packs what was appended, every quarter of an hour. A failure is told and tried again.
pub(crate) async fn seal(
    writer: Arc<SqliteWriter>,
    clock: Arc<dyn Clock>,
    stop: CancellationToken,
) -> Result<(), String> {
    let work = async {
        loop {
            tokio::time::sleep(SEAL_EVERY).await;
            match writer.seal(clock.now()).await {
                Ok(sealed) => tracing::debug!(sealed.readings, sealed.hours, sealed.days, "sealed"),
                Err(error) => {
                    let error = chain(&error);
                    tracing::warn!(error, "the store could not be packed; it grows meanwhile");
                }
            }
        }
    };
    stop.run_until_cancelled(work).await.unwrap_or(Ok(()))
}

/// Measures the store, every half minute, and keeps the metrics in order.
pub(crate) async fn measure(
    reader: Arc<SqliteReader>,
    metrics: PrometheusHandle,
    stop: CancellationToken,
) -> Result<(), String> {
    let size = metrics::gauge!("vigie_store_bytes");
    let work = async {
        loop {
            if let Ok(bytes) = reader.size_bytes().await {
                #[expect(clippy::cast_precision_loss, reason = "exact up to 8 PiB")]
                size.set(bytes as f64);
            }
            metrics.run_upkeep();
            tokio::time::sleep(MEASURE_EVERY).await;
        }
    };
    stop.run_until_cancelled(work).await.unwrap_or(Ok(()))
}
