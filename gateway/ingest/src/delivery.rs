//! One received MQTT message with its pending acknowledgement, and the way back for acknowledgements.

use std::sync::Arc;

use bytes::Bytes;
use domain::Instant;
use tokio::sync::mpsc;

use crate::journal::{Journal, Segment};

/// A message of which no one has promised yet that it is safe.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// Its full topic.
    pub topic: String,
    /// Its payload; cut to what quarantine keeps when it is larger than anything that is read.
    pub payload: Bytes,
    /// How long the payload was.
    pub payload_len: usize,
    /// Whether the broker had kept it: then it may be old.
    pub retained: bool,
    /// When it came in, by our clock.
    pub received_at: Instant,
    /// Whom to tell once it is stored.
    pub receipt: Receipt,
}

impl Delivery {
    /// A larger payload is not read but refused.
    pub const MAX_BYTES: usize = 256 * 1024;

    /// Holds on to the payload, or to its beginning when it is larger than [`Delivery::MAX_BYTES`], so that a
    /// queue of deliveries stays small whatever is sent.
    pub fn new(topic: String, payload: Bytes, received_at: Instant, receipt: Receipt) -> Self {
        let payload_len = payload.len();
        let payload = if payload_len > Self::MAX_BYTES {
            Bytes::copy_from_slice(&payload[..store::Refused::KEPT_BYTES])
        } else {
            payload
        };
        Self { topic, payload, payload_len, retained: false, received_at, receipt }
    }

    /// Whether only the beginning of the payload is here.
    pub fn is_cut(&self) -> bool {
        self.payload.len() < self.payload_len
    }
}

/// What the origin of a delivery needs to know it again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Receipt {
    /// Nobody waits: it came with `QoS` 0, or it is a last will.
    None,
    /// A broker waits for the acknowledgement.
    Link(LinkReceipt),
    /// The crash journal holds it until it is stored.
    Journal(Segment),
}

/// Names a message that a broker wants acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkReceipt {
    /// Which connection it came over. An acknowledgement from an earlier one is void: the broker delivers again.
    pub epoch: u32,
    /// The packet identifier.
    pub packet: u16,
}

/// The way back to the origins of deliveries.
#[derive(Clone, Debug)]
pub struct Receipts {
    link: mpsc::Sender<Vec<LinkReceipt>>,
    journal: Arc<Journal>,
}

impl Receipts {
    /// So many batches of acknowledgements may wait for the link; it takes them also while it reconnects.
    pub const QUEUE: usize = 64;

    /// Acknowledges to the link at the other end of `link`, and to `journal`.
    pub fn new(link: mpsc::Sender<Vec<LinkReceipt>>, journal: Arc<Journal>) -> Self {
        Self { link, journal }
    }

    /// Tells each origin that these deliveries are stored.
    pub async fn acknowledge(&self, receipts: &[Receipt]) {
        let mut link = Vec::new();
        for receipt in receipts {
            match receipt {
                Receipt::None => {}
                Receipt::Link(receipt) => link.push(*receipt),
                Receipt::Journal(segment) => self.journal.committed(*segment),
            }
        }
        if !link.is_empty() && self.link.send(link).await.is_err() {
            tracing::debug!("no link to acknowledge to; the broker delivers again");
        }
    }
}
