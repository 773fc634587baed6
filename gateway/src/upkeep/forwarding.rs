//! Forwarding to InfluxDB: a copy of the readings of the store, for which nothing else waits.

use std::sync::Arc;

use domain::Clock;
use domain::site::Site;
use store::influx::{Fault, Forwarder, Pace, Standing, Target, Token};
use store::{SqliteReader, SqliteWriter};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::config::rollup_grid;
use crate::failure::Failure;

/// Forwards the readings of the store, until `stop`; `standing` shows how far it is.
///
/// # Errors
/// When the token or the address cannot be used.
pub(crate) fn forward(
    site: &Site,
    (target, token): &(Target, Token),
    writer: Arc<SqliteWriter>,
    reader: Arc<SqliteReader>,
    clock: Arc<dyn Clock>,
    standing: watch::Sender<Standing>,
    stop: CancellationToken,
) -> Result<impl Future<Output = Result<(), String>> + Send + 'static, Failure> {
    let site = (site.id.clone(), rollup_grid(site));
    let store = (writer, reader);
    let forwarder = Forwarder::new(site, target.clone(), token, store, Pace::default(), standing)
        .map_err(|fault| influxdb_failure(&fault, fault.to_string()))?;
    Ok(async move {
        // Cut off in the middle of a request, it sends the same again after the next start.
        stop.run_until_cancelled(forwarder.run(clock)).await;
        Ok(())
    })
}

/// Failure of a request to InfluxDB, with `text` for people: of the configuration when a person has to mend it, else one
/// that may heal by itself.
pub(crate) fn influxdb_failure(fault: &Fault, text: String) -> Failure {
    match fault {
        Fault::Configuration(_) => Failure::Configuration(text),
        _ => Failure::Unavailable(text),
    }
}
