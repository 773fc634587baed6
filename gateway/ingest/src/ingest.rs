//! The pipeline put together, from the contents of the store.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use domain::admission::Admission;
use domain::alerts::Alert;
use domain::site::Site;
use domain::storage::StorageState;
use domain::{Clock, Source};
use figures::Figures;
use store::{Learned, SeriesWriter, StoreError, StoreReader};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::commit_window::CommitWindow;
use crate::counters::Counters;
use crate::delivery::{Delivery, Receipt, Receipts};
use crate::journal::Leftover;
use crate::live_driver::{GatewayInfo, LiveDriver};
use crate::pending_batch::PendingBatch;
use crate::pipeline::{BATCH_DELIVERIES, Pipeline};
use crate::readiness::Readiness;
use crate::state_board::StateBoard;
use crate::weekly_review::WeeklyReview;

/// Parts of a pipeline, before it runs.
pub struct Ingest<W, R> {
    /// The building.
    pub site: Arc<Site>,
    /// Where readings go.
    pub writer: Arc<W>,
    /// Where live figures are loaded from: a late reading cannot be folded in without those around it.
    pub reader: Arc<R>,
    /// Figures of the last weeks, reviewed once a night.
    pub figures: Figures,
    /// Where live figures go.
    pub board: Arc<StateBoard>,
    /// Where the current set of alerts goes, whenever it changed.
    pub alerts: watch::Sender<Vec<Alert>>,
    /// The way back for acknowledgements of stored deliveries.
    pub receipts: Receipts,
    /// Where obstacles are reported.
    pub readiness: Arc<Readiness>,
    /// The time, for live figures.
    pub clock: Arc<dyn Clock>,
    /// How long a reading waits for others to be committed with.
    pub commit_window: Duration,
    /// Where topics go that devices have announced.
    pub learned: watch::Sender<Vec<String>>,
    /// Disk space that the store takes and has, as it is measured now and then.
    pub storage: watch::Receiver<Option<StorageState>>,
    /// Whether something sets the clock of this machine; `None` where the system cannot tell.
    pub clock_is_set: watch::Receiver<Option<bool>>,
    /// Version in the state of the gateway.
    pub version: &'static str,
}

impl<W, R> std::fmt::Debug for Ingest<W, R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ingest").field("site", &self.site.id).finish_non_exhaustive()
    }
}

impl<W: SeriesWriter + 'static, R: StoreReader> Ingest<W, R> {
    /// Admission with the sources of the store, and the stored announcements that later messages need.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn admission(site: &Site, reader: &R) -> Result<Admission, StoreError> {
        let stored = reader.sources().await?.into_iter().map(|stored| stored.source);
        let sources: Vec<Source> = stored.collect();
        let mut admission = Admission::new(site, sources);
        for Learned { topic, payload } in reader.learned().await? {
            admission.recall(&topic, &payload);
        }
        Ok(admission)
    }

    /// Loads the building as it stands, and works until `stop`, or until nobody can send `deliveries` any more. What
    /// was sent by then is still committed and acknowledged.
    ///
    /// `started` is called once the building is loaded, just before the first delivery is taken.
    ///
    /// # Errors
    /// When the store cannot be used, or not any more.
    pub async fn run(
        self,
        deliveries: mpsc::Receiver<Delivery>,
        stop: CancellationToken,
        started: impl FnOnce(),
    ) -> Result<(), StoreError> {
        let admission = Self::admission(&self.site, &self.reader).await?;
        let Self { version, storage, clock_is_set, .. } = self;
        let gateway = GatewayInfo { version, storage, clock_is_set };
        let review = WeeklyReview::new(Arc::clone(&self.site), self.figures, Instant::now());
        let live = LiveDriver::start(
            self.site,
            self.reader,
            review,
            self.board,
            self.alerts,
            self.clock,
            gateway,
        )
        .await?;
        let pipeline = Pipeline {
            admission,
            live,
            writer: self.writer,
            receipts: self.receipts,
            readiness: self.readiness,
            counters: Counters::new(),
            window: CommitWindow::new(self.commit_window, BATCH_DELIVERIES),
            pending: PendingBatch::default(),
            commits: JoinSet::new(),
            epoch: 0,
            learned: self.learned,
            has_learned: true,
            families: HashMap::new(),
        };
        started();
        pipeline.run(deliveries, stop).await
    }
}

/// Sends the leftover of the crash journal down the pipeline, before anything new.
///
/// Returns early when the pipeline has ended; then the journal keeps the rest.
pub async fn redeliver(leftover: Leftover, deliveries: &mpsc::Sender<Delivery>) {
    for (segment, journaled) in leftover.deliveries {
        let delivery = Delivery {
            topic: journaled.topic,
            payload: journaled.payload.into(),
            payload_len: journaled.payload_len,
            retained: false,
            received_at: journaled.received_at,
            receipt: Receipt::Journal(segment),
        };
        if deliveries.send(delivery).await.is_err() {
            return;
        }
    }
}
