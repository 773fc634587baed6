//! `vigie run`, `vigie gateway` and `vigie dashboard`: the program that stays until it is stopped.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::check::kept;
use super::runtime::{StopSignals, on_threads};
use super::terminal;
use crate::config::{BrokerChoice, Config, VERSION};
use crate::failure::Failure;
use crate::machine::{SteadyClock, rights};
use crate::run::{dashboard_only, run as run_gateway};
use crate::settings::Settings;

/// Parts that this process runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Gateway and dashboard.
    Both,
    /// The gateway alone.
    Gateway,
    /// The dashboard alone.
    Dashboard,
}

pub(super) fn run(role: Role, settings: &Settings) -> Result<(), Failure> {
    let config = Config::read(settings)?;
    rights::become_owner_of(&config.data)?;
    on_threads(serve(role, config))
}

async fn serve(role: Role, config: Config) -> Result<(), Failure> {
    let shutdown = CancellationToken::new();
    let clock = Arc::new(SteadyClock::default());
    let watched = Arc::clone(&clock);
    let announce = move |config: &Config| {
        terminal::print(&announcement(role, config));
        if role != Role::Dashboard && !config.demonstration {
            tracing::info!("{}", kept(&config.site.retention));
        }
    };
    let work = async {
        if role == Role::Dashboard {
            return dashboard_only(config, clock, shutdown.clone(), announce).await;
        }
        run_gateway(config, role == Role::Both, clock, shutdown.clone(), announce).await
    };
    tokio::pin!(work);
    let mut signals = StopSignals::listen()?;
    tokio::select! {
        outcome = &mut work => return outcome,
        () = watched.watch() => {}
        () = signals.next() => {}
    }
    shutdown.cancel();
    work.await
}

/// Addresses, folders and warnings that a person should know at the start.
fn announcement(role: Role, config: &Config) -> String {
    let demonstration = if config.demonstration {
        "  DEMONSTRATION: people, air and machines are simulated; show your own building with --site FILE\n"
    } else {
        ""
    };
    let dashboard = if role == Role::Gateway {
        String::new()
    } else {
        format!("  dashboard  http://{}\n{}", config.http, open_to_all(config))
    };
    let broker = match &config.broker {
        BrokerChoice::Embedded(address) => {
            format!("mqtt://{address}, embedded, for this machine only")
        }
        BrokerChoice::External(url) => url.to_string(),
    };
    let influxdb = match &config.influxdb {
        Some((target, _)) => format!("  influxdb   {target}\n"),
        None => String::new(),
    };
    let data = if role == Role::Dashboard && config.influxdb.is_some() {
        String::new()
    } else {
        format!("  data       {}\n", config.data.display())
    };
    format!(
        "Vigie {VERSION}: {}\n{demonstration}{dashboard}{data}{influxdb}  broker     {broker}\nStop with Ctrl-C.\n",
        config.site.name,
    )
}

/// A warning when anybody on the network may read.
fn open_to_all(config: &Config) -> &'static str {
    if config.http.ip().is_loopback() || dashboard::Access::of(&config.data).has_accounts() {
        return "";
    }
    "  WARNING    everybody on the network can read the dashboard, and nobody can change anything: there is no \
     account yet; make one with `vigie user add NAME`\n"
}
