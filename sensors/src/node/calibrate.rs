//! `vigie-node calibrate`: forced calibration of an SCD4x in air of known CO2.

use std::io::Write;
use std::time::Duration;

use anyhow::{Context, anyhow};
use domain::ids::Channel;
use sensors::bench::Bench;
use sensors::board;
use sensors::instruments::{Polled, Scd4x};
use sensors::pins::{Board, Sleep};
use sensors::station::{Config, Kind, Station};
use tokio_util::sync::CancellationToken;

use super::run::NodeArguments;
use crate::Failure;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    node: NodeArguments,
    /// The CO2 of the air that the sensor stands in, in ppm: about 425 outdoors
    #[arg(long, value_parser = clap::value_parser!(u16).range(400..=2000))]
    ppm: u16,
    /// The channel of the sensor, where the node has several
    #[arg(long)]
    channel: Option<String>,
    /// How long it stands in this air before, in s; the sensor needs 180
    #[arg(long, default_value_t = 180)]
    after: u64,
}

pub(crate) async fn run(arguments: Arguments, shutdown: CancellationToken) -> Result<(), Failure> {
    let config = arguments.node.configuration()?;
    if arguments.node.simulate {
        return calibrate(&Bench::default(), config, &arguments, shutdown).await;
    }
    calibrate(&board::pi().map_err(Failure::usage)?, config, &arguments, shutdown).await
}

async fn calibrate<B: Board>(
    board: &B,
    config: Config,
    arguments: &Arguments,
    shutdown: CancellationToken,
) -> Result<(), Failure> {
    let wired = config.instruments.iter().find_map(|instrument| match &instrument.kind {
        Kind::Scd4x { bus, settings }
            if arguments.channel.is_none()
                || arguments.channel.as_deref()
                    == instrument.channel.as_ref().map(Channel::as_str) =>
        {
            Some((*bus, *settings))
        }
        _ => None,
    });
    let (bus, settings) = wired
        .context("the configuration has no such [[scd4x]]: see --channel")
        .map_err(Failure::usage)?;
    // Nobody else may talk to the sensor meanwhile.
    let _alone = Station::lock(&config.data).map_err(Failure::usage)?;
    let bus = board.bus(bus).map_err(Failure::running)?;
    let mut sensor = Scd4x::new(bus, Sleep, settings);
    print(&sensor.begin().map_err(Failure::running)?)?;
    print(&format!(
        "stands in the air for {} s now; keep people away from it, breath has 40,000 ppm",
        arguments.after
    ))?;
    let wait = tokio::time::sleep(Duration::from_secs(arguments.after));
    if shutdown.run_until_cancelled(wait).await.is_none() {
        return Err(Failure::running(anyhow!("stopped; nothing was changed")));
    }
    let calibration = sensor.calibrate(arguments.ppm).map_err(Failure::running)?;
    print(&format!(
        "calibrated to {} ppm; it adds {} ppm more than before",
        arguments.ppm, calibration.correction_ppm
    ))
}

fn print(text: &str) -> Result<(), Failure> {
    writeln!(std::io::stdout().lock(), "{text}").map_err(Failure::running)
}
