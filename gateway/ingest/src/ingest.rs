//! Puts the pipeline together, from what the store knows.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use domain::admission::Admission;
use domain::site::Site;
use domain::wire::state::{Alert, StorageState};
use domain::{Clock, Source};
use figures::Figures;
use store::{Learned, SeriesReader, SeriesWriter, StoreError};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::commit_window::CommitWindow;
use crate::counters::Counters;
use crate::delivery::{Delivery, Receipt, Receipts};
use crate::gathering::Gathering;
use crate::journal::Leftover;
use crate::live_driver::{About, LiveDriver};
use crate::pipeline::{BATCH_DELIVERIES, Pipeline};
use crate::readiness::Readiness;
use crate::state_board::StateBoard;
use crate::weekly_review::WeeklyReview;

/// What the pipeline works with.
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
    /// Where what a person should know goes, whenever it changed.
    pub alerts: watch::Sender<Vec<Alert>>,
    /// Whom to tell that a delivery is stored.
    pub receipts: Receipts,
    /// Whom to tell why nothing is stored.
    pub readiness: Arc<Readiness>,
    /// The time, for live figures.
    pub clock: Arc<dyn Clock>,
    /// How long a reading waits for others to be committed with.
    pub commit_window: Duration,
    /// Whom to tell where devices publish that have announced it.
    pub learned: watch::Sender<Vec<String>>,
    /// How much room the store takes and has, as it is measured now and then.
    pub storage: watch::Receiver<Option<StorageState>>,
    /// Whether somebody sets the clock of this machine, as it is asked now and then; `None` where nobody can say.
    pub clock_is_set: watch::Receiver<Option<bool>>,
    /// What the gateway says of itself.
    pub version: &'static str,
}

impl<W, R> std::fmt::Debug for Ingest<W, R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ingest").field("site", &self.site.id).finish_non_exhaustive()
    }
}

impl<W: SeriesWriter + 'static, R: SeriesReader> Ingest<W, R> {
    /// What decides which messages become readings, given the sources that the store has heard of and the messages
    /// that later ones need to be understood.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn admission(site: &Site, reader: &R) -> Result<Admission, StoreError> {
        let known: Vec<Source> =
            reader.sources().await?.into_iter().map(|known| known.source).collect();
        let mut admission = Admission::new(site, known);
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
        let gateway = About { version, storage, clock_is_set };
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
            gathering: Gathering::default(),
            commits: JoinSet::new(),
            epoch: 0,
            learned: self.learned,
            has_learned: true,
            told: HashMap::new(),
        };
        started();
        pipeline.run(deliveries, stop).await
    }
}

/// Sends what an earlier run left in the crash journal down the pipeline, before anything new.
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
