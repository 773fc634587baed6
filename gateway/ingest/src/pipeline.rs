//! Deliveries become readings, readings become durable, and only then is anything acknowledged.
//!
//! ```text
//! deliveries ──admission──▶ pending batch ──commit──▶ store ──▶ acknowledgements
//!                    └─────▶ live ──▶ state board
//! ```
//!
//! While one batch is committed the next one fills; no more than these two are held. Then nothing more is received,
//! and the origins hold back the rest.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use domain::Source;
use domain::admission::Admission;
use domain::message::Message;
use store::{Learned, SeriesWriter, StoreError, StoreReader};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::Instant as Moment;
use tokio_util::sync::CancellationToken;

use crate::commit::{Committed, commit};
use crate::commit_window::{CommitWindow, Due};
use crate::counters::Counters;
use crate::delivery::{Delivery, Receipt, Receipts};
use crate::live_driver::LiveDriver;
use crate::pending_batch::PendingBatch;
use crate::readiness::Readiness;

/// Deliveries that make a full batch, whatever the window.
pub const BATCH_DELIVERIES: usize = 2000;
/// Deliveries that may wait for the pipeline; when the queue is full, their origins wait.
pub const QUEUE_DELIVERIES: usize = 1024;
/// Deliveries that are taken from the queue at once.
const GULP: usize = 256;
/// How long the last batch may take when the program stops; after that it is delivered again at the next start.
const LAST_COMMIT_WITHIN: Duration = Duration::from_secs(3);

/// The pipeline of one gateway.
pub(crate) struct Pipeline<W, R> {
    pub(crate) admission: Admission,
    pub(crate) live: LiveDriver<R>,
    pub(crate) writer: Arc<W>,
    pub(crate) receipts: Receipts,
    pub(crate) readiness: Arc<Readiness>,
    pub(crate) counters: Counters,
    pub(crate) window: CommitWindow,
    pub(crate) pending: PendingBatch,
    pub(crate) commits: JoinSet<Result<Committed, StoreError>>,
    pub(crate) epoch: u32,
    /// Topics that devices have announced.
    pub(crate) learned: watch::Sender<Vec<String>>,
    pub(crate) has_learned: bool,
    /// Device family last recorded for each source.
    pub(crate) families: HashMap<Source, &'static str>,
}

