//! Commit of a batch, however long the store needs; a delivery that the store refuses goes into quarantine alone.

use std::sync::Arc;
use std::time::Duration;

use domain::backoff::Backoff;
use domain::failure_chain;
use domain::message::{Reason, ReasonLabel};
use store::{Appended, Batch, SeriesWriter, StoreError};

use crate::delivery::Receipt;
use crate::pending_batch::{PendingBatch, PendingDelivery, refusal};
use crate::readiness::{Part, Readiness};

/// Pauses between attempts at a store whose disk is full or whose file is locked.
const BACKOFF: Backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(5));

/// Outcome of a commit.
#[derive(Debug)]
pub(crate) struct Committed {
    pub(crate) appended: Appended,
    /// Reasons of the deliveries that went into quarantine.
    pub(crate) refused: Vec<ReasonLabel>,
    /// Receipts that are to be acknowledged.
    pub(crate) receipts: Vec<Receipt>,
}

/// Commits a batch. While the store is unavailable it tries again, for ever; readiness says why.
///
/// # Errors
/// When the store cannot be used any more: then the program must stop.
pub(crate) async fn commit<W: SeriesWriter>(
    writer: Arc<W>,
    readiness: Arc<Readiness>,
    pending: PendingBatch,
) -> Result<Committed, StoreError> {
    let receipts = pending.receipts();
    let mut refused = pending.refused();
    let mut appended = Appended::default();
    let patient = PatientWriter { writer: &*writer, readiness: &readiness };
    let PendingBatch { batch, deliveries, .. } = pending;
    // Parts that are still to be appended, the next one last.
    let mut parts = vec![(batch, deliveries)];
    while let Some((batch, deliveries)) = parts.pop() {
        match patient.append(&batch).await {
            Ok(more) => add(&mut appended, more),
            Err(StoreError::Refused(cause)) => match halves(batch, deliveries) {
                Halves::Two(halves) => {
                    let [first, second] = *halves;
                    parts.extend([second, first]);
                }
                Halves::Culprit(culprit) => {
                    let quarantined = quarantined(&culprit, &cause);
                    refused.push(ReasonLabel::Value);
                    add(&mut appended, patient.append(&quarantined).await?);
                }
            },
            Err(error) => return Err(error),
        }
    }
    Ok(Committed { appended, refused, receipts })
}

/// Writer that tries again until the store is available.
struct PatientWriter<'a, W> {
    writer: &'a W,
    readiness: &'a Readiness,
}

impl<W: SeriesWriter> PatientWriter<'_, W> {
    async fn append(&self, batch: &Batch) -> Result<Appended, StoreError> {
        let mut backoff = BACKOFF;
        loop {
            match self.writer.append(batch.clone()).await {
                Ok(appended) => {
                    self.readiness.clear(Part::Store);
                    return Ok(appended);
                }
                Err(error @ (StoreError::Unavailable(_) | StoreError::Damaged { .. })) => {
                    metrics::counter!("vigie_store_failures_total").increment(1);
                    let why = format!("readings cannot be stored: {}", failure_chain(&error));
                    self.readiness.blocked(Part::Store, why);
                    tokio::time::sleep(backoff.pause()).await;
                }
                Err(error) => return Err(error),
            }
        }
    }
}

enum Halves {
    Two(Box<[(Batch, Vec<PendingDelivery>); 2]>),
    Culprit(PendingDelivery),
}

/// Splits a batch that the store refuses, until the delivery that it refuses stands alone.
fn halves(mut batch: Batch, mut deliveries: Vec<PendingDelivery>) -> Halves {
    let second = deliveries.split_off(deliveries.len() / 2);
    if deliveries.is_empty() {
        let culprit = second.into_iter().next().expect("an empty batch is not refused");
        return Halves::Culprit(culprit);
    }
    let readings = deliveries.iter().map(|delivery| delivery.readings).sum();
    let refused = deliveries.iter().map(|delivery| delivery.refused).sum();
    let rest = Batch {
        readings: batch.readings.split_off(readings),
        refused: batch.refused.split_off(refused),
        // Recording these twice does no harm.
        families: batch.families.clone(),
        learned: batch.learned.clone(),
        healed: Vec::new(),
        imported_at: None,
    };
    Halves::Two(Box::new([(batch, deliveries), (rest, second)]))
}

fn quarantined(culprit: &PendingDelivery, cause: &store::Cause) -> Batch {
    let text = format!("the store cannot keep it: {cause}");
    let refused = refusal(&culprit.delivery, Reason::new(ReasonLabel::Value, text));
    Batch { refused: vec![refused], ..Batch::default() }
}

fn add(sum: &mut Appended, more: Appended) {
    sum.stored += more.stored;
    sum.repeated += more.repeated;
    sum.dropped += more.dropped;
}
