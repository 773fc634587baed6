//! What happens with a message before its sensor is told that it is safe: it is written to the crash journal, then
//! handed to the pipeline.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use domain::Clock;
use domain::families::Families;
use domain::site::Site;
use ingest::{Delivery, Journal, Part, Readiness, Receipt};
use tokio::sync::{mpsc, watch};

/// How soon a journal that could not be written is tried again, when nothing was committed before.
const TRY_AGAIN: Duration = Duration::from_secs(1);

/// The way into the pipeline for the embedded broker.
pub(crate) struct Intake {
    gate: watch::Receiver<Option<Arc<Opened>>>,
    journal: Arc<Journal>,
    clock: Arc<dyn Clock>,
    readiness: Arc<Readiness>,
}

/// Where messages go as long as the gate stands open.
struct Opened {
    deliveries: mpsc::Sender<Delivery>,
    /// Which topics may be readings; states of ours come this way, too. It has learned nothing: what a device has
    /// announced may still be on its way through the pipeline.
    families: Families,
}

/// Opens and closes the way into the pipeline. While it is closed sensors wait.
pub(crate) struct Gate(watch::Sender<Option<Arc<Opened>>>);

impl Gate {
    /// A gate that is closed.
    pub(crate) fn closed() -> Self {
        Self(watch::Sender::new(None))
    }

    /// Lets messages through to this pipeline.
    pub(crate) fn open(&self, site: &Site, deliveries: mpsc::Sender<Delivery>) {
        let families = Families::new(&site.id, &site.families);
        self.0.send_replace(Some(Arc::new(Opened { deliveries, families })));
    }

    /// Lets nothing more through. What is on its way still arrives.
    pub(crate) fn close(&self) {
        self.0.send_replace(None);
    }
}

impl Intake {
    pub(crate) fn new(
        gate: &Gate,
        journal: Arc<Journal>,
        clock: Arc<dyn Clock>,
        readiness: Arc<Readiness>,
    ) -> Self {
        Self { gate: gate.0.subscribe(), journal, clock, readiness }
    }

    /// Returns when the message is safe, and only then. While the pipeline or the journal is full it waits, and the
    /// sensor with it; a sensor that loses patience sends again. Once the pipeline has ended for good it never returns.
    pub(crate) async fn take(&self, topic: &str, payload: Bytes) {
        let mut gate = self.gate.clone();
        loop {
            let opened = match gate.wait_for(Option::is_some).await {
                Ok(opened) => opened.clone(),
                Err(_) => None,
            };
            let Some(opened) = opened else { return std::future::pending().await };
            if !opened.families.may_recognise(topic) {
                return;
            }
            // Room first: between the journal and the pipeline nothing may be cancelled.
            let Ok(room) = opened.deliveries.reserve().await else {
                // This pipeline has ended; the next one opens the gate anew.
                if gate.changed().await.is_err() {
                    return std::future::pending().await;
                }
                continue;
            };
            let mut delivery =
                Delivery::new(topic.to_owned(), payload, self.clock.now(), Receipt::None);
            delivery.receipt = self.journaled(&delivery).await;
            room.send(delivery);
            return;
        }
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
