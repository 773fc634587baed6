//! A node at work: it measures, dates, numbers, keeps and sends.
//!
//! ```text
//! crew (a thread an instrument) ──finds──▶ run ──▶ post ──▶ publisher ──▶ broker
//!                                          │ ▲      │ ▲
//!                                        dating   outbox, numbering (disk)
//! ```
//!
//! | file | what it does |
//! |---|---|
//! | `config`, `fittings` | reads the configuration, and says what is wrong with it |
//! | `fit` | makes instruments of it, on a board |
//! | `crew` | the threads of the instruments |
//! | `dating`, `vouching` | when a reading was taken, and whether the wall clock is right |
//! | `numbering` | starts, running numbers, and what was let go |
//! | `post` | what is sent when |

mod config;
mod crew;
mod dating;
mod fit;
mod fittings;
mod numbering;
mod post;
mod vouching;

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use domain::message::{DevicePresence, DeviceStatus};
use domain::native;
use domain::{Clock, Instant};
use tokio::sync::mpsc;
use tokio::task::block_in_place;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

pub use config::{ClockTable, Config, ConfigError, EXAMPLE, OutboxTable, Trust};
pub use dating::{Dating, Look};
pub use fit::{Fitted, fit, wires};
pub use fittings::{Fitting, Kind, Level};
pub use vouching::clock_is_set;

use crate::instruments::{Kept, KeptError};
use crate::outbox::Outbox;
use crate::publisher::{IN_FLIGHT, Node, Outbound, PublishError, Publisher};
use crate::uptime::{BootId, Uptime};
use crew::{Crew, Find};
use numbering::Numbering;
use post::{Post, Sender};

/// How many finds wait between the instruments and the node; then the instruments wait.
const FINDS: usize = 1024;

const TICK: Duration = Duration::from_millis(200);

/// How often the clocks are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// How long the instruments may take to end, and then the broker to acknowledge.
const ENDING: Duration = Duration::from_secs(2);

/// No clock that is right shows an earlier time than that of this program.
const BUILT: Instant = Instant::from_millis(1_767_225_600_000);

/// What a node needs to run, opened and its own.
#[derive(Debug)]
pub struct Station {
    config: Config,
    kept: Kept,
    post: Post,
    /// Keeps other nodes away from the data.
    _lock: File,
}

/// A sign of life, for whoever watches over the node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// It measures.
    Ready,
    /// All of it still goes round.
    Alive,
    /// It has begun to end.
    Stopping,
}

