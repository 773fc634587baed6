//! The program `vigie`.

use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use clap::error::ErrorKind;
use domain::Clock as _;
use gateway::{Arguments, BrokerChoice, Command, Config, Failure, Place, SystemClock};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return explain(&error),
    };
    gateway::log();
    match obey(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            tell(&mut io::stderr(), &format!("vigie: {failure}\n"));
            failure.exit_code()
        }
    }
}

/// Help and version are answers; anything else is a bad configuration.
fn explain(error: &clap::Error) -> ExitCode {
    // There is nobody to tell when the terminal is gone.
    drop(error.print());
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => ExitCode::SUCCESS,
        _ => Failure::Configuration(String::new()).exit_code(),
    }
}

fn obey(arguments: Arguments) -> Result<(), Failure> {
    let Arguments { command, settings } = arguments;
    let command = command.unwrap_or(Command::Run);
    match command {
        Command::Check { create_bucket } => {
            let config = Config::read(&settings)?;
            tell(&mut io::stdout(), &checked(&config));
            on_threads(async {
                let found = gateway::check_influxdb(&config, create_bucket, &SystemClock).await?;
                tell(&mut io::stdout(), &found);
                Ok(())
            })
        }
        Command::Run | Command::Gateway | Command::Dashboard => {
            let config = Config::read(&settings)?;
            on_threads(serve(command, config))
        }
        Command::TryAlerts => {
            let config = Config::read(&settings)?;
            on_threads(async {
                let outcomes = gateway::try_alerts(&config.site, &SystemClock).await?;
                tell(&mut io::stdout(), &outcomes);
                Ok(())
            })
        }
        Command::Devices { json } => {
            let config = Config::read(&settings)?;
            on_threads(async {
                let told = gateway::devices(&config, SystemClock.now(), json).await?;
                tell(&mut io::stdout(), &told);
                Ok(())
            })
        }
        Command::Backup { to } => {
            let place = Place::read(&settings)?;
            until_told_to_stop(|stop| gateway::back_up(&place, to, &SystemClock, &stop))
        }
        Command::Restore { from, replace } => {
            let place = Place::read(&settings)?;
            tell(&mut io::stdout(), &gateway::restore(&place, &from, replace, &SystemClock)?);
            Ok(())
        }
        Command::Report(arguments) => {
            let place = Place::read(&settings)?;
            on_threads(async {
                let said = gateway::report(&place, &arguments, Arc::new(SystemClock)).await?;
                tell(&mut io::stdout(), &said);
                Ok(())
            })
        }
        Command::Export(arguments) => {
            let place = Place::read(&settings)?;
            on_threads(async {
                let stop = stop_when_told();
                let said = gateway::exchange::export(&place, &arguments, &stop.token).await?;
                // Standard output may hold the readings.
                tell(&mut io::stderr(), &said);
                Ok(())
            })
        }
        Command::Import(arguments) => {
            let place = Place::read(&settings)?;
            on_threads(async {
                let stop = stop_when_told();
                let said = gateway::exchange::import(&place, &arguments, &SystemClock, &stop.token)
                    .await?;
                tell(&mut io::stdout(), &said);
                Ok(())
            })
        }
        Command::Rebuild => {
            let place = Place::read(&settings)?;
            until_told_to_stop(|stop| gateway::rebuild(&place, &stop))
        }
        Command::User(what) => {
            let config = Config::read(&settings)?;
            tell(&mut io::stdout(), &gateway::user(&what, &config.data, &SystemClock)?);
            Ok(())
        }
    }
}

fn on_threads(work: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    let runtime = tokio::runtime::Runtime::new()
        .map_err(|error| Failure::Unavailable(format!("no threads to work with: {error}")))?;
    let outcome = runtime.block_on(work);
    // What was cut off must not keep the program.
    runtime.shutdown_timeout(Duration::from_millis(100));
    outcome
}

/// Does work that blocks, lets it end early when somebody asks, and says what came of it.
fn until_told_to_stop(
    work: impl FnOnce(CancellationToken) -> Result<String, Failure>,
) -> Result<(), Failure> {
    on_threads(async {
        let stop = stop_when_told();
        let said = tokio::task::block_in_place(|| work(stop.token.clone()))?;
        tell(&mut io::stdout(), &said);
        Ok(())
    })
}

/// Listens for who asks to stop, as long as it lives.
struct Listening {
    token: CancellationToken,
    _listener: tokio::task::JoinSet<()>,
}

fn stop_when_told() -> Listening {
    let token = CancellationToken::new();
    let told = token.clone();
    let mut listener = tokio::task::JoinSet::new();
    listener.spawn(async move {
        if told_to_stop().await.is_ok() {
            told.cancel();
        }
    });
    Listening { token, _listener: listener }
}

async fn serve(command: Command, config: Config) -> Result<(), Failure> {
    let shutdown = CancellationToken::new();
    let clock = Arc::new(SystemClock);
    let said = command.clone();
    let say = move |config: &Config| tell(&mut io::stdout(), &announcement(&said, config));
    let work = async {
        if command == Command::Dashboard {
            return gateway::run_dashboard(config, clock, shutdown.clone(), say).await;
        }
        gateway::run(config, command == Command::Run, clock, shutdown.clone(), say).await
    };
    tokio::pin!(work);
    tokio::select! {
        outcome = &mut work => return outcome,
        told = told_to_stop() => told?,
    }
    shutdown.cancel();
    work.await
}

/// Ctrl-C, or SIGTERM.
async fn told_to_stop() -> Result<(), Failure> {
    let fault =
        |error: io::Error| Failure::Unavailable(format!("signals cannot be heard: {error}"));
    let mut terminate = signal(SignalKind::terminate()).map_err(fault)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(fault)?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    tracing::info!("stopping");
    Ok(())
}

/// What a person should know at the start.
fn announcement(command: &Command, config: &Config) -> String {
    let demonstration = if config.demonstration {
        "  DEMONSTRATION: people, air and machines are simulated; show your own building with --site FILE\n"
    } else {
        ""
    };
    let dashboard = if *command == Command::Gateway {
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
    let data = if *command == Command::Dashboard && config.influxdb.is_some() {
        String::new()
    } else {
        format!("  data       {}\n", config.data.display())
    };
    format!(
        "Vigie {}: {}\n{demonstration}{dashboard}{data}{influxdb}  broker     {broker}\nStop with Ctrl-C.\n",
        env!("CARGO_PKG_VERSION"),
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

fn checked(config: &Config) -> String {
    let site = &config.site;
    format!(
        "{} is in order: {} zones, {} points, {} doorways, {} meters\n",
        site.name,
        site.zones.len(),
        site.points.len(),
        site.doorways.len(),
        site.meters.len()
    )
}

fn tell(to: &mut impl Write, text: &str) {
    // There is nobody to tell when the terminal is gone; the program works all the same.
    drop(to.write_all(text.as_bytes()).and_then(|()| to.flush()));
}
