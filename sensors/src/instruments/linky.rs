//! A French meter (Linky, or an older electronic one) on a serial line, read through its télé-information output.
//!
//! The meter sends unprompted. The mode is found by listening: at the wrong speed no group has a checksum
//! that is right.

use std::io::{ErrorKind, Read};
use std::time::{Duration, Instant};

use domain::ids::DeviceId;

use super::{Fault, Instrument, Measurement, Moment, PATIENCE};
use crate::pins::Line;
use crate::tic::{Frame, Frames, Meter, Mode};
use crate::uptime::Uptime;

/// Time for which a mode is listened for. A frame in historic mode takes up to 3 s.
const LISTEN: Duration = Duration::from_secs(7);

/// A read gives what is there; this long is waited for more, so that it is worth it.
const GATHER: Duration = Duration::from_millis(25);

/// A meter on its line.
pub struct Linky {
    line: Line,
    modes: &'static [Mode],
    /// The mode that is listened for: its place in `modes`, counted on for ever.
    turn: usize,
    port: Option<Box<dyn Read + Send>>,
    frames: Frames,
    meter: Meter,
    interval: Duration,
    reported_at: Option<Uptime>,
    /// When a frame was received last, or the listening began.
    last_frame_at: Instant,
    /// Bad groups that were reported already.
    bad_reported: u64,
}

impl std::fmt::Debug for Linky {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Linky").field("tally", self.frames.tally()).finish_non_exhaustive()
    }
}

impl Linky {
    /// The meter of `device` on `line`, in `mode` or in the one that is found; reported once an `interval`.
    pub fn new(line: Line, mode: Option<Mode>, device: DeviceId, interval: Duration) -> Self {
        let modes: &[Mode] = match mode {
            None => &Mode::BOTH,
            Some(Mode::Historic) => &[Mode::Historic],
            Some(Mode::Standard) => &[Mode::Standard],
        };
        Self {
            line,
            modes,
            turn: 0,
            port: None,
            frames: Frames::default(),
            meter: Meter::new(device),
            interval,
            reported_at: None,
            last_frame_at: Instant::now(),
            bad_reported: 0,
        }
    }

    fn mode(&self) -> Mode {
        self.modes[self.turn % self.modes.len()]
    }

    fn open(&mut self) -> Result<(), Fault> {
        let mode = self.mode();
        let port = (self.line)(mode).map_err(|error| no_answer(error.to_string()))?;
        self.port = Some(port);
        self.last_frame_at = Instant::now();
        Ok(())
    }

    /// Adds the values of a frame: all when the interval is over, else only those that the meter dates itself.
    fn take(&mut self, frame: &Frame, measured: &mut Vec<Measurement>) {
        let now = Uptime::now();
        self.last_frame_at = Instant::now();
        let due = self.reported_at.is_none_or(|last| now.since(last) >= self.interval);
        if due {
            self.reported_at = Some(now);
        }
        for one in self.meter.read(frame, now) {
            let at = one.at.map_or(Moment::Uptime(now), Moment::Dated);
            if due || one.at.is_some() {
                let (quantity, channel) = (one.quantity, Some(one.channel));
                measured.push(Measurement { quantity, channel, value: one.value, at });
            }
        }
    }

    /// Turns to the next mode after a silence; an error once every mode was silent.
    fn silence(&mut self) -> Result<(), Fault> {
        let mode = self.mode();
        self.port = None;
        self.turn += 1;
        // With both modes to try, only a round without success is reported.
        if !self.turn.is_multiple_of(self.modes.len()) {
            return Ok(());
        }
        let tally = self.frames.tally();
        let damaged: u64 = tally.bad.values().sum();
        Err(no_answer(format!(
            "no frame in {} s, last at {} baud ({mode} mode); so far {} groups were right and {damaged} damaged",
            LISTEN.as_secs(),
            mode.baud(),
            tally.groups
        )))
    }

    /// Reports damage once there is much of it, and again when there is as much more.
    fn damage(&mut self) -> Result<(), Fault> {
        const MANY: u64 = 100;
        let bad: u64 = self.frames.tally().bad.values().sum();
        let bad = bad + self.meter.refused().values().sum::<u64>();
        if bad < self.bad_reported + MANY {
            return Ok(());
        }
        self.bad_reported = bad;
        let right = self.frames.tally().groups;
        Err(Fault::Unwell(format!(
            "{bad} groups of the meter were damaged or could not be, {right} were right; check the resistor and the wires of \
             the TIC interface"
        )))
    }
}

impl Instrument for Linky {
    fn begin(&mut self) -> Result<String, Fault> {
        self.open()?;
        Ok(format!("a line that is open at {} baud, {} mode", self.mode().baud(), self.mode()))
    }

    fn measure(&mut self, measured: &mut Vec<Measurement>) -> Result<(), Fault> {
        if self.port.is_none() {
            self.open()?;
        }
        let until = Instant::now() + PATIENCE;
        let mut buffer = [0; 512];
        while let Some(port) = &mut self.port
            && measured.is_empty()
            && Instant::now() < until
        {
            let count = match port.read(&mut buffer) {
                // The end of a file, which a line does not have: nobody is there any more.
                Ok(0) => return self.gone("the line was closed".into()),
                Ok(count) => count,
                Err(error)
                    if matches!(error.kind(), ErrorKind::TimedOut | ErrorKind::Interrupted) =>
                {
                    0
                }
                Err(error) => return self.gone(error.to_string()),
            };
            for byte in &buffer[..count] {
                if let Some(frame) = self.frames.push(*byte) {
                    self.take(&frame, measured);
                }
            }
            if count > 0 && count < buffer.len() {
                std::thread::sleep(GATHER);
            }
        }
        if self.last_frame_at.elapsed() >= LISTEN {
            self.silence()?;
        }
        self.damage()
    }
}

impl Linky {
    fn gone(&mut self, reason: String) -> Result<(), Fault> {
        self.port = None;
        Err(no_answer(reason))
    }
}

fn no_answer(reason: String) -> Fault {
    Fault::NoAnswer { what: "the meter's TIC line", reason }
}
