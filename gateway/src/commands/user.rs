//! `vigie user`: accounts of the staff, made on the machine itself.

use std::io::{self, BufRead, IsTerminal};
use std::path::Path;

use clap::Subcommand;
use dashboard::{AccountName, Accounts, Password};
use domain::{Clock, failure_chain};

use super::terminal;
use crate::config::Config;
use crate::failure::Failure;
use crate::machine::{SystemClock, rights};
use crate::settings::Settings;

/// Longer lines than this hold no password.
const LONGEST_LINE_BYTES: u64 = 4096;

/// Command on accounts.
#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
pub enum UserCommand {
    /// Add an account; its password is asked for, or read from the first line of standard input
    Add {
        /// Its name
        #[arg(value_name = "NAME")]
        name: String,
    },
    /// List the accounts
    List,
    /// Remove an account, which logs it out everywhere
    Remove {
        /// Its name
        #[arg(value_name = "NAME")]
        name: String,
    },
    /// Give an account another password, which logs it out everywhere
    Passwd {
        /// Its name
        #[arg(value_name = "NAME")]
        name: String,
    },
}

pub(super) fn run(command: &UserCommand, settings: &Settings) -> Result<(), Failure> {
    let config = Config::read(settings)?;
    rights::become_owner_of(&config.data)?;
    terminal::print(&user(command, &config.data, &SystemClock)?);
    Ok(())
}

/// Executes the command on the accounts of `data`; the answer says what was done.
fn user(command: &UserCommand, data: &Path, clock: &dyn Clock) -> Result<String, Failure> {
    let accounts = Accounts::in_folder(data);
    match command {
        UserCommand::List => {
            let all = accounts.list().map_err(|fault| unavailable(&fault))?;
            let line = |account: &dashboard::Account| {
                format!("{}  since {}\n", account.name().as_str(), account.since())
            };
            let lines: String = all.iter().map(line).collect();
            let none = || format!("no accounts yet with the data in {}\n", data.display());
            Ok(if lines.is_empty() { none() } else { lines })
        }
        UserCommand::Add { name } => {
            let name = named(name)?;
            let done = accounts.add(&name, &password()?, clock.now());
            done.map_err(|fault| unavailable(&fault))?;
            Ok(format!("{} may log in now, with the data in {}\n", name.as_str(), data.display()))
        }
        UserCommand::Remove { name } => {
            let name = named(name)?;
            accounts.remove(&name).map_err(|fault| unavailable(&fault))?;
            Ok(format!("{} is removed and logged out\n", name.as_str()))
        }
        UserCommand::Passwd { name } => {
            let name = named(name)?;
            let done = accounts.change_password(&name, &password()?);
            done.map_err(|fault| unavailable(&fault))?;
            Ok(format!("{} has a new password and is logged out\n", name.as_str()))
        }
    }
}

fn named(text: &str) -> Result<AccountName, Failure> {
    text.parse().map_err(|fault: dashboard::AccountFault| Failure::Configuration(fault.to_string()))
}

/// From the terminal, twice and without showing it; or one line of a pipe.
fn password() -> Result<Password, Failure> {
    let unreadable =
        |error: io::Error| Failure::Unavailable(format!("the password cannot be read: {error}"));
    let text = if io::stdin().is_terminal() {
        let first = rpassword::prompt_password("Password: ").map_err(unreadable)?;
        let again = rpassword::prompt_password("Once more: ").map_err(unreadable)?;
        if first != again {
            return Err(Failure::Configuration("the two passwords differ; try again".into()));
        }
        first
    } else {
        let mut line = String::new();
        let mut input = io::Read::take(io::stdin().lock(), LONGEST_LINE_BYTES);
        input.read_line(&mut line).map_err(unreadable)?;
        line.trim_end_matches(['\r', '\n']).to_owned()
    };
    Password::try_from(text).map_err(|fault| Failure::Configuration(fault.to_string()))
}

fn unavailable(fault: &dashboard::AccountFault) -> Failure {
    Failure::Unavailable(failure_chain(fault))
}
