//! Configuration of the program: its settings, checked. Nothing is opened or bound here but the site file.

use std::fmt;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use dashboard::Network;
use domain::failure_chain;
use domain::site::{self, Site};
use domain::wire::BrokerUrl;
use store::influx::{Grid, Target, Token, TokenError};

use crate::client_names::random_name;
use crate::failure::Failure;
use crate::settings::{BackupHour, Settings};

/// Version of this program.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Checked configuration of a process that runs parts.
#[derive(Clone, Debug)]
pub struct Config {
    /// The building.
    pub site: Arc<Site>,
    /// The text of the site file, by which a change of it is noticed.
    pub site_text: String,
    /// Where the site file is; none for the demonstration.
    pub site_path: Option<PathBuf>,
    /// Whether the building and its readings are made up.
    pub demonstration: bool,
    /// Where data are kept.
    pub data: PathBuf,
    /// Where the dashboard listens.
    pub http: SocketAddr,
    /// Proxies before the dashboard that are believed when they say for whom they ask.
    pub trusted_proxies: Vec<Network>,
    /// Which broker.
    pub broker: BrokerChoice,
    /// What the names of this gateway's clients at the broker begin with.
    pub client_id: String,
    /// Password of our own clients at the embedded broker, another at each start.
    pub(crate) own_password: OwnPassword,
    /// The group of gateways among which the broker shares the readings out.
    pub share: Option<String>,
    /// How long a reading waits for others to be committed with it.
    pub commit_window: Duration,
    /// Where readings are written besides the data folder, and the token for it.
    pub influxdb: Option<(Target, Token)>,
    /// Whether quarantine is replayed in any case.
    pub replay_quarantine: bool,
    /// The nightly backup.
    pub backups: Backups,
}

/// Place, time and number of backups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backups {
    /// The folder of backups.
    pub to: PathBuf,
    /// When one is made each night.
    pub at: BackupHour,
    /// How many are kept.
    pub keep: usize,
}

pub(crate) fn backups(settings: &Settings, data: &Path) -> Backups {
    Backups {
        to: settings.backup_to.clone().unwrap_or_else(|| data.join("backups")),
        at: settings.backup_at,
        keep: usize::from(settings.backup_keep),
    }
}

/// Broker to which sensors publish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BrokerChoice {
    /// Our own, listening here.
    Embedded(SocketAddr),
    /// Another one.
    External(BrokerUrl),
}

impl Config {
    /// Checks `settings`, and reads the site file.
    ///
    /// # Errors
    /// [`Failure::Configuration`] with file, line and remedy where there are such.
    pub fn read(settings: &Settings) -> Result<Self, Failure> {
        let demonstration = settings.site.is_none();
        let (site, site_text) = read_site(settings.site.as_deref())?;
        let broker = choose_broker(settings)?;
        let data = data_folder(settings.data.as_deref(), &site, demonstration)?;
        let backups = backups(settings, &data);
        let client_id = match &settings.client_id {
            Some(id) => checked_client_id(id)?,
            None => format!("vigie-gateway-{}", site.id),
        };
        let share = settings.share.as_deref().map(checked_share).transpose()?;
        Ok(Self {
            site: Arc::new(site),
            site_text,
            site_path: settings.site.clone(),
            demonstration,
            data,
            http: settings.http,
            trusted_proxies: settings.trusted_proxies.clone(),
            broker,
            client_id,
            own_password: OwnPassword::random()?,
            share,
            commit_window: settings.commit_window,
            influxdb: influxdb(settings, demonstration, Token::from_environment)?,
            replay_quarantine: settings.replay_quarantine,
            backups,
        })
    }

    /// Address of the broker for our own clients, who may publish states there.
    pub(crate) fn own_broker_url(&self) -> BrokerUrl {
        match &self.broker {
            BrokerChoice::Embedded(_) => {
                self.broker_url().as_user(OwnPassword::USER, self.own_password.reveal())
            }
            BrokerChoice::External(url) => url.clone(),
        }
    }

