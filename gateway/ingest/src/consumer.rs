//! Consumer of a broker over a persistent session: it takes deliveries, and acknowledges what the store has committed.
//!
//! The connection is never left unread for long enough to be lost: while the queue of deliveries is full, it is kept
//! up by pings, acknowledgements still go out, and the broker holds back the rest.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use domain::Clock;
use domain::wire::BrokerUrl;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use crate::broker_link::{BACKOFF, BrokerLink, LinkError, LinkEvent, Session};
use crate::delivery::{Delivery, LinkReceipt, Receipt};
use crate::readiness::{Part, Readiness};

/// Pause between two pings of a connection that is not read.
const PING_EVERY: Duration = Duration::from_secs(10);
/// The filter for all topics; some brokers refuse it by default.
const EVERYTHING: &str = "#";
/// Filters in one subscription packet.
const FILTERS_AT_ONCE: usize = 100;
/// Time for which the queue may be full before readiness reports it.
const PATIENCE: Duration = Duration::from_secs(5);

/// Filters of a consumer.
#[derive(Clone, Debug)]
pub struct Subscriptions {
    /// All filters. With `#` among them no announcement of a device can be missed.
    pub wide: Vec<String>,
    /// The filters to use where `#` is refused.
    pub narrow: Vec<String>,
    /// The topics to subscribe to besides `narrow`; may grow.
    pub learned: watch::Receiver<Vec<String>>,
}

impl Subscriptions {
    /// The same among the consumers of a group, to each of whom the broker gives a part. Each subscribes to all
    /// learned topics: storing a reading twice changes nothing.
    #[must_use]
    pub fn shared(self, group: &str) -> Self {
        let shared: Vec<_> =
            self.narrow.iter().map(|filter| format!("$share/{group}/{filter}")).collect();
        Self { wide: shared.clone(), narrow: shared, ..self }
    }
}

/// A consumer of one broker.
pub struct Consumer {
    session: Session,
    subscriptions: Subscriptions,
    /// Whether the broker has refused `#`.
    is_narrow: bool,
    /// Filters of subscriptions that the broker has not answered.
    unanswered: Vec<String>,
    /// All filters that were sent on this connection.
    subscribed: HashSet<String>,
    deliveries: mpsc::Sender<Delivery>,
    acknowledgements: mpsc::Receiver<Vec<LinkReceipt>>,
    clock: Arc<dyn Clock>,
    readiness: Arc<Readiness>,
    epoch: u32,
}

impl std::fmt::Debug for Consumer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Consumer").field("session", &self.session).finish_non_exhaustive()
    }
}

impl Consumer {
    /// A consumer of these subscriptions at `broker`. The broker keeps messages for `client_id` while we are away, so it must
    /// stay the same, and two gateways must have different ones.
    pub fn new(
        broker: BrokerUrl,
        client_id: String,
        subscriptions: Subscriptions,
        deliveries: mpsc::Sender<Delivery>,
        acknowledgements: mpsc::Receiver<Vec<LinkReceipt>>,
        clock: Arc<dyn Clock>,
        readiness: Arc<Readiness>,
    ) -> Self {
        readiness.pending(Part::Broker, format!("not yet connected to {broker}"));
        let session = Session { broker, client_id, persistent: true, last_will: None };
        let is_narrow = subscriptions.wide == subscriptions.narrow;
        Self {
            session,
            subscriptions,
            is_narrow,
            unanswered: Vec::new(),
            subscribed: HashSet::new(),
            deliveries,
            acknowledgements,
            clock,
            readiness,
            epoch: 0,
        }
    }

    /// Consumes until `stop`; then takes nothing more, but acknowledges until nobody holds the other end of
    /// the acknowledgements, and disconnects.
    pub async fn run(mut self, stop: CancellationToken) {
        let mut backoff = BACKOFF;
        while !stop.is_cancelled() {
            self.epoch += 1;
            let session = self.session.clone();
            let connected = self.meanwhile(&stop, BrokerLink::connect(&session)).await;
            let error = match connected {
                None => break,
                Some(Err(error)) => error,
                Some(Ok(link)) => {
                    backoff.reset();
                    match self.serve(link, &stop).await {
                        Ok(link) => return self.finish(link).await,
                        Err(error) => error,
                    }
                }
            };
            self.report(&error);
            if self.meanwhile(&stop, tokio::time::sleep(backoff.pause())).await.is_none() {
                break;
            }
        }
    }

