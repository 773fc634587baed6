//! Settings of the program: flags of the command line, and the environment names that do the same.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use dashboard::Network;
use domain::wire::BrokerUrl;
use jiff::SignedDuration;

/// Settings that every command accepts, before or after its name.
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
    /// Proxies that are believed when they say for whom they ask (`X-Forwarded-For`): addresses or networks, separated
    /// by commas; none when left out
    #[arg(
        long,
        global = true,
        value_name = "ADDRS",
        env = "VIGIE_TRUSTED_PROXIES",
        value_delimiter = ','
    )]
    pub trusted_proxies: Vec<Network>,
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
    /// What the names by which that broker knows this gateway begin with; a random part kept in the data folder follows
    #[arg(long, global = true, value_name = "NAME", env = "VIGIE_CLIENT_ID")]
    pub client_id: Option<String>,
    /// Share the readings of --broker with other gateways of this group; they store and forward, and tell no live state
    #[arg(long, global = true, value_name = "GROUP", env = "VIGIE_SHARE", requires = "broker")]
    pub share: Option<String>,
    /// How long a reading waits for others to be committed with it
    #[arg(
        long, global = true, value_name = "TIME", env = "VIGIE_COMMIT_WINDOW", default_value = "1s",
        value_parser = commit_window
    )]
    pub commit_window: Duration,
    /// Write all readings to this InfluxDB 2 as well, such as <http://host:8086>; `dashboard` reads from it. The token comes from `VIGIE_INFLUXDB_TOKEN`, or
    /// from a file that `VIGIE_INFLUXDB_TOKEN_FILE` names
    #[arg(
        long, global = true, value_name = "URL", env = "VIGIE_INFLUXDB_URL",
        requires_all = ["influxdb_org", "influxdb_bucket"]
    )]
    pub influxdb: Option<String>,
    /// The organisation there
    #[arg(long, global = true, value_name = "NAME", env = "VIGIE_INFLUXDB_ORG")]
    pub influxdb_org: Option<String>,
    /// The bucket there
    #[arg(long, global = true, value_name = "NAME", env = "VIGIE_INFLUXDB_BUCKET")]
    pub influxdb_bucket: Option<String>,
    /// Where backups go: another disk, so that one fault does not take both; `backups` in the data folder when left out
    #[arg(long, global = true, value_name = "DIR", env = "VIGIE_BACKUP_TO")]
    pub backup_to: Option<PathBuf>,
    /// The hour of the site's day, 0 to 23, at which the data are backed up each night; or off
    #[arg(
        long, global = true, value_name = "HOUR", env = "VIGIE_BACKUP_AT", default_value = "4",
        value_parser = backup_hour
    )]
    pub backup_at: BackupHour,
    /// How many backups are kept
    #[arg(
        long, global = true, value_name = "NUMBER", env = "VIGIE_BACKUP_KEEP", default_value = "7",
        value_parser = clap::value_parser!(u16).range(1..)
    )]
    pub backup_keep: u16,
    /// Give every refused message another chance now, not only after a change of the site file or the program
    #[arg(long, global = true)]
    pub replay_quarantine: bool,
}

/// Time of the nightly backup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BackupHour {
    /// Never.
    Off,
    /// At this hour of the site's day, 0 to 23.
    At(i8),
}

fn backup_hour(text: &str) -> Result<BackupHour, String> {
    match text.parse() {
        Ok(hour @ 0..=23) => Ok(BackupHour::At(hour)),
        Err(_) if text == "off" => Ok(BackupHour::Off),
        _ => Err(format!("`{text}` is no hour from 0 to 23, nor off")),
    }
}

/// Commit window from 10 ms to half a minute, which is the most that a power cut may cost.
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
    fn a_nightly_backup_has_an_hour_or_is_off() {
        assert_eq!(backup_hour("0"), Ok(BackupHour::At(0)));
        assert_eq!(backup_hour("off"), Ok(BackupHour::Off));
        for bad in ["", "24", "-1", "4:30", "never"] {
            assert!(backup_hour(bad).is_err(), "{bad}");
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
