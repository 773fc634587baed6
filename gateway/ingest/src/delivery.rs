//! Delivery: one received MQTT message with its pending acknowledgement, and the way back for acknowledgements.

use std::sync::Arc;

use bytes::Bytes;
use domain::Instant;
use domain::admission::MAX_PAYLOAD;
use tokio::sync::mpsc;

use crate::journal::{Journal, Segment};

/// A received message that is not yet safe, and not yet acknowledged to the sensor.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// Its full topic.
    pub topic: String,
    /// Its payload; of one that is too large to be read, the beginning that quarantine keeps.
    pub payload: Bytes,
    /// How long the payload was.
    pub payload_len: usize,
    /// Whether it is a retained message of the broker, which may be old.
    pub retained: bool,
    /// When it came in, by our clock.
    pub received_at: Instant,
    /// Receipt to be acknowledged once it is stored.
    pub receipt: Receipt,
}

impl Delivery {
    /// Holds on to the payload, or to its beginning when it is larger than [`MAX_PAYLOAD`], so that a
    /// queue of deliveries stays small whatever is sent.
    pub fn new(topic: String, payload: Bytes, received_at: Instant, receipt: Receipt) -> Self {
        let payload_len = payload.len();
        let payload = if payload_len > MAX_PAYLOAD {
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

/// Key by which the origin of a delivery recognises it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Receipt {
    /// No acknowledgement is due: it came with `QoS` 0, or it is a last will.
    None,
    /// A broker waits for the acknowledgement.
    Link(LinkReceipt),
    /// The crash journal holds it until it is stored.
    Journal(Segment),
}

/// Key of a message that a broker delivers until it is acknowledged.
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
    /// Batches of acknowledgements that may wait for the link; when it is full the pipeline waits. The link takes them also
    /// while it reconnects.
    pub const QUEUE: usize = 64;

    /// Acknowledges to the link at the other end of `link`, and to `journal`.
    pub fn new(link: mpsc::Sender<Vec<LinkReceipt>>, journal: Arc<Journal>) -> Self {
        Self { link, journal }
    }

    /// Acknowledges stored deliveries to their origins.
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
