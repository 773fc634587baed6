//! `vigie-node check`: which instruments answer, and whether broker, clock and data folder can be used.

use std::io::Write;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::anyhow;
use sensors::bench::Bench;
use sensors::board;
use sensors::instruments::{Fault, Instrument, Measurement, TotalsFile};
use sensors::pins::Board;
use sensors::publisher::{Node, Publisher};
use sensors::serial::LinesOnly;
use sensors::station::{Config, Kind, Trust, connect, wires};

use super::run::NodeArguments;
use crate::Failure;

/// Longest wait for the first value of an instrument: a meter whose mode must be found takes longest.
const ANSWER: Duration = Duration::from_secs(25);

/// Longest wait for the broker.
const CONNECT: Duration = Duration::from_secs(5);

pub(crate) async fn run(arguments: NodeArguments) -> Result<(), Failure> {
    let config = arguments.configuration()?;
    let totals_file =
        TotalsFile::open(&config.data.join("totals.json")).map_err(Failure::running)?;
    let mut answers = Vec::new();
    if arguments.simulate {
        let bench = Bench::new(wires(&config.instruments));
        answers.extend(instruments(&bench, &config, &totals_file));
    } else if config.needs_only_lines() {
        answers.extend(instruments(&LinesOnly, &config, &totals_file));
    } else {
        answers.extend(instruments(&board::pi().map_err(Failure::usage)?, &config, &totals_file));
    }
    answers.push(("broker".to_owned(), config.broker.to_string(), broker(&config).await));
    answers.push(("clock".to_owned(), "the wall clock".to_owned(), clock(&config)));
    answers.push(("data".to_owned(), config.data.display().to_string(), data(&config)));

    let mut out = std::io::stdout().lock();
    let mut faults = 0;
    for (name, place, answer) in answers {
        let (word, text) = match answer {
            Ok(text) => ("ok   ", text),
            Err(text) => {
                faults += 1;
                ("FAULT", text)
            }
        };
        writeln!(out, "{word} {name} ({place}): {text}").map_err(Failure::running)?;
    }
    if faults > 0 {
        return Err(Failure::running(anyhow!(
            "{faults} things are not as they should be; see above"
        )));
    }
    Ok(())
}

type Answer = Result<String, String>;

/// Probes all instruments at the same time.
fn instruments<B: Board>(
    board: &B,
    config: &Config,
    totals_file: &TotalsFile,
) -> Vec<(String, String, Answer)> {
    let probes: Vec<_> = config
        .instruments
        .iter()
        .map(|instrument| {
            let (sender, answer) = mpsc::channel();
            match connect(board, &config.device, instrument, totals_file) {
                Ok(connected) => {
                    let kind = instrument.kind.clone();
                    thread::spawn(move || sender.send(probe(connected, &kind)));
                }
                Err(unwired) => {
                    let _ = sender.send(Err(format!("{:#}", anyhow::Error::new(unwired))));
                }
            }
            (instrument, answer)
        })
        .collect();
    let until = Instant::now() + ANSWER + Duration::from_secs(5);
    let answered = probes.into_iter().map(|(instrument, answer)| {
        let patience = until.saturating_duration_since(Instant::now());
        let hangs = |_| {
            Err("it hangs: neither an answer nor a fault; switch its power off and on".to_owned())
        };
        let answer = answer.recv_timeout(patience).unwrap_or_else(hangs);
        (instrument.name(), instrument.kind.place(), answer)
    });
    answered.collect()
}

/// Starts an instrument, and has it measure when that does not need somebody to do something.
fn probe(mut instrument: Box<dyn Instrument>, kind: &Kind) -> Answer {
    let answer = instrument.begin().map_err(|fault| fault.to_string())?;
    if matches!(kind, Kind::Motion { .. } | Kind::Door { .. } | Kind::Pulses { .. }) {
        return Ok(answer);
    }
    let until = Instant::now() + ANSWER;
    let mut measured = Vec::new();
    let mut last: Option<Fault> = None;
    while measured.is_empty() && Instant::now() < until {
        last = instrument.measure(&mut measured).err().or(last);
    }
    if measured.is_empty() {
        let nothing = || format!("{answer}, but it measured nothing in {} s", ANSWER.as_secs());
        return Err(last.map_or_else(nothing, |fault| fault.to_string()));
    }
    let values: Vec<String> = measured.iter().map(value).collect();
    Ok(format!("{answer}: {}", values.join(", ")))
}

fn value(measured: &Measurement) -> String {
    let Measurement { quantity, channel, value, .. } = measured;
    let channel = channel.as_ref().map(|channel| format!(" {channel}")).unwrap_or_default();
    format!("{quantity}{channel} {} {}", value.as_f64(), quantity.unit())
}

async fn broker(config: &Config) -> Answer {
    let client_id = format!("vigie-{}-{}-check", config.site, config.device);
    let node = Node { client_id, birth: Vec::new(), last_will: None };
    let publisher =
        Publisher::start(config.broker.clone(), node).map_err(|error| error.to_string())?;
    let connected = publisher.connected(CONNECT).await.map_err(|error| error.to_string());
    publisher.leave(Duration::ZERO).await;
    connected.map(|()| "it lets us in".to_owned())
}

fn clock(config: &Config) -> Answer {
    match (config.clock.trust, config.clock.is_synchronized()) {
        (Trust::Always, _) => Ok("it is trusted from the start, as the configuration says".to_owned()),
        (Trust::Synchronized, true) => Ok("it was set by the network".to_owned()),
        (Trust::Synchronized, false) => Err(
            "it was not set by the network, and readings would wait: is systemd-timesyncd or chrony running, and does \
             it reach a server (`timedatectl`)?"
                .to_owned(),
        ),
    }
}

fn data(config: &Config) -> Answer {
    let probe = config.data.join("probe");
    let written = std::fs::create_dir_all(&config.data)
        .and_then(|()| std::fs::write(&probe, "x"))
        .and_then(|()| std::fs::remove_file(&probe));
    written.map(|()| "it can be written".to_owned()).map_err(|error| {
        format!("it cannot be written ({error}): run the check as the user that the node runs as")
    })
}
