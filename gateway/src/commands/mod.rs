//! Commands of `vigie`: one file each, with its arguments and the text that it prints.
//!
//! | file | command |
//! |---|---|
//! | `serve` | `run`, `gateway`, `dashboard`: the program that stays until it is stopped |
//! | `check`, `try_alerts`, `devices` | look at the installation and change nothing |
//! | `backup`, `restore` | copies of the data, and the way back |
//! | `report` | the report of a month |
//! | `future` | readings that a clock dated which was ahead: shown, and put aside |
//! | `rebuild` | all summaries made again from the readings |
//! | `doctor` | the whole installation looked through: a line for each check, with its remedy |
//! | `user` | accounts of the staff |
//! | `runtime`, `terminal` | threads, the signals that end a command early, and standard output |
//!
//! `export` and `import` are in [`crate::exchange`].

mod backup;
mod check;
mod devices;
mod doctor;
mod future;
mod rebuild;
mod report;
mod restore;
mod runtime;
mod serve;
mod terminal;
mod try_alerts;
mod user;

use clap::{Parser, Subcommand};

use crate::exchange::{self, ExportArguments, ImportArguments};
use crate::failure::Failure;
use crate::installed::Installed;
use crate::machine::{SystemClock, rights};
use crate::place::Place;
use crate::settings::Settings;
use backup::BackupArguments;
use check::CheckArguments;
use devices::DevicesArguments;
use doctor::DoctorArguments;
use future::FutureArguments;
use report::ReportArguments;
use restore::RestoreArguments;
use serve::Role;
use user::UserCommand;

/// Watches a building: how many people are in it, how good its air is, how much energy it uses.
#[derive(Debug, Parser)]
#[command(name = "vigie", version, max_term_width = 100)]
pub struct Arguments {
    /// Command; `run` when left out.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Settings of the installation.
    #[command(flatten)]
    pub settings: Settings,
}

/// Command of the program.
#[derive(Clone, Debug, PartialEq, Subcommand)]
pub enum Command {
    /// Run all parts: gateway and dashboard
    Run,
    /// Take readings in and keep them, without a dashboard
    Gateway,
    /// Show what a gateway keeps: beside it on the same data folder, or elsewhere from InfluxDB
    Dashboard,
    /// Check the site file, the settings and the InfluxDB that is named, and start nothing
    Check(CheckArguments),
    /// Send a trial alert by e-mail and webhook, as the site file names them
    TryAlerts,
    /// List the devices that were heard, with what they measure and what for
    Devices(DevicesArguments),
    /// Back the data up beside a running gateway, restore the backup into a scratch file and compare it
    Backup(BackupArguments),
    /// Restore a backup into a data folder in which no gateway runs
    Restore(RestoreArguments),
    /// Write the report of a month, beside a running gateway
    Report(ReportArguments),
    /// Write the readings of the store into a file, beside a running gateway
    Export(ExportArguments),
    /// Store the readings of files in a data folder in which no gateway runs
    Import(ImportArguments),
    /// Show readings that a clock dated which was ahead, and put them aside where no gateway runs
    Future(FutureArguments),
    /// Make the indexes and all summaries by quarter of an hour and by day again from the readings, where no gateway runs
    Rebuild,
    /// Look through the installation for faults, beside a running gateway: files and rights, every block of the database,
    /// journal, backups, disk and clock
    Doctor(DoctorArguments),
    /// Manage the accounts of those who may change something
    #[command(subcommand)]
    User(UserCommand),
}

/// Executes the command, and prints its outcome.
///
/// # Errors
/// With the reason, for people, and the exit code that goes with it.
pub fn execute(arguments: Arguments) -> Result<(), Failure> {
    let Arguments { command, mut settings } = arguments;
    let command = command.unwrap_or(Command::Run);
    if !matches!(command, Command::Run | Command::Gateway | Command::Dashboard) {
        terminal::print_beside(&Installed::by_the_unit().complete(&mut settings));
    }
    match command {
        Command::Run => serve::run(Role::Both, &settings),
        Command::Gateway => serve::run(Role::Gateway, &settings),
        Command::Dashboard => serve::run(Role::Dashboard, &settings),
        Command::Check(arguments) => check::run(&arguments, &settings),
        Command::TryAlerts => try_alerts::run(&settings),
        Command::Devices(arguments) => devices::run(&arguments, &settings),
        Command::Backup(arguments) => backup::run(arguments, &settings),
        Command::Restore(arguments) => restore::run(&arguments, &settings),
        Command::Report(arguments) => report::run(&arguments, &settings),
        Command::Export(arguments) => export(&arguments, &settings),
        Command::Import(arguments) => import(&arguments, &settings),
        Command::Future(arguments) => future::run(&arguments, &settings),
        Command::Rebuild => rebuild::run(&settings),
        Command::Doctor(arguments) => doctor::run(&arguments, &settings),
        Command::User(command) => user::run(&command, &settings),
    }
}

fn export(arguments: &ExportArguments, settings: &Settings) -> Result<(), Failure> {
    let place = Place::read(settings)?;
    rights::become_owner_of(&place.data)?;
    runtime::until_stopped(async |stop| {
        let summary = exchange::export(&place, arguments, &stop).await?;
        // Standard output may hold the readings.
        terminal::print_beside(&summary);
        Ok(())
    })
}

fn import(arguments: &ImportArguments, settings: &Settings) -> Result<(), Failure> {
    let place = Place::read(settings)?;
    rights::become_owner_of(&place.data)?;
    runtime::until_stopped(async |stop| {
        let summary = exchange::import(&place, arguments, &SystemClock, &stop).await?;
        terminal::print(&summary);
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_help_describes_the_program_and_each_command_by_a_sentence_of_its_own() {
        let program = Arguments::command();
        assert!(program.get_about().unwrap().to_string().starts_with("Watches a building"));
        for command in program.get_subcommands() {
            let sentence = command.get_about().unwrap().to_string();
            assert!(!sentence.starts_with("Arguments of"), "{}: {sentence}", command.get_name());
        }
    }

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
}
