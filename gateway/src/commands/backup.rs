//! `vigie backup`: a copy of the data made now, beside a gateway that may be running.

use std::path::PathBuf;

use store::backup::{Kind, Made};

use super::{runtime, terminal};
use crate::config::Backups;
use crate::failure::Failure;
use crate::machine::{SystemClock, rights};
use crate::place::Place;
use crate::settings::Settings;
use crate::upkeep;

/// Arguments of `vigie backup`.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct BackupArguments {
    /// The folder of backups; that of --backup-to when left out
    #[arg(long, value_name = "DIR")]
    to: Option<PathBuf>,
}

pub(super) fn run(arguments: BackupArguments, settings: &Settings) -> Result<(), Failure> {
    let place = Place::read(settings)?;
    rights::become_owner_of(&place.data)?;
    let to = arguments.to.unwrap_or_else(|| place.backups.to.clone());
    let backups = Backups { to, ..place.backups.clone() };
    let site = place.site.as_ref().map(|(_, text)| text.as_str());
    runtime::blocking_until_stopped(|stop| {
        let made = upkeep::back_up(&place.data, &backups, site, &SystemClock, &stop);
        terminal::print(&summary(&made.map_err(Failure::Unavailable)?));
        Ok(())
    })
}

fn summary(made: &Made) -> String {
    let Made { place, manifest, same_disk } = made;
    let kind = match &manifest.kind {
        Kind::Full => "the whole database".to_owned(),
        Kind::ChangesSince(base) => format!("what {base} lacks"),
    };
    let warning = if *same_disk {
        "  careful    it lies on the disk of the data; name another one with --backup-to\n"
    } else {
        ""
    };
    format!(
        "backed up as of {}: {} rows, {kind}, {} bytes; restored and compared: the same\n  to         {}\n{warning}",
        manifest.made_at,
        manifest.rows,
        manifest.bytes,
        place.display()
    )
}