impl<W: SeriesWriter + 'static, R: StoreReader> Pipeline<W, R> {
    /// Works until `stop`, or until nobody can send deliveries any more, then commits and acknowledges what is left.
    ///
    /// # Errors
    /// When the store cannot be used any more.
    pub(crate) async fn run(
        mut self,
        mut deliveries: mpsc::Receiver<Delivery>,
        stop: CancellationToken,
    ) -> Result<(), StoreError> {
        let mut gulp = Vec::with_capacity(GULP);
        loop {
            let wake = self.wake();
            tokio::select! {
                biased;
                Some(done) = self.commits.join_next() => {
                    self.committed(done.expect("a commit neither panics nor is aborted")?).await;
                }
                Some(loaded) = self.live.loaded() => self.live.reload(loaded),
                count = deliveries.recv_many(&mut gulp, GULP), if self.has_room() => {
                    if count == 0 {
                        return self.finish().await;
                    }
                    self.take(&mut gulp).await;
                }
                () = stop.cancelled(), if !deliveries.is_closed() => deliveries.close(),
                () = tokio::time::sleep_until(wake) => {}
            }
            let now = Moment::now();
            self.close_if_due(now);
            self.live.turn(now, self.is_quiet(), &self.counters);
        }
    }

    fn has_room(&self) -> bool {
        let full = self.window.pending() >= BATCH_DELIVERIES || self.pending.is_heavy();
        self.commits.is_empty() || !full
    }

    fn is_quiet(&self) -> bool {
        self.pending.is_empty() && self.commits.is_empty()
    }

    fn wake(&self) -> Moment {
        match self.window.due() {
            Due::At(at) if self.commits.is_empty() => self.live.wake().min(at.into()),
            _ => self.live.wake(),
        }
    }

    async fn take(&mut self, gulp: &mut Vec<Delivery>) {
        let now = Moment::now().into_std();
        self.counters.received(gulp.len());
        let mut ignored = Vec::new();
        for delivery in gulp.drain(..) {
            if let Receipt::Link(receipt) = delivery.receipt
                && receipt.epoch != self.epoch
            {
                self.epoch = receipt.epoch;
                self.window.reconnected();
            }
            let receipt = delivery.receipt;
            if self.admit(delivery) {
                self.window.arrived(now, matches!(receipt, Receipt::Link(_)));
            } else {
                ignored.push(receipt);
            }
        }
        // No commit is awaited for them: our own states among them would fill what a broker sends unacknowledged.
        if !ignored.is_empty() {
            self.receipts.acknowledge(&ignored).await;
        }
        if std::mem::take(&mut self.has_learned) {
            self.learned.send_replace(self.admission.learned());
        }
    }

    /// Whether the delivery is of a device family, and so joined the batch.
    fn admit(&mut self, delivery: Delivery) -> bool {
        let admitted = if delivery.is_cut() {
            self.admission.refuse_too_large(&delivery.topic, delivery.payload_len)
        } else {
            self.admission.admit(&Message {
                topic: &delivery.topic,
                payload: &delivery.payload,
                retained: delivery.retained,
                received_at: delivery.received_at,
            })
        };
        if admitted.family.is_none() && admitted.refused.is_empty() {
            self.counters.ignored();
            return false;
        }
        for status in &admitted.statuses {
            self.live.status(status, delivery.received_at);
        }
        for (device, ahead_s) in &admitted.ahead {
            self.live.ahead(device, delivery.received_at, *ahead_s);
        }
        if admitted.learned {
            self.has_learned = true;
            let (topic, payload) = (delivery.topic.clone(), delivery.payload.to_vec());
            self.pending.batch.learned.push(Learned { topic, payload });
        }
        if admitted.lost > 0 {
            self.counters.lost(admitted.lost);
            if let Some(reading) = admitted.readings.first() {
                self.live.lost(&reading.source.device, admitted.lost);
            }
        }
        for reading in &admitted.readings {
            self.live.observe(reading);
            if let Some(family) = admitted.family
                && self.families.get(&reading.source) != Some(&family)
            {
                self.families.insert(reading.source.clone(), family);
                self.pending.batch.families.push((reading.source.clone(), family));
            }
        }
        let readings = admitted.readings.len();
        self.pending.batch.readings.extend(admitted.readings);
        self.pending.add(delivery, readings, admitted.refused);
        true
    }

    fn close_if_due(&mut self, now: Moment) {
        let due = match self.window.due() {
            Due::Never => false,
            Due::Now => true,
            Due::At(at) => now.into_std() >= at || self.pending.is_heavy(),
        };
        if due && self.commits.is_empty() {
            self.close(now);
        }
    }

    fn close(&mut self, now: Moment) {
        self.window.closed(now.into_std());
        self.live.closing(now);
        let pending = std::mem::take(&mut self.pending);
        let (writer, readiness) = (Arc::clone(&self.writer), Arc::clone(&self.readiness));
        self.commits.spawn(commit(writer, readiness, pending));
    }

    async fn committed(&mut self, committed: Committed) {
        self.counters.committed(committed.appended, &committed.refused);
        if !committed.refused.is_empty() {
            self.live.refused(self.counters.refused_total());
        }
        self.receipts.acknowledge(&committed.receipts).await;
        let awaited =
            |receipt: &&Receipt| matches!(receipt, Receipt::Link(r) if r.epoch == self.epoch);
        let count = committed.receipts.iter().filter(awaited).count();
        self.window.acknowledged(count, Moment::now().into_std());
        self.live.durable();
    }

    async fn finish(mut self) -> Result<(), StoreError> {
        let last = async {
            while !self.is_quiet() {
                if self.commits.is_empty() {
                    self.close(Moment::now());
                }
                if let Some(done) = self.commits.join_next().await {
                    self.committed(done.expect("a commit neither panics nor is aborted")?).await;
                }
            }
            Ok(())
        };
        if let Ok(done) = tokio::time::timeout(LAST_COMMIT_WITHIN, last).await {
            return done;
        }
        tracing::warn!("the store did not take the last batch; it will be delivered again");
        Ok(())
    }
}
