//! Consumer of a broker over a persistent session: it takes deliveries, and acknowledges what the store has committed.
//!
//! The connection is never left unread for long enough to be lost: while the queue of deliveries is full, it is kept
//! up by pings, acknowledgements still go out, and the broker holds back the rest.

use std::collections::HashSet;
use std::sync::Arc;

use domain::Clock;
use domain::backoff::Backoff;
use domain::wire::BrokerUrl;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::broker_link::{BACKOFF, BrokerLink, LinkError, LinkEvent, STEADY, Session};
use crate::delivery::{Delivery, LinkReceipt};
use crate::inbox::Inbox;
use crate::old_session::{OldSession, drain};
use crate::readiness::{Part, Readiness};
use crate::takeover::NameWatch;

/// The filter for all topics; some brokers refuse it by default.
const EVERYTHING: &str = "#";
/// Filters in one subscription packet.
const FILTERS_AT_ONCE: usize = 100;

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
    /// The session under an earlier name, as long as it is not left.
    old: Option<OldSession>,
    subscriptions: Subscriptions,
    /// Whether the broker has refused `#`.
    is_narrow: bool,
    /// Filters of subscriptions that the broker has not answered.
    unanswered: Vec<String>,
    /// All filters that were sent on this connection.
    subscribed: HashSet<String>,
    inbox: Inbox,
    name: NameWatch,
    readiness: Arc<Readiness>,
}

impl std::fmt::Debug for Consumer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Consumer").field("session", &self.session).finish_non_exhaustive()
    }
}

