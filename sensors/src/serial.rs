//! Serial lines at the settings of a meter. The only file that names the serialport library.

use std::io::{self, Read};
use std::time::Duration;

use serialport::{DataBits, FlowControl, Parity, StopBits};

use crate::bench::{Bus, Pin};
use crate::pins::{Board, Edges, Line, Pull, Unwired};
use crate::tic::Mode;

/// Longest wait of a read.
const PATIENCE: Duration = Duration::from_secs(1);

/// A machine that has serial lines and nothing else: enough for a meter on a USB adapter, without a Pi.
#[derive(Clone, Copy, Debug, Default)]
pub struct LinesOnly;

impl Board for LinesOnly {
    // There are none; the types are those of another board.
    type Bus = Bus;
    type Pin = Pin;

    fn bus(&self, number: u8) -> Result<Bus, Unwired> {
        Err(none(format!("the I²C bus {number}")))
    }

    fn pin(&self, number: u8, _: Pull) -> Result<(Pin, Edges), Unwired> {
        Err(none(format!("GPIO {number}")))
    }

    fn line(&self, path: &str) -> Line {
        line(path)
    }
}

fn none(what: String) -> Unwired {
    Unwired {
        what,
        remedy: "this machine has serial lines only; run the node on a Pi",
        source: None,
    }
}

/// Opens the line at `path` as a meter speaks: 7 data bits, even parity, one stop bit. The line is this program's
/// alone, and what came before it was opened is thrown away.
pub(crate) fn line(path: &str) -> Line {
    let path = path.to_owned();
    Box::new(move |mode: Mode| {
        let port = serialport::new(&path, mode.baud())
            .data_bits(DataBits::Seven)
            .parity(Parity::Even)
            .stop_bits(StopBits::One)
            .flow_control(FlowControl::None)
            .timeout(PATIENCE)
            .open()
            .map_err(io::Error::from)?;
        Ok(Box::new(port) as Box<dyn Read + Send>)
    })
}
