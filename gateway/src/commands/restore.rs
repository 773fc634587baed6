//! `vigie restore`: a backup put back into a data folder in which no gateway runs.

use std::path::{Path, PathBuf};

use domain::failure_chain;
use store::StoreError;
use store::backup::{self, BackupError, Restored};

use super::terminal;
use crate::failure::Failure;
use crate::machine::{SystemClock, rights};
use crate::place::Place;
use crate::settings::Settings;

/// Arguments of `vigie restore`.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct RestoreArguments {
    /// A folder of backups, of which the newest sound one is taken, or one of them
    #[arg(long, value_name = "DIR")]
    from: PathBuf,
    /// Move a database that is there aside
    #[arg(long)]
    replace: bool,
}

/// Restores the backup; after a failure the data folder holds what it held.
pub(super) fn run(arguments: &RestoreArguments, settings: &Settings) -> Result<(), Failure> {
    let RestoreArguments { from, replace } = arguments;
    let data = Place::read(settings)?.data;
    rights::become_owner_of(&data)?;
    let restored = backup::restore(from, &data, *replace, &SystemClock);
    let restored = restored.map_err(|error| Failure::Unavailable(not_restored(&data, &error)))?;
    terminal::print(&summary(&data, restored));
    Ok(())
}

fn summary(data: &Path, restored: Restored) -> String {
    let Restored { backup, manifest, site, replaced } = restored;
    let before = replaced.map_or(String::new(), |it| {
        format!("  before     {}, which you may remove\n", it.display())
    });
    let site =
        site.map_or(String::new(), |it| format!("  site file  as it was then: {}\n", it.display()));
    format!(
        "restored {} as of {}: {} rows, the same as were backed up\n  from       {}\n{before}{site}",
        data.display(),
        manifest.made_at,
        manifest.rows,
        backup.display()
    )
}

fn not_restored(data: &Path, error: &BackupError) -> String {
    let folder = data.display();
    match error {
        BackupError::Occupied { path } => format!(
            "{} is there already; restore into another folder with --data, or move it aside with --replace",
            path.display()
        ),
        BackupError::Store(StoreError::InUse { .. }) => format!(
            "the data folder {folder} is in use by a running vigie; stop it, or restore into another folder with --data"
        ),
        BackupError::NoBackup { path } => format!(
            "{} holds no backup that was found the same when it was made; name one of its folders to take another",
            path.display()
        ),
        BackupError::Differs { .. } => {
            format!(
                "{}; name an older one with --from, {folder} is as it was",
                failure_chain(error)
            )
        }
        error => format!("nothing was restored into {folder}: {}", failure_chain(error)),
    }
}
