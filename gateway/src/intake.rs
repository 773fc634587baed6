//! What happens with a message before its sensor is told that it is safe: it is written to the crash journal, then
//! handed to the pipeline.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use domain::Clock;
use domain::families::Families;
use domain::site::Site;
use ingest::{Delivery, Journal, Part, Readiness, Receipt};
use tokio::sync::mpsc;

/// How soon a journal that could not be written is tried again, when nothing was committed before.
const TRY_AGAIN: Duration = Duration::from_secs(1);

/// The way into the pipeline for the embedded broker.
pub(crate) struct Intake {
    deliveries: mpsc::Sender<Delivery>,
    journal: Arc<Journal>,
    clock: Arc<dyn Clock>,
    readiness: Arc<Readiness>,
    /// Which topics may be readings; states of ours come this way, too. It has learned nothing: what a device has
    /// announced may still be on its way through the pipeline.
    families: Families,
}

impl Intake {
    pub(crate) fn new(
        site: &Site,
        deliveries: mpsc::Sender<Delivery>,
        journal: Arc<Journal>,
        clock: Arc<dyn Clock>,
        readiness: Arc<Readiness>,
    ) -> Self {
        Self { deliveries, journal, clock, readiness, families: Families::new(site) }
    }

    /// Returns when the message is safe, and only then. While the pipeline or the journal is full it waits, and the
    /// sensor with it; a sensor that loses patience sends again. Once the pipeline has ended it never returns.
    pub(crate) async fn take(&self, topic: &str, payload: Bytes) {
        if !self.families.may_hear(topic) {
            return;
        }
        // Room first: between the journal and the pipeline nothing may be cancelled.
        let Ok(room) = self.deliveries.reserve().await else {
            return std::future::pending().await;
        };
        let mut delivery =
            Delivery::new(topic.to_owned(), payload, self.clock.now(), Receipt::None);
        delivery.receipt = self.journaled(&delivery).await;
        room.send(delivery);
    }

    async fn journaled(&self, delivery: &Delivery) -> Receipt {
        let mut failed = false;
        loop {
            let Delivery { received_at, topic, payload, payload_len, .. } = delivery;
            match self.journal.append(*received_at, topic, payload, *payload_len) {
                Ok(segment) => {
                    if failed {
                        self.readiness.clear(Part::Journal);
                    }
                    return Receipt::Journal(segment);
                }
                Err(error) => {
                    failed = true;
                    let why = crate::failure::chain(&error);
                    self.readiness.blocked(Part::Journal, format!("sensors wait: {why}"));
                    // It is not an error when nothing is committed meanwhile.
                    drop(tokio::time::timeout(TRY_AGAIN, self.journal.room()).await);
                }
            }
        }
    }
}
