//! Start of the pipeline: its parts, the replays before anything new, and the queues to it.

use std::sync::Arc;
use std::time::Duration;

use domain::alerts::Alert;
use domain::site::Site;
use domain::{Instant, failure_chain};
use figures::Figures;
use ingest::{
    Damage, Delivery, Ingest, Journal, Leftover, LinkReceipt, QUEUE_DELIVERIES, Receipts,
    ReplayMark, redeliver, replay_quarantine,
};
use store::{Corrected, SeriesReader, SqliteReader, SqliteWriter};
use tokio::sync::{mpsc, oneshot, watch};

use super::building::Building;
use super::services::{Services, unusable_store};
use super::stop::{INGEST, Stops};
use super::tasks::Tasks;
use crate::config::{Config, VERSION};
use crate::failure::Failure;
use crate::machine::MachineState;

/// Site, store and outlet of one pipeline.
pub(super) struct Pipeline {
    pub(super) site: Arc<Site>,
    pub(super) reader: Arc<Corrected<SqliteReader>>,
    /// Where the current alerts go.
    pub(super) alerts: watch::Sender<Vec<Alert>>,
    pub(super) commit_window: Duration,
}

/// Ends of the queues between the origins of deliveries and the pipeline.
pub(super) struct Queues {
    pub(super) deliveries: mpsc::Sender<Delivery>,
    pub(super) acknowledgements: mpsc::Receiver<Vec<LinkReceipt>>,
    pub(super) journal: Arc<Journal>,
    pub(super) learned: watch::Receiver<Vec<String>>,
}

impl Queues {
    /// The way in for deliveries.
    pub(super) fn deliveries(&self) -> mpsc::Sender<Delivery> {
        self.deliveries.clone()
    }
}

impl Pipeline {
    /// Starts the pipeline, which works until it is stopped.
    pub(super) fn start(
        self,
        journal: Arc<Journal>,
        services: &Services,
        machine: &MachineState,
        stops: &Stops,
        tasks: &mut Tasks,
    ) -> (Queues, Loading) {
        let (deliveries, queue) = mpsc::channel(QUEUE_DELIVERIES);
        let (acknowledge, acknowledgements) = mpsc::channel(Receipts::QUEUE);
        let (learned, is_learned) = watch::channel(Vec::new());
        let reader = (*services.reader).clone();
        let figures = Figures::new(reader, Arc::clone(&self.site), Arc::clone(&services.clock));
        let ingest = Ingest {
            site: self.site,
            figures,
            writer: Arc::clone(&services.writer),
            reader: self.reader,
            board: Arc::clone(&services.board),
            alerts: self.alerts,
            receipts: Receipts::new(acknowledge, Arc::clone(&journal)),
            readiness: Arc::clone(&services.readiness),
            clock: Arc::clone(&services.clock),
            commit_window: self.commit_window,
            learned,
            storage: machine.storage.subscribe(),
            clock_is_set: machine.clock_is_set.subscribe(),
            version: VERSION,
        };
        let (loaded, is_loaded) = oneshot::channel();
        let started = move || {
            if loaded.send(()).is_err() {
                tracing::debug!("stopped while the building was loaded");
            }
        };
        let stop = stops.current.pipeline.clone();
        let work = async move {
            ingest.run(queue, stop, started).await.map_err(|error| failure_chain(&error))
        };
        tasks.spawn(INGEST, work);
        let queues = Queues { deliveries, acknowledgements, journal, learned: is_learned };
        (queues, Loading(is_loaded))
    }
}

/// A pipeline that loads the building.
pub(super) struct Loading(oneshot::Receiver<()>);

impl Loading {
    /// Returns when the building is loaded and the pipeline has the deliveries that an earlier run left.
    pub(super) async fn ready(
        self,
        leftover: Option<Leftover>,
        deliveries: mpsc::Sender<Delivery>,
    ) {
        drop(self.0.await);
        if let Some(leftover) = leftover {
            resume(leftover, &deliveries).await;
        }
    }
}

/// Sends the deliveries that an earlier run left, before anything new.
async fn resume(leftover: Leftover, deliveries: &mpsc::Sender<Delivery>) {
    if leftover.torn > 0 {
        tracing::warn!(
            leftover.torn,
            "the last record of the crash journal was cut, as a power cut or a killed program leaves it"
        );
    }
    metrics::counter!("vigie_journal_torn_total").increment(leftover.torn as u64);
    for damage in &leftover.damage {
        tracing::error!("the crash journal {damage}; look at the disk with `vigie doctor`");
    }
    let damaged: usize = leftover.damage.iter().map(Damage::bytes).sum();
    metrics::counter!("vigie_journal_damaged_total").increment(leftover.damage.len() as u64);
    metrics::counter!("vigie_journal_damaged_bytes_total").increment(damaged as u64);
    if !leftover.deliveries.is_empty() {
        let count = leftover.deliveries.len();
        tracing::info!(count, "deliveries of an earlier run are stored from the crash journal");
    }
    redeliver(leftover, deliveries).await;
}

/// Arrival of the newest stored reading.
pub(super) async fn newest_arrival(reader: &SqliteReader) -> Result<Option<Instant>, Failure> {
    let sources = reader.sources().await.map_err(|error| unusable_store(&error))?;
    Ok(sources.iter().map(|source| source.last.received_at).max())
}

/// Replays quarantine, when the program or the site file is another one than at the last replay.
pub(super) async fn replay(
    config: &Config,
    building: &Building,
    services: &Services,
) -> Result<(), Failure> {
    let mark = ReplayMark::new(&config.data, &[VERSION, &building.text.borrow()]);
    if !mark.differs() && !config.replay_quarantine {
        return Ok(());
    }
    let (site, reader) = (building.site(), &*services.reader);
    let replay = async {
        let admission = Ingest::<SqliteWriter, _>::admission(&site, reader).await?;
        replay_quarantine(admission, &*services.writer, reader).await
    };
    let replayed = replay.await.map_err(|error| unusable_store(&error))?;
    tracing::info!(replayed.healed, replayed.stored, replayed.standing, "quarantine was replayed");
    if let Err(error) = mark.set() {
        tracing::warn!(%error, "quarantine will be replayed at the next start again");
    }
    Ok(())
}
