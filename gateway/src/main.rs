//! The program `vigie`.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;
use gateway::{Arguments, Failure};

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return explain(&error),
    };
    gateway::log();
    match gateway::execute(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // A terminal that is gone shows nothing; the exit code remains.
            drop(writeln!(io::stderr(), "vigie: {failure}"));
            failure.exit_code()
        }
    }
}

/// Help and version are answers; anything else is a bad configuration.
fn explain(error: &clap::Error) -> ExitCode {
    drop(error.print());
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => ExitCode::SUCCESS,
        _ => Failure::Configuration(String::new()).exit_code(),
    }
}
