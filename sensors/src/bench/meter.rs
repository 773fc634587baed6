//! A meter in standard mode that draws some 900 VA.

use std::io::{self, ErrorKind, Read};
use std::thread;
use std::time::Duration;

use crate::tic::{Group, Mode};
use crate::uptime::Uptime;

/// Length of a frame at 9600 baud, pauses included.
const EVERY: Duration = Duration::from_millis(1500);

/// A line that the meter talks on.
#[derive(Debug)]
pub(super) struct Meter {
    mode: Mode,
    rest: Vec<u8>,
}

impl Meter {
    pub(super) const fn new(mode: Mode) -> Self {
        Self { mode, rest: Vec::new() }
    }
}

impl Read for Meter {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.rest.is_empty() {
            thread::sleep(EVERY);
            // At the wrong speed a line is noise.
            if self.mode == Mode::Historic {
                return Err(ErrorKind::TimedOut.into());
            }
            self.rest = frame();
        }
        let count = self.rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&self.rest[..count]);
        self.rest.drain(..count);
        Ok(count)
    }
}

fn frame() -> Vec<u8> {
    // 900 W since the machine started.
    let wh = 10_000_000 + Uptime::now().as_millis() / 4000;
    let groups = [
        ("ADSC", "000000000000".to_owned()),
        ("VTIC", "02".to_owned()),
        ("NGTF", "      BASE      ".to_owned()),
        ("EAST", format!("{wh:09}")),
        ("EASF01", format!("{wh:09}")),
        ("EASF02", "000000000".to_owned()),
        ("IRMS1", "004".to_owned()),
        ("URMS1", "231".to_owned()),
        ("PREF", "06".to_owned()),
        ("SINSTS", "00924".to_owned()),
    ];
    let mut bytes = vec![0x02];
    for (label, value) in groups {
        bytes.push(b'\n');
        bytes.extend(Group { label: label.to_owned(), stamp: None, value }.encode(Mode::Standard));
        bytes.push(b'\r');
    }
    bytes.push(0x03);
    bytes
}
