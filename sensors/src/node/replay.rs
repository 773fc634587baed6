//! `vigie-node replay`.

use std::fs::File;
use std::io::{BufReader, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::Context;
use domain::Clock;
use domain::ids::SiteId;
use sensors::replay::{Dating, Mapping, Recording, RecordingError, Replay, Speed, Tally, span};
use tokio_util::sync::CancellationToken;

use super::{BrokerArgument, SystemClock};
use crate::Failure;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The recording, a CSV file
    file: PathBuf,
    /// How columns become readings; FILE.replay.toml in place of FILE.csv when left out
    #[arg(long)]
    map: Option<PathBuf>,
    /// So many times as fast as it was recorded; `max` or 0 is as fast as the broker acknowledges
    #[arg(long, default_value = "max")]
    speed: ReplaySpeed,
    #[command(flatten)]
    broker: BrokerArgument,
    /// The site of the topics; the one that the map names when left out
    #[arg(long)]
    site: Option<SiteId>,
    /// As if it happened now: it begins now, or with `--speed max` ends now
    #[arg(long)]
    live: bool,
}

#[derive(Clone, Copy, Debug)]
struct ReplaySpeed(Speed);

impl FromStr for ReplaySpeed {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.parse::<f64>() {
            _ if text == "max" => Ok(Self(Speed::Max)),
            Ok(0.0) => Ok(Self(Speed::Max)),
            Ok(times) if times.is_finite() && times > 0.0 => Ok(Self(Speed::Times(times))),
            _ => Err("a speed is `max` or a number above 0, as in 60 for an hour a minute"),
        }
    }
}

pub(crate) async fn run(arguments: Arguments, shutdown: CancellationToken) -> Result<(), Failure> {
    let mapping = mapping(&arguments)?;
    let site = arguments.site.clone().or_else(|| mapping.site.clone()).context(
        "neither the map nor the command line names a site: add --site ID, as in --site dreux",
    );
    let site = site.map_err(Failure::usage)?;
    let ReplaySpeed(speed) = arguments.speed;
    let dating = if arguments.live {
        let whole = open(&arguments.file, mapping.clone())?;
        let span = span(whole).map_err(Failure::running)?;
        span.map_or(Dating::Original, |span| Dating::live(span, speed, SystemClock.now()))
    } else {
        Dating::Original
    };
    let recording = open(&arguments.file, mapping)?;
    let replay = Replay { site, broker: arguments.broker.broker, speed, dating };
    tracing::info!(site.id = %replay.site, broker = %replay.broker, file = %arguments.file.display(), "replaying");
    let tally = replay.run(recording, &SystemClock, shutdown).await.map_err(Failure::running)?;
    report(&tally).map_err(Failure::running)
}

fn mapping(arguments: &Arguments) -> Result<Mapping, Failure> {
    let path =
        arguments.map.clone().unwrap_or_else(|| arguments.file.with_extension("replay.toml"));
    let text = std::fs::read_to_string(&path)
        .with_context(|| {
            format!(
                "{}: the map of the recording cannot be read; name another with --map FILE",
                path.display()
            )
        })
        .map_err(Failure::usage)?;
    Mapping::parse(&text, &path.display().to_string()).map_err(Failure::usage)
}

fn open(path: &Path, mapping: Mapping) -> Result<Recording<BufReader<File>>, Failure> {
    let file = File::open(path)
        .with_context(|| format!("{}: the recording cannot be read", path.display()))
        .map_err(Failure::usage)?;
    Recording::open(BufReader::new(file), mapping).map_err(|error| match error {
        RecordingError::NoColumn { .. } => {
            Failure::usage(anyhow::Error::new(error).context(path.display().to_string()))
        }
        error => Failure::running(error),
    })
}

/// Prints the counts of a replay, for a person or a script.
fn report(tally: &Tally) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{} rows, {} readings published and acknowledged", tally.rows, tally.readings)?;
    for (reason, (count, line)) in &tally.skipped {
        writeln!(out, "left out {count} times, first in line {line}: {reason}")?;
    }
    Ok(())
}
