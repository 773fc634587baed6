//! A node at work: it measures, dates, numbers, keeps and sends.
//!
//! ```text
//! instrument_threads ──measurements──▶ run ──▶ outgoing ──▶ publisher ──▶ broker
//!                                      │ ▲       │ ▲
//!                                     dating   outbox, numbering (disk)
//! ```
//!
//! | file | what it does |
//! |---|---|
//! | `config`, `instrument_config` | the configuration file, with its faults by line and remedy |
//! | `connect` | instruments made from it, on a board |
//! | `instrument_threads` | a thread for each instrument |
//! | `dating`, `clock_sync` | the time of a reading, and whether the wall clock is right |
//! | `data_folder` | its lock, and the errors of opening and using it |
//! | `numbering` | starts, running numbers, and dropped readings |
//! | `outgoing` | the readings on their way: which goes when, from memory or disk |

mod clock_sync;
mod config;
mod connect;
mod data_folder;
mod dating;
mod instrument_config;
mod instrument_threads;
mod numbering;
mod outgoing;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;

use domain::message::{DevicePresence, DeviceStatus};
use domain::native;
use domain::{Clock, Instant};
use tokio::sync::mpsc;
use tokio::task::block_in_place;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

pub use clock_sync::clock_is_set;
pub use config::{ClockTable, Config, EXAMPLE, OutboxTable, Trust};
pub use connect::{ConnectedInstrument, connect, wires};
pub use data_folder::StationError;
pub use dating::{ClockChange, Dating};
pub use instrument_config::{InstrumentConfig, Kind, Level};

pub use crate::file_fault::FileFault;
use crate::instruments::{Measurement, TotalsFile};
use crate::outbox::Outbox;
use crate::publisher::{IN_FLIGHT, Node, Outbound, Publisher};
use crate::uptime::{BootId, Uptime};
use instrument_threads::InstrumentThreads;
use numbering::Numbering;
use outgoing::{Origin, Outgoing};

/// Capacity of the queue of measurements; instruments wait while it is full.
const MEASUREMENTS: usize = 1024;

const TICK: Duration = Duration::from_millis(200);

/// Interval at which the clocks are compared.
const COMPARE_CLOCKS_EVERY: Duration = Duration::from_secs(1);

/// Longest wait for the instruments to end, and then for the broker to acknowledge.
const ENDING: Duration = Duration::from_secs(2);

/// Earliest time that a right clock can show: about when this program was written.
const BUILT: Instant = Instant::from_millis(1_767_225_600_000);

/// A node with its data opened and locked, ready to run.
#[derive(Debug)]
pub struct Station {
    config: Config,
    totals_file: TotalsFile,
    outgoing: Outgoing,
    /// Keeps other nodes away from the data.
    _lock: File,
}

/// Sign of life of a node, for its supervisor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// The node measures.
    Ready,
    /// All threads of the node still go round.
    Alive,
    /// The node has begun to end.
    Stopping,
}

impl Station {
    /// Opens the data of the node and counts a start.
    ///
    /// # Errors
    /// When the data cannot be used, or are used by another node.
    pub fn open(config: Config) -> Result<Self, StationError> {
        let lock = data_folder::lock(&config.data)?;
        let at = |name: &str| config.data.join(name);
        let fault = |path: PathBuf| move |source| StationError::Data { path, source };
        let totals_file = TotalsFile::open(&at("totals.json"))?;
        let numbering = Numbering::open(&at("node.json")).map_err(fault(at("node.json")))?;
        let outbox =
            Outbox::open(&at("outbox"), config.outbox.limits()).map_err(fault(at("outbox")))?;
        let origin = Origin {
            site: config.site.clone(),
            device: config.device.clone(),
            boot: BootId::current(),
        };
        let outgoing = Outgoing::new(origin, config.outbox, outbox, numbering, Uptime::now());
        Ok(Self { config, totals_file, outgoing, _lock: lock })
    }

    /// Makes the data folder this process's own for as long as the answer lives.
    ///
    /// # Errors
    /// When it cannot be used, or is used by a node.
    pub fn lock(data: &Path) -> Result<File, StationError> {
        data_folder::lock(data)
    }

    /// The totals of its counters.
    pub const fn totals_file(&self) -> &TotalsFile {
        &self.totals_file
    }

