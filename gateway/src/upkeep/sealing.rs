//! Sealing: readings that were appended to the store are packed every quarter of an hour.

use std::sync::Arc;
use std::time::Duration;

use domain::{Clock, failure_chain};
use store::SqliteWriter;
use tokio_util::sync::CancellationToken;

const SEAL_EVERY: Duration = Duration::from_mins(15);

/// Packs the appended readings, every quarter of an hour until `stop`. A failure is logged and tried again.
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
                    let error = failure_chain(&error);
                    tracing::warn!(error, "the store could not be packed; it grows meanwhile");
                }
            }
        }
    };
    stop.run_until_cancelled(work).await.unwrap_or(Ok(()))
}
