//! `vigie try-alerts`: a trial message by every way of the site file.

use super::{runtime, terminal};
use crate::config::Config;
use crate::failure::Failure;
use crate::machine::SystemClock;
use crate::notify;
use crate::settings::Settings;

pub(super) fn run(settings: &Settings) -> Result<(), Failure> {
    let config = Config::read(settings)?;
    runtime::on_threads(async {
        let outcomes = notify::try_alerts(&config.site, &SystemClock).await?;
        terminal::print(&outcomes);
        Ok(())
    })
}
