//! Inbox of a consumer: messages become deliveries, and acknowledgements of what is stored go back over the connection.

use std::sync::Arc;
use std::time::Duration;

use domain::Clock;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::broker_link::{BrokerLink, LinkError, LinkMessage};
use crate::delivery::{Delivery, LinkReceipt, Receipt};
use crate::readiness::{Part, Readiness};

/// Pause between two pings of a connection that is not read.
const PING_EVERY: Duration = Duration::from_secs(10);
/// Time for which the queue may be full before readiness reports it.
const PATIENCE: Duration = Duration::from_secs(5);

/// Both queues between a consumer and the pipeline.
pub(crate) struct Inbox {
    deliveries: mpsc::Sender<Delivery>,
    acknowledgements: mpsc::Receiver<Vec<LinkReceipt>>,
    clock: Arc<dyn Clock>,
    readiness: Arc<Readiness>,
    epoch: u32,
    /// Count of deliveries of this connection that are not acknowledged yet.
    unacknowledged: usize,
}

impl Inbox {
    pub(crate) fn new(
        deliveries: mpsc::Sender<Delivery>,
        acknowledgements: mpsc::Receiver<Vec<LinkReceipt>>,
        clock: Arc<dyn Clock>,
        readiness: Arc<Readiness>,
    ) -> Self {
        Self { deliveries, acknowledgements, clock, readiness, epoch: 0, unacknowledged: 0 }
    }

    /// Begins with another connection: acknowledgements of the one before are void.
    pub(crate) const fn begin_connection(&mut self) {
        self.epoch += 1;
        self.unacknowledged = 0;
    }

    /// Whether all that came over this connection is acknowledged.
    pub(crate) const fn is_settled(&self) -> bool {
        self.unacknowledged == 0
    }

    /// Next batch to acknowledge; `None` when the pipeline has ended. Cancel-safe.
    pub(crate) async fn due(&mut self) -> Option<Vec<LinkReceipt>> {
        self.acknowledgements.recv().await
    }

    /// Does `work` while there is no connection to acknowledge over. `None` when it is time to stop.
    pub(crate) async fn meanwhile<T>(
        &mut self,
        stop: &CancellationToken,
        work: impl Future<Output = T>,
    ) -> Option<T> {
        tokio::pin!(work);
        loop {
            tokio::select! {
                () = stop.cancelled() => return None,
                done = &mut work => return Some(done),
                // The connection they came over is gone; the broker delivers again.
                void = self.acknowledgements.recv() => void.map(drop)?,
            }
        }
    }

    /// Hands a message to the pipeline, and waits for room in its queue.
    pub(crate) async fn take(
        &mut self,
        link: &mut BrokerLink,
        message: LinkMessage,
        stop: &CancellationToken,
    ) -> Result<(), LinkError> {
        let LinkMessage { topic, payload, retained, packet } = message;
        let receipt = packet.map_or(Receipt::None, |packet| {
            Receipt::Link(LinkReceipt { epoch: self.epoch, packet })
        });
        self.unacknowledged += usize::from(packet.is_some());
        let mut delivery = Delivery::new(topic, payload, self.clock.now(), receipt);
        delivery.retained = retained;
        match self.deliveries.try_send(delivery) {
            Err(mpsc::error::TrySendError::Full(delivery)) => {
                self.wait_for_room(link, delivery, stop).await
            }
            // The pipeline has ended, and with it the program; what was not taken is delivered again.
            Ok(()) | Err(mpsc::error::TrySendError::Closed(_)) => Ok(()),
        }
    }

    /// Acknowledges those of a batch that came over this connection.
    pub(crate) async fn acknowledge(
        &mut self,
        link: &mut BrokerLink,
        batch: &[LinkReceipt],
    ) -> Result<(), LinkError> {
        let epoch = self.epoch;
        let current = || batch.iter().filter(move |receipt| receipt.epoch == epoch);
        self.unacknowledged = self.unacknowledged.saturating_sub(current().count());
        link.acknowledge(current().map(|receipt| receipt.packet)).await
    }

    /// The queue is full: the broker must wait, the connection must not be lost by it.
    async fn wait_for_room(
        &mut self,
        link: &mut BrokerLink,
        delivery: Delivery,
        stop: &CancellationToken,
    ) -> Result<(), LinkError> {
        let deliveries = self.deliveries.clone();
        let reserve = deliveries.reserve();
        tokio::pin!(reserve);
        let patience = tokio::time::sleep(PATIENCE);
        tokio::pin!(patience);
        let mut pings = tokio::time::interval(PING_EVERY);
        pings.tick().await;
        loop {
            tokio::select! {
                biased;
                () = stop.cancelled() => return Ok(()),
                permit = &mut reserve => {
                    if let Ok(permit) = permit {
                        permit.send(delivery);
                    }
                    self.readiness.clear(Part::Broker);
                    return Ok(());
                }
                batch = self.acknowledgements.recv() => match batch {
                    Some(batch) => self.acknowledge(link, &batch).await?,
                    None => return Ok(()),
                },
                _ = pings.tick() => link.ping().await?,
                () = &mut patience, if !patience.is_elapsed() => self.readiness.blocked(
                    Part::Broker,
                    "deliveries wait, since the store does not take them; the broker keeps the rest",
                ),
            }
        }
    }

    /// Acknowledges the last commits without taking deliveries, then disconnects.
    pub(crate) async fn finish(self, mut link: BrokerLink) {
        let Self { deliveries, mut acknowledgements, epoch, .. } = self;
        // The pipeline ends when nobody can send to it any more.
        drop(deliveries);
        while let Some(batch) = acknowledgements.recv().await {
            let current = batch.iter().filter(|receipt| receipt.epoch == epoch);
            if let Err(error) = link.acknowledge(current.map(|receipt| receipt.packet)).await {
                tracing::warn!(
                    error = error.root(),
                    "the last acknowledgements were not sent; the broker delivers again"
                );
                return;
            }
        }
        link.disconnect().await;
    }
}
