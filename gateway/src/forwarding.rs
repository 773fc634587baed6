//! Writing to InfluxDB what the store has. Nothing else waits for it.

use std::sync::Arc;

use domain::Clock;
use domain::ids::SiteId;
use store::influx::{Forwarder, Pace, Target, Token};
use store::{SqliteReader, SqliteWriter};
use tokio_util::sync::CancellationToken;

use crate::failure::Failure;

/// Prepares the work, which goes on until `stop`.
pub(crate) fn forward(
    site: SiteId,
    (target, token): &(Target, Token),
    store: (Arc<SqliteWriter>, Arc<SqliteReader>),
    clock: Arc<dyn Clock>,
    stop: CancellationToken,
) -> Result<impl Future<Output = Result<(), String>> + Send + 'static, Failure> {
    let forwarder = Forwarder::new(site, target.clone(), token, store, Pace::default())
        .map_err(|fault| Failure::Configuration(fault.to_string()))?;
    Ok(async move {
        // Cut off in the middle of a request, it sends the same again after the next start.
        stop.run_until_cancelled(forwarder.run(clock)).await;
        Ok(())
    })
}