    /// Address of the broker for clients like those of anybody else.
    pub fn broker_url(&self) -> BrokerUrl {
        match &self.broker {
            BrokerChoice::Embedded(address) => {
                BrokerUrl::plain(address.ip().to_string(), address.port())
            }
            BrokerChoice::External(url) => url.clone(),
        }
    }
}

/// Password that shows our own clients to the embedded broker.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct OwnPassword(Arc<str>);

impl OwnPassword {
    /// Name that goes with it.
    pub(crate) const USER: &'static str = "vigie-own";

    fn random() -> Result<Self, Failure> {
        let fault = |error| Failure::Unavailable(format!("no random numbers: {error}"));
        Ok(Self(random_name().map_err(fault)?.into()))
    }

    /// The password itself.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for OwnPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OwnPassword")
    }
}

pub(crate) fn read_site(path: Option<&Path>) -> Result<(Site, String), Failure> {
    let Some(path) = path else {
        let site =
            site::parse(site::DREUX, "dreux.toml").expect("a test parses the shipped example");
        return Ok((site, site::DREUX.to_owned()));
    };
    let name = path.display();
    let text = fs::read_to_string(path).map_err(|error| {
        Failure::Configuration(format!("the site file {name} cannot be read: {error}"))
    })?;
    let site = site::parse(&text, &name.to_string())
        .map_err(|faults| Failure::Configuration(faults.to_string()))?;
    Ok((site, text))
}

fn choose_broker(settings: &Settings) -> Result<BrokerChoice, Failure> {
    let Some(url) = &settings.broker else {
        if settings.mqtt.ip().is_loopback() {
            return Ok(BrokerChoice::Embedded(settings.mqtt));
        }
        return Err(Failure::Configuration(format!(
            "--mqtt {}: the embedded broker knows no accounts, so it listens on the loopback only; for sensors on the \
             network install Mosquitto and name it with VIGIE_BROKER=mqtt://user:password@host:1883",
            settings.mqtt
        )));
    };
    if url.tls() {
        return Err(Failure::Configuration(format!(
            "--broker {url}: this build speaks no TLS; use mqtt:// within the building's own network, or a tunnel"
        )));
    }
    Ok(BrokerChoice::External(url.clone()))
}

fn checked_client_id(id: &str) -> Result<String, Failure> {
    if (1..=64).contains(&id.len()) && id.chars().all(|c| c.is_ascii_graphic()) {
        Ok(id.to_owned())
    } else {
        Err(Failure::Configuration(format!(
            "--client-id {id:?}: give 1 to 64 letters, digits and signs without spaces"
        )))
    }
}

/// A group is one level of a topic.
fn checked_share(group: &str) -> Result<String, Failure> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if (1..=64).contains(&group.len()) && group.chars().all(is_part) {
        Ok(group.to_owned())
    } else {
        Err(Failure::Configuration(format!(
            "--share {group:?}: give 1 to 64 letters, digits and signs of -_., the same to each gateway of the group"
        )))
    }
}

/// Rules by which the readings of a site are rolled up, in the store and in InfluxDB alike.
pub(crate) fn rollup_grid(site: &Site) -> Grid {
    Grid { timezone: site.timezone.clone(), longest_gap: site.rules.longest_gap() }
}

pub(crate) fn influxdb_target(settings: &Settings) -> Result<Option<Target>, Failure> {
    let Some(url) = &settings.influxdb else { return Ok(None) };
    let organisation = settings.influxdb_org.as_deref().unwrap_or_default();
    let bucket = settings.influxdb_bucket.as_deref().unwrap_or_default();
    Target::new(url, organisation, bucket)
        .map(Some)
        .map_err(|error| Failure::Configuration(format!("--influxdb: {error}")))
}

fn influxdb(
    settings: &Settings,
    demonstration: bool,
    token: impl FnOnce() -> Result<Token, TokenError>,
) -> Result<Option<(Target, Token)>, Failure> {
    let Some(target) = influxdb_target(settings)? else { return Ok(None) };
    if demonstration {
        return Err(Failure::Configuration(
            "--influxdb: what is made up is not written to InfluxDB; name your building with --site".into(),
        ));
    }
    let token = token().map_err(|error| Failure::Configuration(failure_chain(&error)))?;
    Ok(Some((target, token)))
}