    /// Measures and publishes until `shutdown`; then everything that the broker has not acknowledged is on disk.
    ///
    /// # Errors
    /// When it cannot begin.
    pub async fn run(
        mut self,
        instruments: Vec<ConnectedInstrument>,
        clock: &dyn Clock,
        shutdown: CancellationToken,
        mut sign: impl FnMut(Sign),
    ) -> Result<(), StationError> {
        let publisher = Publisher::start(self.config.broker.clone(), self.node())?;
        let (sender, mut measurements) = mpsc::channel::<Measurement>(MEASUREMENTS);
        let threads =
            InstrumentThreads::start(instruments, &sender).map_err(StationError::Threads)?;
        drop(sender);
        let mut dating = Dating::new(BUILT.max(self.outgoing.numbering().seen().unwrap_or(BUILT)));
        self.compare_clocks(&mut dating, clock);
        if !dating.is_right() {
            tracing::warn!(shows = %clock.now(), "the clock is not right yet; readings wait for it");
        }
        tracing::info!(
            device.id = %self.config.device, boot = self.outgoing.numbering().boot(), backlog = self.outgoing.backlog(),
            dropped = self.outgoing.numbering().dropped(), "the node is at work"
        );
        sign(Sign::Ready);

        let mut progress = publisher.progress();
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (mut compared_at, mut batch) = (Uptime::now(), Vec::new());
        loop {
            let is_tick = tokio::select! {
                () = shutdown.cancelled() => break,
                // Each of these loses nothing when another one is ready first.
                _ = ticks.tick() => true,
                _ = progress.changed() => false,
                _ = measurements.recv_many(&mut batch, MEASUREMENTS) => false,
            };
            let now = Uptime::now();
            batch.drain(..).for_each(|measurement| self.outgoing.take(measurement, now));
            if is_tick && now.since(compared_at) >= COMPARE_CLOCKS_EVERY {
                compared_at = now;
                self.compare_clocks(&mut dating, clock);
                match threads.hanging(now) {
                    None => sign(Sign::Alive),
                    Some(instrument) => tracing::error!(
                        instrument,
                        "hangs; the watchdog is not told that all is well"
                    ),
                }
            }
            self.send(&publisher, &dating, now).await?;
            if is_tick {
                self.write(now);
            }
        }

        sign(Sign::Stopping);
        block_in_place(|| threads.stop(ENDING));
        while let Ok(measurement) = measurements.try_recv() {
            self.outgoing.take(measurement, Uptime::now());
        }
        self.end(publisher, &dating).await
    }

    /// The last readings, the farewell, and the rest to disk.
    async fn end(mut self, publisher: Publisher, dating: &Dating) -> Result<(), StationError> {
        let now = Uptime::now();
        self.send(&publisher, dating, now).await?;
        if publisher.is_connected() && publisher.unacknowledged() < IN_FLIGHT {
            publisher.publish(self.status(DevicePresence::Offline)).await?;
            // What is not acknowledged in time is on disk below.
            let _ = publisher.flush(ENDING).await;
        }
        let settled = self.outgoing.settle(|ticket| publisher.has_acknowledged(ticket));
        let closed = block_in_place(|| self.outgoing.close(now, dating));
        publisher.leave(Duration::ZERO).await;
        tracing::info!(backlog = self.outgoing.backlog(), "the node has ended");
        settled
            .and(closed)
            .map_err(|source| StationError::Data { path: self.config.data.clone(), source })
    }

    /// Sends what may go now.
    async fn send(
        &mut self,
        publisher: &Publisher,
        dating: &Dating,
        now: Uptime,
    ) -> Result<(), StationError> {
        self.outgoing.date(dating);
        let mut outcome = self.outgoing.settle(|ticket| publisher.has_acknowledged(ticket));
        while outcome.is_ok() && publisher.is_connected() && publisher.unacknowledged() < IN_FLIGHT
        {
            match block_in_place(|| self.outgoing.next(dating, now)) {
                Ok(Some(next)) => {
                    // There is room, so this does not wait.
                    let ticket = publisher.publish(next.message.clone()).await?;
                    self.outgoing.sent(&next, ticket);
                }
                Ok(None) => break,
                Err(error) => outcome = Err(error),
            }
        }
        if let Err(error) = outcome {
            tracing::error!(%error, "the outbox cannot be read or written; is the card full or broken?");
        }
        Ok(())
    }

    fn write(&mut self, now: Uptime) {
        match block_in_place(|| self.outgoing.write(now, false)) {
            Ok(dropped) if dropped.is_empty() => {}
            Ok(dropped) => {
                let readings: u64 = dropped.values().sum();
                tracing::error!(readings, "the outbox is full and the oldest readings are let go");
            }
            Err(error) => {
                tracing::error!(
                    %error, in_memory = self.outgoing.in_memory(),
                    "the outbox cannot be written; readings stay in memory. Is the card full or broken?"
                );
            }
        }
    }

    fn compare_clocks(&self, dating: &mut Dating, clock: &dyn Clock) {
        let is_synchronized = || block_in_place(|| self.config.clock.is_synchronized());
        match dating.compare(clock.now(), Uptime::now(), is_synchronized) {
            ClockChange::Same => {}
            ClockChange::Right => tracing::info!(shows = %clock.now(), "the clock is right"),
            ClockChange::Jumped(by) => tracing::warn!(by_s = by.as_secs(), "the clock was put"),
            ClockChange::Wrong => {
                tracing::warn!(shows = %clock.now(), "the clock was put by nobody known; readings wait");
            }
        }
    }

    fn node(&self) -> Node {
        let Config { site, device, .. } = &self.config;
        Node {
            client_id: format!("vigie-{site}-{device}"),
            birth: vec![self.status(DevicePresence::Online)],
            last_will: Some(self.status(DevicePresence::Offline)),
        }
    }

    fn status(&self, presence: DevicePresence) -> Outbound {
        let status = DeviceStatus {
            device: self.config.device.clone(),
            presence,
            boot: Some(self.outgoing.numbering().boot()),
            firmware: Some(env!("CARGO_PKG_VERSION").to_owned()),
            interval_s: Some(self.config.interval().as_secs_f64()),
        };
        let topic = native::status_topic(&self.config.site, &self.config.device);
        Outbound { topic, payload: native::encode_status(&status), retain: true }
    }
}
