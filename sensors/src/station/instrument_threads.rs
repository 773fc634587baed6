//! Threads of the instruments, one each: buses, pins and lines block.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use domain::ids::Channel;
use tokio::sync::mpsc::Sender;

use super::connect::ConnectedInstrument;
use crate::instruments::{Fault, Instrument, Measurement, PATIENCE};
use crate::uptime::Uptime;

/// Pause before an instrument that did not start is started again.
const PAUSE: Duration = Duration::from_secs(10);

/// Number of faults in a row after which an instrument is started again.
const FAULTS: u32 = 3;

/// Age of the last round from which a thread counts as hanging. The longest wait of a healthy one is a serial line
/// that does not open, or a worn card that takes its time.
const HANGS_AFTER: Duration = Duration::from_secs(90);

/// Interval at which an unchanged fault is logged again.
const LOG_AGAIN_AFTER: Duration = Duration::from_hours(1);

/// The running threads of all instruments of a node.
#[derive(Debug)]
pub(super) struct InstrumentThreads {
    threads: Vec<InstrumentThread>,
    stop: Arc<AtomicBool>,
}

#[derive(Debug)]
struct InstrumentThread {
    name: String,
    /// Uptime in milliseconds at which the last round began.
    last_round: Arc<AtomicU64>,
    handle: JoinHandle<()>,
}

impl InstrumentThreads {
    /// Starts a thread for each instrument. Measurements go to `measurements`; threads wait while it is full.
    pub(super) fn start(
        instruments: Vec<ConnectedInstrument>,
        measurements: &Sender<Measurement>,
    ) -> std::io::Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let mut threads = Vec::new();
        for ConnectedInstrument { config, instrument } in instruments {
            let name = config.name();
            let last_round = Arc::new(AtomicU64::new(Uptime::now().as_millis()));
            let worker = Worker {
                name: name.clone(),
                channel: config.channel,
                instrument,
                measurements: measurements.clone(),
                stop: Arc::clone(&stop),
                last_round: Arc::clone(&last_round),
                last_fault: None,
            };
            let handle = thread::Builder::new().name(name.clone()).spawn(move || worker.work())?;
            threads.push(InstrumentThread { name, last_round, handle });
        }
        Ok(Self { threads, stop })
    }

    /// The name of an instrument whose thread hangs or has ended, if there is one.
    pub(super) fn hanging(&self, now: Uptime) -> Option<&str> {
        let hangs = |thread: &&InstrumentThread| {
            let last_round = Uptime::from_millis(thread.last_round.load(Ordering::Relaxed));
            now.since(last_round) > HANGS_AFTER || thread.handle.is_finished()
        };
        self.threads.iter().find(hangs).map(|thread| thread.name.as_str())
    }

    /// Stops all threads and waits for their end up to `deadline`. One that hangs is left behind.
    pub(super) fn stop(self, deadline: Duration) {
        self.stop.store(true, Ordering::Relaxed);
        let until = Instant::now() + deadline;
        for InstrumentThread { name, handle, .. } in self.threads {
            while !handle.is_finished() && Instant::now() < until {
                thread::sleep(Duration::from_millis(10));
            }
            if handle.is_finished() {
                // A panic has been reported by the thread itself.
                let _ = handle.join();
            } else {
                tracing::warn!(instrument = name, "does not end and is left behind");
            }
        }
    }
}

struct Worker {
    name: String,
    channel: Option<Channel>,
    instrument: Box<dyn Instrument>,
    measurements: Sender<Measurement>,
    stop: Arc<AtomicBool>,
    last_round: Arc<AtomicU64>,
    /// Text of the fault logged last, and when.
    last_fault: Option<(String, Instant)>,
}

impl Worker {
    fn work(mut self) {
        while self.goes_on() {
            match self.instrument.begin() {
                Ok(answer) => {
                    tracing::info!(instrument = self.name, answer, "begins");
                    self.measure();
                }
                Err(fault) => {
                    self.log(&fault);
                    let until = Instant::now() + PAUSE;
                    while self.goes_on() && Instant::now() < until {
                        thread::sleep(Duration::from_millis(100));
                    }
                }
            }
        }
        if let Err(fault) = self.instrument.end() {
            self.log(&fault);
        }
    }

    /// Measures until too many faults come in a row.
    fn measure(&mut self) {
        let (mut measured, mut faults) = (Vec::new(), 0);
        while self.goes_on() && faults < FAULTS {
            let outcome = self.instrument.measure(&mut measured);
            faults = match &outcome {
                Ok(()) if measured.is_empty() => faults,
                Ok(()) => 0,
                Err(_) => faults + 1,
            };
            for measurement in measured.drain(..) {
                let channel = joined(self.channel.as_ref(), measurement.channel.as_ref());
                let measurement = Measurement { channel, ..measurement };
                if self.measurements.blocking_send(measurement).is_err() {
                    return;
                }
            }
            if let Err(fault) = outcome {
                self.log(&fault);
                thread::sleep(PATIENCE);
            }
        }
    }

    fn goes_on(&self) -> bool {
        self.last_round.store(Uptime::now().as_millis(), Ordering::Relaxed);
        !self.stop.load(Ordering::Relaxed)
    }

    /// Logs a fault, unless the same one was logged within the last hour.
    fn log(&mut self, fault: &Fault) {
        let text = fault.to_string();
        let is_repeated = self
            .last_fault
            .as_ref()
            .is_some_and(|(last, at)| *last == text && at.elapsed() < LOG_AGAIN_AFTER);
        if !is_repeated {
            tracing::warn!(instrument = self.name, fault = text, "measures nothing");
            self.last_fault = Some((text, Instant::now()));
        }
    }
}

/// Channel of a value on the wire: the instrument's configured channel, the value's own, or both joined by `/`.
fn joined(instrument: Option<&Channel>, value: Option<&Channel>) -> Option<Channel> {
    match (instrument, value) {
        (Some(instrument), Some(value)) => format!("{instrument}/{value}").parse().ok(),
        (one, other) => one.or(other).cloned(),
    }
}
