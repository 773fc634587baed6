//! The commands of `vigie-node`: arguments and files in, the library does the work.

pub(crate) mod calibrate;
pub(crate) mod check;
pub(crate) mod grade;
pub(crate) mod replay;
pub(crate) mod run;
pub(crate) mod simulate;
mod systemd;
pub(crate) mod tic;

use std::path::Path;

use anyhow::Context;
use domain::site::{Site, parse};
use domain::wire::BrokerUrl;
use domain::{Clock, Instant};

use crate::Failure;

/// Broker address, for the commands that work without a node's configuration.
#[derive(Debug, clap::Args)]
pub(crate) struct BrokerArgument {
    /// The broker, as in <mqtt://user:password@host:port>
    #[arg(
        long,
        env = "VIGIE_BROKER",
        default_value = "mqtt://127.0.0.1:1883",
        hide_env_values = true
    )]
    pub(crate) broker: BrokerUrl,
}

/// Reads a site file.
pub(crate) fn read_site(path: &Path) -> Result<Site, Failure> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("{}: the site file cannot be read", path.display()))
        .map_err(Failure::usage)?;
    parse(&text, &path.display().to_string()).map_err(Failure::usage)
}

/// The machine's clock.
#[derive(Debug)]
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the clock that everything else takes its time from"
    )]
    fn now(&self) -> Instant {
        jiff::Timestamp::now().into()
    }
}
