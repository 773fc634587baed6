//! Makes a batch durable, however long the store needs, and finds the delivery that it refuses.

use std::sync::Arc;

use domain::message::{Reason, ReasonLabel};
use store::{Appended, Batch, SeriesWriter, StoreError};

use crate::backoff::Backoff;
use crate::delivery::Receipt;
use crate::gathering::{Gathered, Gathering, refusal};
use crate::readiness::{Part, Readiness};

/// What came of a batch.
#[derive(Debug)]
pub(crate) struct Committed {
    pub(crate) appended: Appended,
    /// The sorts of refusal that went into quarantine.
    pub(crate) refused: Vec<ReasonLabel>,
    /// Whom to tell.
    pub(crate) receipts: Vec<Receipt>,
}

/// Commits a batch. While the store is unavailable it tries again, for ever; readiness says why.
///
/// # Errors
/// When the store cannot be used any more: then the program must stop.
pub(crate) async fn commit<W: SeriesWriter>(
    writer: Arc<W>,
    readiness: Arc<Readiness>,
    gathering: Gathering,
) -> Result<Committed, StoreError> {
    let receipts = gathering.receipts();
    let mut refused = gathering.refused();
    let mut appended = Appended::default();
    let patient = Patient { writer: &*writer, readiness: &readiness };
    let Gathering { batch, deliveries, .. } = gathering;
    // Parts that are still to be appended, the next one last.
    let mut parts = vec![(batch, deliveries)];
    while let Some((batch, deliveries)) = parts.pop() {
        match patient.append(&batch).await {
            Ok(more) => add(&mut appended, more),
            Err(StoreError::Refused(cause)) => match halves(batch, deliveries) {
                Halves::Two(first, second) => parts.extend([second, first]),
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

/// Appends and waits.
struct Patient<'a, W> {
    writer: &'a W,
    readiness: &'a Readiness,
}

impl<W: SeriesWriter> Patient<'_, W> {
    async fn append(&self, batch: &Batch) -> Result<Appended, StoreError> {
        let mut backoff = Backoff::of_a_store();
        loop {
            match self.writer.append(batch.clone()).await {
                Ok(appended) => {
                    self.readiness.clear(Part::Store);
                    return Ok(appended);
                }
                Err(error @ (StoreError::Unavailable(_) | StoreError::Damaged { .. })) => {
                    metrics::counter!("vigie_store_failures_total").increment(1);
                    let why = format!("readings cannot be stored: {}", chain(&error));
                    self.readiness.blocked(Part::Store, why);
                    tokio::time::sleep(backoff.pause()).await;
                }
                Err(error) => return Err(error),
            }
        }
    }
}

enum Halves {
    Two((Batch, Vec<Gathered>), (Batch, Vec<Gathered>)),
    Culprit(Gathered),
}

/// Splits a batch that the store refuses, until the delivery that it refuses stands alone.
fn halves(mut batch: Batch, mut deliveries: Vec<Gathered>) -> Halves {
    let second = deliveries.split_off(deliveries.len() / 2);
    if deliveries.is_empty() {
        let culprit = second.into_iter().next().expect("an empty batch is not refused");
        return Halves::Culprit(culprit);
    }
    let readings = deliveries.iter().map(|gathered| gathered.readings).sum();
    let refused = deliveries.iter().map(|gathered| gathered.refused).sum();
    let rest = Batch {
        readings: batch.readings.split_off(readings),
        refused: batch.refused.split_off(refused),
        // To note these twice does no harm.
        families: batch.families.clone(),
        learned: batch.learned.clone(),
        healed: Vec::new(),
    };
    Halves::Two((batch, deliveries), (rest, second))
}

fn quarantined(culprit: &Gathered, cause: &store::Cause) -> Batch {
    let text = format!("the store cannot keep it: {cause}");
    let refused = refusal(&culprit.delivery, Reason::new(ReasonLabel::Value, text));
    Batch { refused: vec![refused], ..Batch::default() }
}

fn add(sum: &mut Appended, more: Appended) {
    sum.stored += more.stored;
    sum.repeated += more.repeated;
    sum.dropped += more.dropped;
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text = format!("{text}: {cause}");
        next = cause.source();
    }
    text
}
