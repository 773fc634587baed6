//! `vigie-node grade`.

use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use domain::Clock;
use domain::ids::DeviceId;
use domain::site::{DREUX, parse};
use domain::wire::BrokerUrl;
use jiff::SignedDuration;
use sensors::grade::{Grader, Mark, text};
use sensors::publisher::Listener;
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;

use super::SystemClock;
use crate::Failure;

/// How long the broker may take to give what it has kept.
const KEPT_WITHIN: Duration = Duration::from_secs(1);

/// Listen to devices for some minutes and tell how well they speak, and what to mend.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Grade only this device; all that are heard when left out
    device: Option<DeviceId>,
    /// The site model: whose topics, which families; that of the demonstration when left out
    #[arg(long, env = "VIGIE_SITE")]
    site: Option<PathBuf>,
    /// Where to listen, as in <mqtt://user:password@host:port>
    #[arg(
        long,
        env = "VIGIE_BROKER",
        default_value = "mqtt://127.0.0.1:1883",
        hide_env_values = true
    )]
    broker: BrokerUrl,
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
    let Arguments { device, site: path, broker, time, json } = arguments;
    let site = match path {
        None => parse(DREUX, "dreux.toml").map_err(Failure::running)?,
        Some(path) => {
            let text = std::fs::read_to_string(&path)
                .with_context(|| format!("{}: the site file cannot be read", path.display()))
                .map_err(Failure::usage)?;
            parse(&text, &path.display().to_string()).map_err(Failure::usage)?
        }
    };
    let mut grader = Grader::new(&site, device.clone());
    let client = format!("vigie-grade-{}", std::process::id());
    let mut listener = Listener::new(&broker, &client, grader.filters());
    tracing::info!(%broker, seconds = time.as_secs(), "listening");
    let end = Instant::now() + time;
    hear_until(end, &mut listener, &mut grader, &shutdown).await?;
    // What was published retained meanwhile is only told to who asks.
    listener.ask_again();
    hear_until(Instant::now() + KEPT_WITHIN, &mut listener, &mut grader, &shutdown).await?;
    tell(&grader, device.as_ref(), json)
}

async fn hear_until(
    end: Instant,
    listener: &mut Listener,
    grader: &mut Grader,
    shutdown: &CancellationToken,
) -> Result<(), Failure> {
    loop {
        let heard = tokio::select! {
            () = shutdown.cancelled() => return Ok(()),
            heard = timeout_at(end, listener.next()) => heard,
        };
        let Ok(heard) = heard else { return Ok(()) };
        let message = heard.map_err(Failure::running)?;
        grader.hear(&message.topic, &message.payload, message.retained, SystemClock.now());
    }
}

fn tell(heard: &Grader, wanted: Option<&DeviceId>, json: bool) -> Result<(), Failure> {
    let grades = heard.grades();
    let output = if json {
        let mut text = serde_json::to_string_pretty(&grades).map_err(Failure::running)?;
        text.push('\n');
        text
    } else {
        text(&grades)
    };
    std::io::stdout().write_all(output.as_bytes()).map_err(Failure::running)?;
    if grades.is_empty() {
        let who =
            wanted.map_or_else(|| "no device".to_owned(), |device| format!("nothing of {device}"));
        return Err(Failure::running(anyhow::anyhow!(
            "{who} was heard; check its broker and its topics, and listen for longer with --time"
        )));
    }
    let bad = grades.iter().filter(|grade| grade.mark == Mark::Bad).count();
    match bad {
        0 => Ok(()),
        _ => Err(Failure::running(anyhow::anyhow!(
            "{bad} of {} devices must be mended",
            grades.len()
        ))),
    }
}
