//! `vigie doctor`: the whole installation looked through beside a gateway that may be running, a line for each check with
//! its remedy. Nothing is changed.
//!
//! | file | what it checks |
//! |---|---|
//! | `line` | one check: what it says, how bad that is, what to do |
//! | `files` | site file, data folder and the rights on them |
//! | `database` | pages, blocks and summaries of the database |
//! | `machine` | crash journal, backups, disk, clock |

mod database;
mod files;
mod line;
mod machine;

use super::{runtime, terminal};
use crate::config::{backups, data_folder, read_site};
use crate::failure::Failure;
use crate::machine::rights;
use crate::resources;
use crate::settings::Settings;
use line::{Line, State};

/// Arguments of `vigie doctor`.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
pub struct DoctorArguments {
    /// Compare the summaries of all days with their readings, instead of a thousand of them
    #[arg(long)]
    all: bool,
}

pub(super) fn run(arguments: &DoctorArguments, settings: &Settings) -> Result<(), Failure> {
    let read = settings.site.as_deref().map(|path| (path, read_site(Some(path))));
    let site = read.as_ref().and_then(|(_, read)| read.as_ref().ok()).map(|(site, _)| site);
    let data = match (&settings.data, site) {
        (Some(folder), _) => folder.clone(),
        (None, Some(site)) => data_folder(None, site, false)?,
        (None, None) => {
            return Err(Failure::Configuration(
                "which data? name the data folder with --data, or a sound site file with --site"
                    .into(),
            ));
        }
    };
    rights::become_owner_of(&data)?;
    runtime::until_stopped(async |stop| {
        let mut report = Report::default();
        report.add(&files::site(read.as_ref()));
        report.add_all(files::folder(&data));
        let rules = site.map(|site| resources::settings(site, None)).unwrap_or_default();
        let compared_days = (!arguments.all).then_some(database::COMPARED_DAYS);
        report.add_all(database::check(&data, &rules, compared_days, &stop).await?);
        report.add_all(machine::check(&data, &backups(settings, &data), site).await);
        if stop.is_cancelled() {
            return Err(Failure::Unavailable("stopped early; not everything was checked".into()));
        }
        report.outcome()
    })
}

/// The checks so far, each shown as soon as it is done.
#[derive(Debug, Default)]
struct Report {
    faults: usize,
    careful: usize,
}

impl Report {
    fn add(&mut self, line: &Line) {
        match line.state {
            State::Sound => {}
            State::Careful => self.careful += 1,
            State::Fault => self.faults += 1,
        }
        terminal::print(&line.to_string());
    }

    fn add_all(&mut self, lines: Vec<Line>) {
        for line in lines {
            self.add(&line);
        }
    }

    fn outcome(&self) -> Result<(), Failure> {
        let Self { faults, careful } = self;
        if *faults > 0 {
            return Err(Failure::Incomplete(format!(
                "faults found: {faults}, things to be careful about: {careful}; the remedy stands with each"
            )));
        }
        terminal::print(&format!("no fault was found; things to be careful about: {careful}\n"));
        Ok(())
    }
}
