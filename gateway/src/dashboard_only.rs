//! The dashboard, here or beside a gateway in another process.

use std::future::Future;
use std::net::TcpListener;
use std::sync::Arc;

use dashboard::{Access, Dashboard};
use domain::Clock;
use store::AnyReader;
use store::influx::InfluxReader;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::config::Config;
use crate::failure::{Failure, chain};
use crate::parts::Parts;
use crate::stop::{Stops, stop};
use crate::{backups, forwarding, opened, systemd, telemetry};

/// Runs the dashboard alone until `shutdown`, with the broker of a gateway: on its data folder, or, where an InfluxDB is
/// named, on what gateways have written there.
///
/// # Errors
/// When the port or the data folder cannot be had, or the dashboard ends by itself.
pub async fn run(
    config: Config,
    clock: Arc<dyn Clock>,
    shutdown: CancellationToken,
    announce: impl FnOnce(&Config),
) -> Result<(), Failure> {
    let listener = opened::http(config.http)?;
    let Some((target, token)) = &config.influxdb else {
        let reader = opened::reader(&config.data)?;
        return show(config, (*reader).clone().into(), listener, clock, shutdown, announce).await;
    };
    let (site, grid) = (config.site.id.clone(), forwarding::grid(&config.site));
    let reader = InfluxReader::new(site, target.clone(), token, grid)
        .map_err(|fault| forwarding::failure(&fault))?;
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
    let metrics = telemetry::count()?;
    announce(&config);
    let readiness = ingest::Readiness::default();
    let dashboard = Dashboard {
        broker: config.broker_url(),
        access: Arc::new(Access::of(&config.data)),
        // The ledger has one writer, the gateway.
        desk: None,
        // It is read at the start; what the gateway takes over later comes with the next one.
        site: watch::Sender::new(config.site).subscribe(),
        trouble: watch::Sender::new(None).subscribe(),
        reader,
        clock,
        readiness: readiness.watch(),
        metrics: telemetry::renderer(metrics),
        backups: backups::outcome(&config.data, config.demonstration),
        forwarding: None,
        demonstration: config.demonstration,
    };
    let stops = Stops::default();
    let mut parts = Parts::default();
    parts.spawn("the dashboard", serve(dashboard, listener, stops.outlets.clone())?);
    parts.spawn("the watchdog", systemd::watchdog(stops.outlets.clone()));
    systemd::ready();
    let outcome = parts.during(&shutdown, std::future::pending::<()>()).await.map(drop);
    stop(&mut parts, &stops).await;
    outcome
}

/// The dashboard on a bound listener.
pub(crate) fn serve(
    dashboard: Dashboard,
    listener: TcpListener,
    stop: CancellationToken,
) -> Result<impl Future<Output = Result<(), String>> + Send + use<>, Failure> {
    let listener = tokio::net::TcpListener::from_std(listener)
        .map_err(|error| Failure::Part { part: "the dashboard", why: chain(&error) })?;
    Ok(async move { dashboard.serve(listener, stop).await.map_err(|error| chain(&error)) })
}
