//! The dashboard alone, beside a gateway in another process.

use std::net::TcpListener;
use std::sync::Arc;

use ::dashboard::{Access, Dashboard};
use domain::Clock;
use store::AnyReader;
use store::influx::InfluxReader;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::dashboard::serve;
use super::stop::{Stops, stop};
use super::tasks::Tasks;
use crate::config::{Config, rollup_grid};
use crate::failure::Failure;
use crate::machine::systemd;
use crate::telemetry::Metrics;
use crate::{resources, upkeep};

/// Runs the dashboard alone until `shutdown`, with the broker of a gateway: on its data folder, or, where an InfluxDB is
/// named, on what gateways have written there.
///
/// # Errors
/// When the port or the data folder cannot be had, or the dashboard ends by itself.
pub(crate) async fn dashboard_only(
    config: Config,
    clock: Arc<dyn Clock>,
    shutdown: CancellationToken,
    announce: impl FnOnce(&Config),
) -> Result<(), Failure> {
    let listener = resources::http(config.http)?;
    let Some((target, token)) = &config.influxdb else {
        let reader = resources::reader(&config.data)?;
        return show(config, (*reader).clone().into(), listener, clock, shutdown, announce).await;
    };
    let (site, grid) = (config.site.id.clone(), rollup_grid(&config.site));
    let reader = InfluxReader::new(site, target.clone(), token, grid)
        .map_err(|fault| upkeep::influxdb_failure(&fault, fault.to_string()))?;
    show(config, reader.into(), listener, clock, shutdown, announce).await
}

async fn show(
    config: Config,
    reader: AnyReader,
    listener: TcpListener,
    clock: Arc<dyn Clock>,
    shutdown: CancellationToken,
    announce: impl FnOnce(&Config),
) -> Result<(), Failure> {
    let metrics = Metrics::install()?;
    announce(&config);
    let readiness = ingest::Readiness::default();
    let dashboard = Dashboard {
        broker: config.broker_url(),
        access: Arc::new(Access::of(&config.data).behind(config.trusted_proxies.clone())),
        // The ledger has one writer, the gateway.
        staff_actions: None,
        // It is read at the start; what the gateway takes over later comes with the next one.
        site: watch::Sender::new(config.site).subscribe(),
        trouble: watch::Sender::new(None).subscribe(),
        reader,
        clock,
        readiness: readiness.watch(),
        metrics: metrics.renderer(),
        backups: upkeep::backup_status(&config.data, config.demonstration),
        forwarding: None,
        demonstration: config.demonstration,
    };
    let stops = Stops::default();
    let mut tasks = Tasks::default();
    tasks.spawn("the dashboard", serve(dashboard, listener, stops.outlets.clone())?);
    tasks.spawn("the watchdog", systemd::watchdog(stops.outlets.clone()));
    systemd::ready();
    let outcome = tasks.during(&shutdown, std::future::pending::<()>()).await.map(drop);
    stop(&mut tasks, &stops).await;
    outcome
}
