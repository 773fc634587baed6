//! The command line, and the environment names that do the same.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use domain::wire::BrokerUrl;
use jiff::SignedDuration;

/// Watches a building: how many people are in it, how good its air is, how much energy it uses.
#[derive(Debug, Parser)]
#[command(name = "vigie", version, max_term_width = 100)]
pub struct Arguments {
    /// What to do; `run` when left out.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// How.
    #[command(flatten)]
    pub settings: Settings,
}

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Subcommand)]
pub enum Command {
    /// Run all parts: gateway and dashboard
    Run,
    /// Take readings in and keep them, without a dashboard
    Gateway,
    /// Show what a gateway keeps, beside it, on the same data folder
    Dashboard,
    /// Check the site file and the settings, and start nothing
    Check,
}

/// How to do it.
#[derive(Clone, Debug, Args)]
pub struct Settings {
    /// The site file; the demonstration runs without one
    #[arg(long, global = true, value_name = "FILE", env = "VIGIE_SITE")]
    pub site: Option<PathBuf>,
    /// Where data are kept; a folder of yours when left out, told at start
    #[arg(long, global = true, value_name = "DIR", env = "VIGIE_DATA")]
    pub data: Option<PathBuf>,
    /// Where the dashboard listens
    #[arg(
        long,
        global = true,
        value_name = "ADDR",
        env = "VIGIE_HTTP",
        default_value = "127.0.0.1:8080"
    )]
    pub http: SocketAddr,
    /// Where the embedded broker listens
    #[arg(
        long,
        global = true,
        value_name = "ADDR",
        env = "VIGIE_MQTT",
        default_value = "127.0.0.1:1883"
    )]
    pub mqtt: SocketAddr,
    /// Use this broker instead of the embedded one: mqtt://user:password@host:port
    #[arg(long, global = true, value_name = "URL", env = "VIGIE_BROKER", hide_env_values = true)]
    pub broker: Option<BrokerUrl>,
    /// The name by which that broker knows this gateway; two gateways need two
    #[arg(long, global = true, value_name = "NAME", env = "VIGIE_CLIENT_ID")]
    pub client_id: Option<String>,
    /// How long a reading waits for others to be committed with it
    #[arg(
        long, global = true, value_name = "TIME", env = "VIGIE_COMMIT_WINDOW", default_value = "1s",
        value_parser = commit_window
    )]
    pub commit_window: Duration,
    /// Write all readings to this InfluxDB 2 as well, such as <http://host:8086>. The token comes from `VIGIE_INFLUXDB_TOKEN`, or
    /// from a file that `VIGIE_INFLUXDB_TOKEN_FILE` names
    #[arg(
        long, global = true, value_name = "URL", env = "VIGIE_INFLUXDB",
        requires_all = ["influxdb_org", "influxdb_bucket"]
    )]
    pub influxdb: Option<String>,
    /// The organisation there
    #[arg(long, global = true, value_name = "NAME", env = "VIGIE_INFLUXDB_ORG")]
    pub influxdb_org: Option<String>,
    /// The bucket there
    #[arg(long, global = true, value_name = "NAME", env = "VIGIE_INFLUXDB_BUCKET")]
    pub influxdb_bucket: Option<String>,
    /// Give every refused message another chance now, not only after a change of the site file or the program
    #[arg(long, global = true)]
    pub replay_quarantine: bool,
}

/// Half a minute is the most: it is what a power cut may cost.
fn commit_window(text: &str) -> Result<Duration, String> {
    let fault = || format!("`{text}` is no time from 10ms to 30s, such as 1s or 500ms");
    let window: SignedDuration = text.parse().map_err(|_| fault())?;
    let window = Duration::try_from(window).map_err(|_| fault())?;
    if (Duration::from_millis(10)..=Duration::from_secs(30)).contains(&window) {
        Ok(window)
    } else {
        Err(fault())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flags_may_come_before_or_after_the_command_or_without_one() {
        for line in [
            "vigie --http 127.0.0.1:1 run",
            "vigie run --http 127.0.0.1:1",
            "vigie --http 127.0.0.1:1",
        ] {
            let arguments = Arguments::try_parse_from(line.split(' ')).unwrap();
            assert_eq!(arguments.settings.http.port(), 1, "{line}");
        }
    }

    #[test]
    fn a_commit_window_has_a_unit_and_a_bound() {
        assert_eq!(commit_window("500ms"), Ok(Duration::from_millis(500)));
        for bad in ["", "1", "-1s", "1ms", "1h"] {
            assert!(commit_window(bad).is_err(), "{bad}");
        }
    }
}