/// Why a node cannot run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StationError {
    /// The data folder cannot be used.
    #[error(
        "{path}: the data of the node cannot be used; may this user write there, and is the card well?"
    )]
    Data {
        /// Which file or folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Another node uses the data folder.
    #[error(
        "{path} is used by another vigie-node: end it first, as in `systemctl stop vigie-node`, or name another data folder"
    )]
    Locked {
        /// The folder.
        path: PathBuf,
    },
    /// The totals cannot be used.
    #[error(transparent)]
    Kept(#[from] KeptError),
    /// What would be published cannot be.
    #[error(transparent)]
    Publish(#[from] PublishError),
    /// The threads of the instruments cannot be made.
    #[error("the system gives no threads for the instruments")]
    Threads(#[source] io::Error),
}

impl Station {
    /// Opens the data of the node and counts a start.
    ///
    /// # Errors
    /// When the data cannot be used, or are used by another node.
    pub fn open(config: Config) -> Result<Self, StationError> {
        let lock = lock(&config.data)?;
        let at = |name: &str| config.data.join(name);
        let fault = |path: PathBuf| move |source| StationError::Data { path, source };
        let kept = Kept::open(&at("totals.json"))?;
        let numbering = Numbering::open(&at("node.json")).map_err(fault(at("node.json")))?;
        let outbox =
            Outbox::open(&at("outbox"), config.outbox.limits()).map_err(fault(at("outbox")))?;
        let sender = Sender {
            site: config.site.clone(),
            device: config.device.clone(),
            boot: BootId::current(),
        };
        let post = Post::new(sender, config.outbox, outbox, numbering, Uptime::now());
        Ok(Self { config, kept, post, _lock: lock })
    }

    /// Makes the data folder this process's own for as long as the answer lives.
    ///
    /// # Errors
    /// When it cannot be used, or is used by a node.
    pub fn lock(data: &Path) -> Result<File, StationError> {
        lock(data)
    }

    /// The totals of its counters.
    pub const fn kept(&self) -> &Kept {
        &self.kept
    }

    /// Measures and publishes until `shutdown`; then everything that the broker has not acknowledged is on disk.
    ///
    /// # Errors
    /// When it cannot begin.
    pub async fn run(
        mut self,
        fitted: Vec<Fitted>,
        clock: &dyn Clock,
        shutdown: CancellationToken,
        mut sign: impl FnMut(Sign),
    ) -> Result<(), StationError> {
        let publisher = Publisher::start(self.config.broker.clone(), self.node())?;
        let (sender, mut finds) = mpsc::channel::<Find>(FINDS);
        let crew = Crew::start(fitted, &sender).map_err(StationError::Threads)?;
        drop(sender);
        let mut dating = Dating::new(BUILT.max(self.post.numbering().seen().unwrap_or(BUILT)));
        self.look(&mut dating, clock);
        if !dating.is_right() {
            tracing::warn!(shows = %clock.now(), "the clock is not right yet; readings wait for it");
        }
        tracing::info!(
            device.id = %self.config.device, boot = self.post.numbering().boot(), backlog = self.post.backlog(),
            dropped = self.post.numbering().dropped(), "the node is at work"
        );
        sign(Sign::Ready);

        let mut progress = publisher.progress();
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (mut looked, mut batch) = (Uptime::now(), Vec::new());
        loop {
            let is_tick = tokio::select! {
                () = shutdown.cancelled() => break,
                // Each of these loses nothing when another one is ready first.
                _ = ticks.tick() => true,
                _ = progress.changed() => false,
                _ = finds.recv_many(&mut batch, FINDS) => false,
            };
            let now = Uptime::now();
            batch.drain(..).for_each(|find| self.post.take(find, now));
            if is_tick && now.since(looked) >= LOOK_EVERY {
                looked = now;
                self.look(&mut dating, clock);
                match crew.hangs(now) {
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
        block_in_place(|| crew.stop(ENDING));
        while let Ok(find) = finds.try_recv() {
            self.post.take(find, Uptime::now());
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
        let settled = self.post.settle(|ticket| publisher.has_acknowledged(ticket));
        let closed = block_in_place(|| self.post.close(now, dating));
        publisher.leave(Duration::ZERO).await;
        tracing::info!(backlog = self.post.backlog(), "the node has ended");
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
        self.post.date(dating);
        let mut outcome = self.post.settle(|ticket| publisher.has_acknowledged(ticket));
        while outcome.is_ok() && publisher.is_connected() && publisher.unacknowledged() < IN_FLIGHT
        {
            match block_in_place(|| self.post.next(dating, now)) {
                Ok(Some(parcel)) => {
                    // There is room, so this does not wait.
                    let ticket = publisher.publish(parcel.message.clone()).await?;
                    self.post.sent(&parcel, ticket);
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
        match block_in_place(|| self.post.write(now, false)) {
            Ok(dropped) if dropped.is_empty() => {}
            Ok(dropped) => {
                let readings: u64 = dropped.values().sum();
                tracing::error!(readings, "the outbox is full and the oldest readings are let go");
            }
            Err(error) => {
                tracing::error!(
                    %error, in_memory = self.post.in_memory(),
                    "the outbox cannot be written; readings stay in memory. Is the card full or broken?"
                );
            }
        }
    }

    fn look(&self, dating: &mut Dating, clock: &dyn Clock) {
        let vouched = || block_in_place(|| self.config.clock.is_synchronized());
        match dating.look(clock.now(), Uptime::now(), vouched) {
            Look::Same => {}
            Look::Right => tracing::info!(shows = %clock.now(), "the clock is right"),
            Look::Jumped(by) => tracing::warn!(by_s = by.as_secs(), "the clock was put"),
            Look::Wrong => {
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
            boot: Some(self.post.numbering().boot()),
            firmware: Some(env!("CARGO_PKG_VERSION").to_owned()),
            interval_s: Some(self.config.interval().as_secs_f64()),
        };
        let topic = native::status_topic(&self.config.site, &self.config.device);
        Outbound { topic, payload: native::encode_status(&status), retain: true }
    }
}

/// Makes the data folder this process's own.
fn lock(folder: &Path) -> Result<File, StationError> {
    let fault = |source| StationError::Data { path: folder.to_owned(), source };
    std::fs::create_dir_all(folder).map_err(fault)?;
    let file = File::create(folder.join("lock")).map_err(fault)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => {
            Err(StationError::Locked { path: folder.to_owned() })
        }
        Err(std::fs::TryLockError::Error(source)) => Err(fault(source)),
    }
}