/// The demonstration has a folder of its own in any case, so that it never mixes with a real site.
pub(crate) fn data_folder(
    given: Option<&Path>,
    site: &Site,
    demonstration: bool,
) -> Result<PathBuf, Failure> {
    const DEMONSTRATION: &str = "demonstration";
    if let Some(folder) = given {
        return Ok(if demonstration { folder.join(DEMONSTRATION) } else { folder.to_owned() });
    }
    let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    let shared = variable("XDG_DATA_HOME")
        .map(PathBuf::from)
        .or_else(|| variable("HOME").map(|home| PathBuf::from(home).join(".local").join("share")));
    let shared = shared.ok_or_else(|| {
        Failure::Configuration("there is no home folder; name a folder for data with --data".into())
    })?;
    let name = if demonstration { DEMONSTRATION } else { site.id.as_str() };
    Ok(shared.join("vigie").join(name))
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    /// Settings alone, without a command.
    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        settings: Settings,
    }

    fn read(line: &str) -> Result<Config, String> {
        let words = std::iter::once("vigie").chain(line.split(' ').filter(|word| !word.is_empty()));
        let line = Line::try_parse_from(words).unwrap();
        Config::read(&line.settings).map_err(|failure| failure.to_string())
    }

    #[test]
    fn without_a_site_file_the_demonstration_runs_in_a_folder_of_its_own() {
        let config = read("--data /somewhere").unwrap();
        assert!(config.demonstration);
        assert_eq!(config.data, Path::new("/somewhere/demonstration"));
        assert_eq!(config.client_id, "vigie-gateway-dreux");
    }

    #[test]
    fn a_broker_without_accounts_is_not_opened_to_the_network() {
        let refused = read("--mqtt 0.0.0.0:1883").unwrap_err();
        assert!(refused.contains("VIGIE_BROKER"), "{refused}");
        assert!(read("--mqtt [::1]:1883").is_ok());
    }

    #[test]
    fn gateways_share_the_readings_of_another_broker_only() {
        let shared = read("--broker mqtt://broker.local --share dreux-1").unwrap();
        assert_eq!(shared.share.as_deref(), Some("dreux-1"));
        let refused = read("--broker mqtt://broker.local --share a/#").unwrap_err();
        assert!(refused.contains("--share"), "{refused}");
        assert!(Line::try_parse_from(["vigie", "--share", "a"]).is_err());
    }

    #[test]
    fn a_site_file_that_is_not_there_is_named() {
        let refused = read("--site /nowhere/site.toml").unwrap_err();
        assert!(refused.contains("/nowhere/site.toml"), "{refused}");
    }

    #[test]
    fn influxdb_is_named_in_full_and_never_for_a_demonstration() {
        let read = |line: &str, demonstration| {
            let words = std::iter::once("vigie").chain(line.split(' '));
            let settings = Line::try_parse_from(words).map_err(|error| error.to_string())?.settings;
            let token = || {
                Token::from_variables(|name| {
                    (name == "VIGIE_INFLUXDB_TOKEN").then(|| "secret".into())
                })
            };
            influxdb(&settings, demonstration, token).map_err(|failure| failure.to_string())
        };
        let names = "--influxdb-org vigie --influxdb-bucket readings";

        let target = read(&format!("--influxdb http://127.0.0.1:8086 {names}"), false).unwrap();
        assert_eq!(target.as_ref().unwrap().0.to_string(), "http://127.0.0.1:8086 vigie/readings");
        assert!(!format!("{target:?}").contains("secret"));
        assert!(
            read("--influxdb http://127.0.0.1:8086", false).unwrap_err().contains("--influxdb-org")
        );
        assert!(read(&format!("--influxdb https://cloud {names}"), false).unwrap().is_some());
        assert!(
            read(&format!("--influxdb http://db {names}"), true).unwrap_err().contains("--site")
        );
    }

    #[test]
    fn a_password_never_shows() {
        let config = read("--broker mqtt://vigie:secret@broker.local").unwrap();
        assert!(!format!("{config:?}").contains("secret"));
    }
}
