//! `vigie-node tic`: the measurements of a meter, from a recording or a serial line, without a node.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use sensors::tic::{Frames, Meter};
use sensors::uptime::Uptime;
use serde_json::json;

use crate::Failure;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// A recording of the bytes of the line, in either mode; `-` is the standard input
    file: PathBuf,
}

/// Interval between frames, which a recording does not hold.
const APART: Duration = Duration::from_secs(1);

/// Prints the measurements of each frame as a line of JSON, and at the end what was right and what was not. The
/// labels that identify the meter do not appear.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let path = &arguments.file;
    let input: Box<dyn Read> = if path.as_os_str() == "-" {
        Box::new(io::stdin())
    } else {
        let file = File::open(path)
            .with_context(|| format!("{}: the recording cannot be read", path.display()))
            .map_err(Failure::usage)?;
        Box::new(file)
    };
    print(BufReader::new(input)).map_err(Failure::running)
}

fn print(input: impl BufRead) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let device = "meter".parse().expect("it is a name");
    let (mut frames, mut meter) = (Frames::default(), Meter::new(device));
    let mut received_at = Uptime::from_millis(0);
    let mut bytes = input.bytes();
    loop {
        let byte = bytes.next().transpose()?;
        let complete = match byte {
            Some(byte) => frames.push(byte),
            None => frames.finish(),
        };
        let Some(frame) = complete else {
            if byte.is_none() {
                break;
            }
            continue;
        };
        received_at = received_at + APART;
        for one in meter.read(&frame, received_at) {
            let line = json!({
                "frame": frames.tally().frames, "quantity": one.quantity, "channel": one.channel,
                "value": one.value, "observed_at": one.at,
            });
            writeln!(out, "{line}")?;
        }
    }
    let tally = frames.tally();
    let end = json!({
        "frames": tally.frames, "groups": tally.groups, "bad": tally.bad, "broken_off": tally.broken_off,
        "refused": meter.refused(),
    });
    writeln!(out, "{end}")
}
