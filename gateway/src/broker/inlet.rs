//! Inlet of the embedded broker: a message is written to the crash journal and handed to the pipeline before its sensor
//! gets the acknowledgement.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use domain::families::Families;
use domain::site::Site;
use domain::{Clock, failure_chain};
use ingest::{Delivery, Journal, Part, Readiness, Receipt};
use tokio::sync::{mpsc, watch};

/// Pause before a journal that could not be written is tried again, when nothing is committed meanwhile.
const TRY_AGAIN: Duration = Duration::from_secs(1);

/// Inlet of the pipeline for messages of the embedded broker.
pub(crate) struct BrokerInlet {
    valve: watch::Receiver<Option<Arc<Pipe>>>,
    journal: Arc<Journal>,
    clock: Arc<dyn Clock>,
    readiness: Arc<Readiness>,
}

/// Way of the messages while the valve is open.
struct Pipe {
    deliveries: mpsc::Sender<Delivery>,
    /// Filter for topics that may hold readings; our own states pass here, too. It has no announcements of devices: those
    /// may still be on their way through the pipeline.
    families: Families,
}

/// Valve of the inlet. While it is closed sensors wait for their acknowledgement.
pub(crate) struct InletValve(watch::Sender<Option<Arc<Pipe>>>);

impl InletValve {
    /// A closed valve.
    pub(crate) fn closed() -> Self {
        Self(watch::Sender::new(None))
    }

    /// Lets messages through to this pipeline.
    pub(crate) fn open(&self, site: &Site, deliveries: mpsc::Sender<Delivery>) {
        let families = Families::new(&site.id, &site.families);
        self.0.send_replace(Some(Arc::new(Pipe { deliveries, families })));
    }

    /// Holds messages back. Those on their way still arrive.
    pub(crate) fn close(&self) {
        self.0.send_replace(None);
    }
}

impl BrokerInlet {
    pub(crate) fn new(
        valve: &InletValve,
        journal: Arc<Journal>,
        clock: Arc<dyn Clock>,
        readiness: Arc<Readiness>,
    ) -> Self {
        Self { valve: valve.0.subscribe(), journal, clock, readiness }
    }

    /// Returns when the message is safe, and only then. While the pipeline or the journal is full it waits, and the
    /// sensor with it; a sensor that loses patience sends again. Once the pipeline has ended for good it never returns.
    pub(crate) async fn take(&self, topic: &str, payload: Bytes) {
        let mut valve = self.valve.clone();
        loop {
            let pipe = match valve.wait_for(Option::is_some).await {
                Ok(pipe) => pipe.clone(),
                Err(_) => None,
            };
            let Some(pipe) = pipe else { return std::future::pending().await };
            if !pipe.families.may_recognise(topic) {
                return;
            }
            // Room first: between the journal and the pipeline nothing may be cancelled.
            let Ok(room) = pipe.deliveries.reserve().await else {
                // This pipeline has ended; the next one opens the valve again.
                if valve.changed().await.is_err() {
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
                    let why = failure_chain(&error);
                    self.readiness.blocked(Part::Journal, format!("sensors wait: {why}"));
                    // It is not an error when nothing is committed meanwhile.
                    drop(tokio::time::timeout(TRY_AGAIN, self.journal.room()).await);
                }
            }
        }
    }
}
