//! `vigie-node simulate`.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;
use domain::Clock;
use domain::site::parse;
use domain::wire::BrokerUrl;
use sensors::simulation::{Scenario, simulate};
use tokio_util::sync::CancellationToken;

use super::SystemClock;
use crate::Failure;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The site model
    #[arg(long, env = "VIGIE_SITE")]
    site: PathBuf,
    /// Where to publish, as in <mqtt://user:password@host:port>
    #[arg(
        long,
        env = "VIGIE_BROKER",
        default_value = "mqtt://127.0.0.1:1883",
        hide_env_values = true
    )]
    broker: BrokerUrl,
    /// The same seed gives the same building
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Live as if it were about 14:00 of a working day now, and publish the last 24 hours as well
    #[arg(long)]
    demonstration: bool,
}

pub(crate) async fn run(arguments: Arguments, shutdown: CancellationToken) -> Result<(), Failure> {
    let Arguments { site: path, broker, seed, demonstration } = arguments;
    let text = std::fs::read_to_string(&path)
        .with_context(|| format!("{}: the site file cannot be read", path.display()))
        .map_err(Failure::usage)?;
    let site = parse(&text, &path.display().to_string()).map_err(Failure::usage)?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let scenario = if demonstration {
        Scenario::demonstration(&site, seed, clock.now())
    } else {
        Scenario::natural(&site, seed, clock.now())
    };
    tracing::info!(site.id = %site.id, %broker, seed, demonstration, "simulating; Ctrl-C ends it");
    simulate(&site, &broker, clock, scenario, shutdown).await.map_err(Failure::running)
}
