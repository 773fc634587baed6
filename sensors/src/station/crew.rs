//! The instruments at work: each on a thread of its own, since buses, pins and lines block.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use domain::ids::Channel;
use tokio::sync::mpsc::Sender;

use super::fit::Fitted;
use crate::instruments::{Fault, Instrument, Measured, PATIENCE};
use crate::outbox::Subject;
use crate::uptime::Uptime;

/// How long an instrument that did not start is left alone.
const PAUSE: Duration = Duration::from_secs(10);

/// After so many faults in a row an instrument is started again.
const FAULTS: u32 = 3;

/// A thread that has not come round for so long hangs. The longest that one means to wait is a serial line that does
/// not open, or a worn card that takes its time.
const HANGS_AFTER: Duration = Duration::from_secs(90);

/// The same fault is told again after so long.
const TOLD_AGAIN: Duration = Duration::from_hours(1);

/// What an instrument of the node has measured.
#[derive(Clone, Debug)]
pub(super) struct Find {
    /// Of what, in the words of the node.
    pub(super) subject: Subject,
    /// The measurement.
    pub(super) measured: Measured,
}

/// The threads of all instruments.
#[derive(Debug)]
pub(super) struct Crew {
    members: Vec<Member>,
    stop: Arc<AtomicBool>,
}

#[derive(Debug)]
struct Member {
    name: String,
    came_round: Arc<AtomicU64>,
    thread: JoinHandle<()>,
}

impl Crew {
    /// Starts all; what they measure goes to `finds`, and they wait when that is full.
    pub(super) fn start(fitted: Vec<Fitted>, finds: &Sender<Find>) -> std::io::Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let mut members = Vec::new();
        for Fitted { fitting, instrument } in fitted {
            let name = fitting.name();
            let came_round = Arc::new(AtomicU64::new(Uptime::now().as_millis()));
            let worker = Worker {
                name: name.clone(),
                channel: fitting.channel,
                instrument,
                finds: finds.clone(),
                stop: Arc::clone(&stop),
                came_round: Arc::clone(&came_round),
                told: None,
            };
            let thread = thread::Builder::new().name(name.clone()).spawn(move || worker.work())?;
            members.push(Member { name, came_round, thread });
        }
        Ok(Self { members, stop })
    }

    /// The name of an instrument that hangs or has ended, if there is one.
    pub(super) fn hangs(&self, now: Uptime) -> Option<&str> {
        let hangs = |member: &&Member| {
            let came_round = Uptime::from_millis(member.came_round.load(Ordering::Relaxed));
            now.since(came_round) > HANGS_AFTER || member.thread.is_finished()
        };
        self.members.iter().find(hangs).map(|member| member.name.as_str())
    }

    /// Asks all to end, and waits for that. One that hangs is left behind.
    pub(super) fn stop(self, deadline: Duration) {
        self.stop.store(true, Ordering::Relaxed);
        let until = Instant::now() + deadline;
        for member in self.members {
            while !member.thread.is_finished() && Instant::now() < until {
                thread::sleep(Duration::from_millis(10));
            }
            if member.thread.is_finished() {
                // A thread that panicked has told so itself.
                let _ = member.thread.join();
            } else {
                tracing::warn!(instrument = member.name, "does not end and is left behind");
            }
        }
    }
}

struct Worker {
    name: String,
    channel: Option<Channel>,
    instrument: Box<dyn Instrument>,
    finds: Sender<Find>,
    stop: Arc<AtomicBool>,
    came_round: Arc<AtomicU64>,
    told: Option<(String, Instant)>,
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
                    self.tell(&fault);
                    let until = Instant::now() + PAUSE;
                    while self.goes_on() && Instant::now() < until {
                        thread::sleep(Duration::from_millis(100));
                    }
                }
            }
        }
        if let Err(fault) = self.instrument.end() {
            self.tell(&fault);
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
            for measured in measured.drain(..) {
                let channel = joined(self.channel.as_ref(), measured.channel.as_ref());
                let subject = Subject { quantity: measured.quantity, channel };
                if self.finds.blocking_send(Find { subject, measured }).is_err() {
                    return;
                }
            }
            if let Err(fault) = outcome {
                self.tell(&fault);
                thread::sleep(PATIENCE);
            }
        }
    }

    fn goes_on(&self) -> bool {
        self.came_round.store(Uptime::now().as_millis(), Ordering::Relaxed);
        !self.stop.load(Ordering::Relaxed)
    }

    /// Tells a fault once, and again when it is another one or an hour has gone.
    fn tell(&mut self, fault: &Fault) {
        let text = fault.to_string();
        let is_known =
            self.told.as_ref().is_some_and(|(told, at)| *told == text && at.elapsed() < TOLD_AGAIN);
        if !is_known {
            tracing::warn!(instrument = self.name, fault = text, "measures nothing");
            self.told = Some((text, Instant::now()));
        }
    }
}

/// The channel of a value: the node's name for the instrument, the instrument's name for the value, or both.
fn joined(instrument: Option<&Channel>, value: Option<&Channel>) -> Option<Channel> {
    match (instrument, value) {
        (Some(instrument), Some(value)) => format!("{instrument}/{value}").parse().ok(),
        (one, other) => one.or(other).cloned(),
    }
}