    fn report(&self, error: &LinkError) {
        let broker = &self.session.broker;
        let why = match error {
            LinkError::Refused(_) => format!("{broker}: {error}"),
            LinkError::Lost(_) => {
                format!("no connection to the broker at {broker}: {}", error.root())
            }
        };
        self.readiness.blocked(Part::Broker, why);
    }

    /// Does `work` while there is no connection to acknowledge over. `None` when it is time to stop.
    async fn meanwhile<T>(
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

    /// Gives the connection back when it is time to stop.
    async fn serve(
        &mut self,
        mut link: BrokerLink,
        stop: &CancellationToken,
    ) -> Result<BrokerLink, LinkError> {
        // On every connection: the broker may have forgotten the session.
        self.subscribed.clear();
        self.subscribe(&mut link).await?;
        loop {
            tokio::select! {
                biased;
                () = stop.cancelled() => return Ok(link),
                batch = self.acknowledgements.recv() => match batch {
                    Some(batch) => acknowledge(&mut link, self.epoch, &batch).await?,
                    None => return Ok(link),
                },
                // Ends only with the pipeline, and then there is nothing more to learn.
                Ok(()) = self.subscriptions.learned.changed(), if self.is_narrow => {
                    self.subscribe(&mut link).await?;
                }
                event = link.next() => self.on_event(&mut link, event?, stop).await?,
            }
            while !stop.is_cancelled()
                && let Some(event) = link.next_read()
            {
                self.on_event(&mut link, event?, stop).await?;
            }
        }
    }

    /// Subscribes to the filters that were not sent yet. The broker would send the retained messages of a repeated one again.
    async fn subscribe(&mut self, link: &mut BrokerLink) -> Result<(), LinkError> {
        let mut filters = if self.is_narrow {
            let mut filters = self.subscriptions.narrow.clone();
            filters.extend(self.subscriptions.learned.borrow_and_update().iter().cloned());
            filters
        } else {
            self.subscriptions.wide.clone()
        };
        filters.retain(|filter| self.subscribed.insert(filter.clone()));
        for filters in filters.chunks(FILTERS_AT_ONCE) {
            link.subscribe(filters).await?;
        }
        self.unanswered.extend(filters);
        Ok(())
    }

    async fn on_event(
        &mut self,
        link: &mut BrokerLink,
        event: LinkEvent,
        stop: &CancellationToken,
    ) -> Result<(), LinkError> {
        match event {
            LinkEvent::Message { topic, payload, retained, packet } => {
                let receipt = packet.map_or(Receipt::None, |packet| {
                    Receipt::Link(LinkReceipt { epoch: self.epoch, packet })
                });
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
            LinkEvent::Subscribed { granted } => self.on_subscribed(link, &granted).await,
            LinkEvent::Confirmed | LinkEvent::Other => Ok(()),
        }
    }

    /// The broker answers one subscription after the other, in their order.
    async fn on_subscribed(
        &mut self,
        link: &mut BrokerLink,
        granted: &[bool],
    ) -> Result<(), LinkError> {
        let answered = self.unanswered.drain(..granted.len().min(self.unanswered.len()));
        let refused = answered.zip(granted).filter(|(_, granted)| !**granted);
        let refused: Vec<String> = refused.map(|(filter, _)| filter).collect();
        if !self.is_narrow && refused.iter().any(|filter| filter == EVERYTHING) {
            tracing::warn!(
                broker = %self.session.broker,
                "the broker does not let everything be heard; only known topics and those that devices announce are"
            );
            self.is_narrow = true;
            return self.subscribe(link).await;
        }
        if refused.is_empty() {
            self.readiness.clear(Part::Broker);
            return Ok(());
        }
        let why = format!(
            "{} refuses the subscription to {}; allow it in the broker's access rules",
            self.session.broker,
            refused.join(", ")
        );
        self.readiness.blocked(Part::Broker, why);
        Ok(())
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
                    Some(batch) => acknowledge(link, self.epoch, &batch).await?,
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
    async fn finish(self, mut link: BrokerLink) {
        let Self { deliveries, mut acknowledgements, epoch, .. } = self;
        // The pipeline ends when nobody can send to it any more.
        drop(deliveries);
        while let Some(batch) = acknowledgements.recv().await {
            if let Err(error) = acknowledge(&mut link, epoch, &batch).await {
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

async fn acknowledge(
    link: &mut BrokerLink,
    epoch: u32,
    batch: &[LinkReceipt],
) -> Result<(), LinkError> {
    let current = batch.iter().filter(move |receipt| receipt.epoch == epoch);
    link.acknowledge(current.map(|receipt| receipt.packet)).await
}
