//! `vigie-node`: a sensor node of a Vigie site; also plays many of them, from recordings or a simulated building.
//!
//! Exit codes: 0 done or stopped on request, 64 a command line or file that cannot be used, 1 anything else.

use std::io::IsTerminal;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;

mod node;

/// A bad command line or file, as `sysexits` counts.
const USAGE: u8 = 64;

#[derive(Debug, Parser)]
#[command(
    name = "vigie-node",
    version,
    about = "A sensor node of a Vigie site, or many of them: replayed or simulated"
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Measure with the instruments of a Raspberry Pi and publish what they measure
    Run(node::run::NodeArguments),
    /// Tell what is wired and what answers: instruments, broker, clock, data
    Check(node::run::NodeArguments),
    /// Tell a CO2 sensor what air it stands in
    Calibrate(node::calibrate::Arguments),
    /// Print what a French meter says in a recording of its line
    Tic(node::tic::Arguments),
    /// Listen to devices for some minutes and tell how well they speak, and what to mend
    Grade(node::grade::Arguments),
    /// Publish a recorded CSV file as the sensor nodes that recorded it would have
    Replay(node::replay::Arguments),
    /// Simulate the people, the air and the machines of a site and publish what its nodes measure
    Simulate(node::simulate::Arguments),
}

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let code = if error.use_stderr() { USAGE } else { 0 };
            // A closed pipe is no reason to say more.
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    tracing_subscriber::fmt()
        .with_env_filter(
            EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info")),
        )
        .with_writer(std::io::stderr)
        // Colour codes make a file or the journal of systemd hard to search.
        .with_ansi(std::io::stderr().is_terminal())
        .init();
    match run(arguments.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            tracing::error!("{:#}", failure.error);
            ExitCode::from(failure.code)
        }
    }
}

/// Reason why the program ends, and its exit code.
struct Failure {
    code: u8,
    error: anyhow::Error,
}

impl Failure {
    /// A failure that the user can mend: a flag or a file.
    fn usage(error: impl Into<anyhow::Error>) -> Self {
        Self { code: USAGE, error: error.into() }
    }

    /// A failure while running.
    fn running(error: impl Into<anyhow::Error>) -> Self {
        Self { code: 1, error: error.into() }
    }
}

#[tokio::main]
async fn run(command: Command) -> Result<(), Failure> {
    let shutdown = CancellationToken::new();
    let mut terminate = signal(SignalKind::terminate()).map_err(Failure::running)?;
    let signalled = shutdown.clone();
    let stop = async {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
        signalled.cancel();
        // The work itself ends by the token.
        std::future::pending().await
    };
    let work = async {
        match command {
            Command::Run(arguments) => node::run::run(arguments, shutdown).await,
            Command::Check(arguments) => node::check::run(arguments).await,
            Command::Calibrate(arguments) => node::calibrate::run(arguments, shutdown).await,
            Command::Tic(arguments) => node::tic::run(&arguments),
            Command::Grade(arguments) => node::grade::run(arguments, shutdown).await,
            Command::Replay(arguments) => node::replay::run(arguments, shutdown).await,
            Command::Simulate(arguments) => node::simulate::run(arguments, shutdown).await,
        }
    };
    tokio::select! {
        ended = work => ended,
        never = stop => never,
    }
}
