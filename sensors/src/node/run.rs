//! `vigie-node run`.

use std::path::PathBuf;

use anyhow::{Context, anyhow};
use domain::wire::BrokerUrl;
use sensors::bench::Bench;
use sensors::board;
use sensors::pins::Board;
use sensors::serial::LinesOnly;
use sensors::station::{Config, ConnectedInstrument, Station, StationError, connect, wires};
use tokio_util::sync::CancellationToken;

use super::{SystemClock, systemd};
use crate::Failure;

/// Path of the configuration of a node, and the arguments that override it.
#[derive(Debug, clap::Args)]
pub(crate) struct NodeArguments {
    /// The configuration of the node; `node.example.toml` explains each key
    #[arg(long, env = "VIGIE_NODE_CONFIG", default_value = "/etc/vigie-node/node.toml")]
    pub(crate) config: PathBuf,
    /// Where to publish, as in <mqtt://user:password@host:port>; goes before the file
    #[arg(long, env = "VIGIE_BROKER", hide_env_values = true)]
    broker: Option<BrokerUrl>,
    /// Where outbox and totals are kept; goes before the file
    #[arg(long, env = "VIGIE_NODE_DATA")]
    data: Option<PathBuf>,
    /// Play the instruments instead of using those of a Raspberry Pi
    #[arg(long)]
    pub(crate) simulate: bool,
}

impl NodeArguments {
    /// The configuration, overridden by command line and environment.
    pub(crate) fn configuration(&self) -> Result<Config, Failure> {
        let name = self.config.display().to_string();
        let text = std::fs::read_to_string(&self.config)
            .with_context(|| {
                format!("{name}: the configuration cannot be read; name another with --config FILE")
            })
            .map_err(Failure::usage)?;
        let mut config = Config::parse(&text, &name).map_err(Failure::usage)?;
        if let Some(broker) = &self.broker {
            config.broker = broker.clone();
        }
        if let Some(data) = &self.data {
            config.data.clone_from(data);
        }
        Ok(config)
    }
}

pub(crate) async fn run(
    arguments: NodeArguments,
    shutdown: CancellationToken,
) -> Result<(), Failure> {
    let config = arguments.configuration()?;
    tracing::info!(
        site.id = %config.site, device.id = %config.device, broker = %config.broker, data = %config.data.display(),
        simulate = arguments.simulate, "starting"
    );
    if arguments.simulate {
        let bench = Bench::new(wires(&config.instruments));
        return work(&bench, config, shutdown).await;
    }
    if config.needs_only_lines() {
        return work(&LinesOnly, config, shutdown).await;
    }
    work(&board::pi().map_err(Failure::usage)?, config, shutdown).await
}

async fn work<B: Board>(
    board: &B,
    config: Config,
    shutdown: CancellationToken,
) -> Result<(), Failure> {
    let (device, instruments) = (config.device.clone(), config.instruments.clone());
    let station = Station::open(config).map_err(|error| match error {
        error @ StationError::Locked { .. } => Failure::usage(error),
        error => Failure::running(error),
    })?;
    let mut connected = Vec::new();
    for config in instruments {
        match connect(board, &device, &config, station.totals_file()) {
            Ok(instrument) => connected.push(ConnectedInstrument { config, instrument }),
            // The others measure all the same.
            Err(unwired) => {
                let error = anyhow::Error::new(unwired);
                tracing::error!(instrument = config.name(), "{error:#}");
            }
        }
    }
    if connected.is_empty() {
        let error = anyhow!("no instrument can be used; `vigie-node check` tells more of each");
        return Err(Failure::running(error));
    }
    station.run(connected, &SystemClock, shutdown, systemd::notify).await.map_err(Failure::running)
}
