//! Pending batch: deliveries that wait for the next commit, with what they hold for the store.

use domain::message::{Reason, ReasonLabel};
use store::{Batch, Refused};

use crate::delivery::{Delivery, Receipt};

/// Deliveries, and the readings and refusals made of them, both in the order of arrival.
#[derive(Debug, Default)]
pub(crate) struct PendingBatch {
    /// Readings and refusals to be appended.
    pub(crate) batch: Batch,
    /// Deliveries of which it was made.
    pub(crate) deliveries: Vec<PendingDelivery>,
    payload_bytes: usize,
}

/// A delivery, with the count of its readings and refusals in the batch.
#[derive(Debug)]
pub(crate) struct PendingDelivery {
    pub(crate) delivery: Delivery,
    pub(crate) readings: usize,
    pub(crate) refused: usize,
}

impl PendingBatch {
    /// A batch is closed at this weight, so that large payloads do not fill the memory.
    pub(crate) const MAX_PAYLOAD_BYTES: usize = 16 * 1024 * 1024;

    /// Adds a delivery of which `readings` are already in the batch.
    pub(crate) fn add(&mut self, delivery: Delivery, readings: usize, reasons: Vec<Reason>) {
        let refused = self.refuse(&delivery, reasons);
        self.payload_bytes += delivery.payload.len();
        self.deliveries.push(PendingDelivery { delivery, readings, refused });
    }

    /// One refusal for each sort of reason, however many parts of the message were refused for it.
    fn refuse(&mut self, delivery: &Delivery, reasons: Vec<Reason>) -> usize {
        let before = self.batch.refused.len();
        for reason in reasons {
            let of_this = &mut self.batch.refused[before..];
            match of_this.iter_mut().find(|refused| refused.reason.label == reason.label) {
                Some(_) => {}
                None => self.batch.refused.push(refusal(delivery, reason)),
            }
        }
        self.batch.refused.len() - before
    }

    /// Whether it must not grow any more.
    pub(crate) const fn is_heavy(&self) -> bool {
        self.payload_bytes >= Self::MAX_PAYLOAD_BYTES
    }

    /// Whether no delivery is pending.
    pub(crate) fn is_empty(&self) -> bool {
        self.deliveries.is_empty()
    }

    /// The receipts of all deliveries.
    pub(crate) fn receipts(&self) -> Vec<Receipt> {
        self.deliveries.iter().map(|pending| pending.delivery.receipt).collect()
    }

    /// Reason of each refusal in the batch.
    pub(crate) fn refused(&self) -> Vec<ReasonLabel> {
        self.batch.refused.iter().map(|refused| refused.reason.label).collect()
    }
}

/// Quarantine entry of a delivery.
pub(crate) fn refusal(delivery: &Delivery, reason: Reason) -> Refused {
    let kept = delivery.payload.len().min(Refused::KEPT_BYTES);
    Refused {
        received_at: delivery.received_at,
        topic: delivery.topic.clone(),
        payload: delivery.payload[..kept].to_vec(),
        payload_len: delivery.payload_len,
        reason,
    }
}
