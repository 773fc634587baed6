//! `vigie-node simulate`.

use std::path::PathBuf;
use std::sync::Arc;

use domain::Clock;
use sensors::simulation::{Scenario, simulate};
use tokio_util::sync::CancellationToken;

use super::{BrokerArgument, SystemClock, read_site};
use crate::Failure;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The site model
    #[arg(long, env = "VIGIE_SITE")]
    site: PathBuf,
    #[command(flatten)]
    broker: BrokerArgument,
    /// The same seed gives the same building
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Live as if it were about 14:00 of a working day now, and publish the last 24 hours as well
    #[arg(long)]
    demonstration: bool,
}

pub(crate) async fn run(arguments: Arguments, shutdown: CancellationToken) -> Result<(), Failure> {
    let Arguments { site, broker: BrokerArgument { broker }, seed, demonstration } = arguments;
    let site = read_site(&site)?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let scenario = if demonstration {
        Scenario::demonstration(&site, seed, clock.now())
    } else {
        Scenario::natural(&site, seed, clock.now())
    };
    tracing::info!(site.id = %site.id, %broker, seed, demonstration, "simulating; Ctrl-C ends it");
    simulate(&site, &broker, clock, scenario, shutdown).await.map_err(Failure::running)
}