impl Consumer {
    /// A consumer of these subscriptions at `broker`. The broker keeps messages for `client_id` while we are away, so it must
    /// stay the same, nobody else may guess it, and two gateways must have different ones.
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
            old: None,
            subscriptions,
            is_narrow,
            unanswered: Vec::new(),
            subscribed: HashSet::new(),
            inbox: Inbox::new(deliveries, acknowledgements, clock, Arc::clone(&readiness)),
            name: NameWatch::new("readings", Part::ReadingsName, Arc::clone(&readiness)),
            readiness,
        }
    }

    /// The same, and first it takes what waits in a session under an earlier name, and leaves that.
    #[must_use]
    pub fn leaving(self, old: Option<OldSession>) -> Self {
        Self { old, ..self }
    }

    /// Consumes until `stop`; then takes nothing more, but acknowledges until nobody holds the other end of
    /// the acknowledgements, and disconnects.
    pub async fn run(mut self, stop: CancellationToken) {
        let mut backoff = BACKOFF;
        while !stop.is_cancelled() && self.old.is_some() {
            let Err(error) = self.leave_old(&stop).await else { continue };
            if !self.pause(&error, &mut backoff, &stop).await {
                return;
            }
        }
        while !stop.is_cancelled() {
            self.inbox.begin_connection();
            let session = self.session.clone();
            let connected = self.inbox.meanwhile(&stop, BrokerLink::connect(&session)).await;
            let error = match connected {
                None => break,
                Some(Err(error)) => error,
                Some(Ok(link)) => {
                    let since = Instant::now();
                    self.name.connected(since, Some(link.session_present()));
                    match self.serve(link, &stop).await {
                        Ok(link) => return self.inbox.finish(link).await,
                        Err(error) => {
                            self.name.ended(Instant::now(), &error);
                            if since.elapsed() >= STEADY {
                                backoff.reset();
                            }
                            error
                        }
                    }
                }
            };
            if !self.pause(&error, &mut backoff, &stop).await {
                break;
            }
        }
    }

    /// Reports why there is no connection, and waits before the next one. False when it is time to stop.
    async fn pause(
        &mut self,
        error: &LinkError,
        backoff: &mut Backoff,
        stop: &CancellationToken,
    ) -> bool {
        self.report(error);
        self.inbox.meanwhile(stop, tokio::time::sleep(backoff.pause())).await.is_some()
    }

    fn report(&self, error: &LinkError) {
        let broker = &self.session.broker;
        let why = match error {
            LinkError::Refused(_) => format!("{broker}: {error}"),
            LinkError::Lost(_) | LinkError::Closed(_) => {
                format!("no connection to the broker at {broker}: {}", error.root())
            }
        };
        self.readiness.blocked(Part::Broker, why);
    }

    /// Takes over from the session under the earlier name; keeps it for the next attempt when that fails.
    async fn leave_old(&mut self, stop: &CancellationToken) -> Result<(), LinkError> {
        if !self.subscribe_ahead(stop).await? {
            return Ok(());
        }
        let Some(client_id) = self.old.as_ref().map(|old| old.client_id.clone()) else {
            return Ok(());
        };
        let broker = &self.session.broker;
        let waits =
            format!("what waits at {broker} under the earlier name of this gateway is taken over");
        self.readiness.pending(Part::Broker, waits);
        let session = Session { client_id, ..self.session.clone() };
        let Subscriptions { wide, narrow, learned } = &self.subscriptions;
        let mut filters = [wide.as_slice(), narrow.as_slice()].concat();
        filters.extend(learned.borrow().iter().take(FILTERS_AT_ONCE).cloned());
        if drain(&session, filters, &mut self.inbox, stop).await?
            && let Some(old) = self.old.take()
        {
            (old.left)();
        }
        Ok(())
    }

    /// Has the broker keep under our name what comes from now on. What it sends meanwhile stays unacknowledged, and so
    /// comes again. False when it is time to stop.
    async fn subscribe_ahead(&mut self, stop: &CancellationToken) -> Result<bool, LinkError> {
        self.inbox.begin_connection();
        let session = self.session.clone();
        let Some(link) = self.inbox.meanwhile(stop, BrokerLink::connect(&session)).await else {
            return Ok(false);
        };
        let mut link = link?;
        self.begin_subscriptions(&mut link).await?;
        while !self.unanswered.is_empty() {
            let event = tokio::select! {
                () = stop.cancelled() => return Ok(false),
                event = link.next() => event?,
            };
            match event {
                LinkEvent::Subscribed { granted } => {
                    self.on_subscribed(&mut link, &granted).await?;
                }
                LinkEvent::Message(message) if message.packet.is_none() => {
                    self.inbox.take(&mut link, message, stop).await?;
                }
                _ => {}
            }
        }
        link.disconnect().await;
        Ok(true)
    }

    /// Gives the connection back when it is time to stop.
    async fn serve(
        &mut self,
        mut link: BrokerLink,
        stop: &CancellationToken,
    ) -> Result<BrokerLink, LinkError> {
        self.begin_subscriptions(&mut link).await?;
        loop {
            tokio::select! {
                biased;
                () = stop.cancelled() => return Ok(link),
                batch = self.inbox.due() => match batch {
                    Some(batch) => self.inbox.acknowledge(&mut link, &batch).await?,
                    None => return Ok(link),
                },
                // Ends only with the pipeline, and then there is nothing more to learn.
                Ok(()) = self.subscriptions.learned.changed(), if self.is_narrow => {
                    self.subscribe(&mut link).await?;
                }
                event = link.next() => self.on_event(&mut link, event?, stop).await?,
                () = self.name.calm() => {}
            }
            while !stop.is_cancelled()
                && let Some(event) = link.next_read()
            {
                self.on_event(&mut link, event?, stop).await?;
            }
        }
    }

    /// Subscribes anew, on every connection: the broker may have forgotten the session.
    async fn begin_subscriptions(&mut self, link: &mut BrokerLink) -> Result<(), LinkError> {
        self.subscribed.clear();
        self.unanswered.clear();
        self.subscribe(link).await
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
            LinkEvent::Message(message) => self.inbox.take(link, message, stop).await,
            LinkEvent::Subscribed { granted } => self.on_subscribed(link, &granted).await,
            LinkEvent::Confirmed | LinkEvent::Pong | LinkEvent::Other => Ok(()),
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
}
