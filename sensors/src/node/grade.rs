//! `vigie-node grade`.

use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use domain::Clock;
use domain::ids::DeviceId;
use domain::site::{DREUX, parse};
use jiff::SignedDuration;
use sensors::grade::{Grader, Mark, text};
use sensors::publisher::Listener;
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;

use super::{BrokerArgument, SystemClock, read_site};
use crate::Failure;

/// Longest wait for the retained messages of the broker.
const KEPT_WITHIN: Duration = Duration::from_secs(1);

/// Listen to devices for some minutes and tell how well they speak, and what to mend.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Grade only this device; all that are heard when left out
    device: Option<DeviceId>,
    /// The site model: whose topics, which families; that of the demonstration when left out
    #[arg(long, env = "VIGIE_SITE")]
    site: Option<PathBuf>,
    #[command(flatten)]
    broker: BrokerArgument,
    /// How long to listen
    #[arg(long, value_name = "TIME", default_value = "5m", value_parser = listening)]
    time: Duration,
    /// Write the grades as JSON, for programs
    #[arg(long)]
    json: bool,
}

fn listening(text: &str) -> Result<Duration, String> {
    let span: Option<SignedDuration> = text.parse().ok();
    let span = span.and_then(|span| Duration::try_from(span).ok());
    span.filter(|span| (Duration::from_secs(1)..=Duration::from_hours(24)).contains(span))
        .ok_or_else(|| format!("`{text}` is no time from 1s to 24h, such as 5m"))
}

pub(crate) async fn run(arguments: Arguments, shutdown: CancellationToken) -> Result<(), Failure> {
    let Arguments { device, site: path, broker: BrokerArgument { broker }, time, json } = arguments;
    let site = match path {
        None => parse(DREUX, "dreux.toml").map_err(Failure::running)?,
        Some(path) => read_site(&path)?,
    };
    let mut grader = Grader::new(&site, device.clone());
    let client = format!("vigie-grade-{}", std::process::id());
    let mut listener = Listener::new(&broker, &client, grader.filters());
    tracing::info!(%broker, seconds = time.as_secs(), "listening");
    let end = Instant::now() + time;
    receive_until(end, &mut listener, &mut grader, &shutdown).await?;
    // What was published retained meanwhile is only sent to a new subscription.
    listener.resubscribe();
    receive_until(Instant::now() + KEPT_WITHIN, &mut listener, &mut grader, &shutdown).await?;
    print(&grader, device.as_ref(), json)
}

async fn receive_until(
    end: Instant,
    listener: &mut Listener,
    grader: &mut Grader,
    shutdown: &CancellationToken,
) -> Result<(), Failure> {
    loop {
        let received = tokio::select! {
            () = shutdown.cancelled() => return Ok(()),
            received = timeout_at(end, listener.next()) => received,
        };
        let Ok(received) = received else { return Ok(()) };
        let message = received.map_err(Failure::running)?;
        grader.receive(&message.topic, &message.payload, message.retained, SystemClock.now());
    }
}

fn print(grader: &Grader, only: Option<&DeviceId>, json: bool) -> Result<(), Failure> {
    let results = grader.grades();
    let output = if json {
        let mut text = serde_json::to_string_pretty(&results).map_err(Failure::running)?;
        text.push('\n');
        text
    } else {
        text(&results)
    };
    std::io::stdout().write_all(output.as_bytes()).map_err(Failure::running)?;
    if results.is_empty() {
        let who =
            only.map_or_else(|| "no device".to_owned(), |device| format!("nothing of {device}"));
        return Err(Failure::running(anyhow::anyhow!(
            "{who} was heard; check its broker and its topics, and listen for longer with --time"
        )));
    }
    let bad = results.iter().filter(|grade| grade.mark == Mark::Bad).count();
    match bad {
        0 => Ok(()),
        _ => Err(Failure::running(anyhow::anyhow!(
            "{bad} of {} devices must be mended",
            results.len()
        ))),
    }
}
