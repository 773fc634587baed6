//! The line to the broker: one client a connection, made anew after each end, so that no state of a broken one is trusted.
//!
//! The only file that names the MQTT library.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::backoff::Backoff;
use domain::wire::BrokerUrl;
use rumqttc::{
    AsyncClient, Event, EventLoop, LastWill, MqttOptions, Outgoing, Packet, QoS, SubscribeFilter,
};
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::outbox::Outbox;
use super::{IN_FLIGHT, MAX_MESSAGE_BYTES, Node, Outbound};

/// Packet ids go round after this many, so an id is long free when it is used again.
const PACKET_IDS: u16 = 1024;

/// A connection on which nothing is acknowledged for twice so long is given up and made anew.
const STALLED_AFTER: Duration = Duration::from_secs(15);

/// The protocol's own limit.
const LARGEST_PACKET: usize = 268_435_455;

const BACKOFF: Backoff = Backoff::new(Duration::from_millis(250), Duration::from_secs(8));
const KEEP_ALIVE: Duration = Duration::from_secs(20);

/// Signals that end a publisher.
#[derive(Clone, Debug, Default)]
pub(super) struct Ending {
    /// Make no new connection.
    pub(super) last: CancellationToken,
    /// End the present one.
    pub(super) stop: CancellationToken,
}

/// State shared by a publisher and its connection.
#[derive(Debug)]
pub(super) struct Shared {
    broker: BrokerUrl,
    line: Mutex<Line>,
    /// Counts acknowledgements and connects; whoever waits looks again when it moves.
    progress: watch::Sender<u64>,
}

/// Unacknowledged messages, and the connection that has them, if there is one.
pub(super) struct Line {
    pub(super) outbox: Outbox,
    client: Option<AsyncClient>,
    pub(super) last_error: String,
}

impl std::fmt::Debug for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Line")
            .field("unacknowledged", &self.outbox.len())
            .field("connected", &self.client.is_some())
            .finish_non_exhaustive()
    }
}

impl Shared {
    /// An empty outbox without a connection; `progress` moves with every change.
    pub(super) fn new(broker: BrokerUrl, progress: watch::Sender<u64>) -> Self {
        let last_error = "not connected".to_owned();
        let line = Mutex::new(Line { outbox: Outbox::default(), client: None, last_error });
        Self { broker, line, progress }
    }

    /// Address of the broker.
    pub(super) const fn broker(&self) -> &BrokerUrl {
        &self.broker
    }

    /// Looks at the line, or changes it.
    pub(super) fn line(&self) -> MutexGuard<'_, Line> {
        // Every change under the lock is complete before anything could panic.
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn count_progress(&self) {
        self.progress.send_modify(|count| *count = count.wrapping_add(1));
    }
}

impl Line {
    /// Whether there is a connection now.
    pub(super) const fn is_connected(&self) -> bool {
        self.client.is_some()
    }

    /// Takes a message and gives its number; sends it when there is a connection.
    pub(super) fn accept(&mut self, message: Outbound) -> u64 {
        if let Some(client) = &self.client {
            hand_over(client, &message);
        }
        self.outbox.accept(message, self.client.is_some())
    }

    fn connected(&mut self, client: AsyncClient, birth: &[Outbound]) {
        for message in birth.iter().chain(self.outbox.connected(birth.len())) {
            hand_over(&client, message);
        }
        self.client = Some(client);
        self.last_error = "it is slow".into();
    }

    fn disconnected(&mut self, reason: String) {
        self.client = None;
        self.outbox.disconnected();
        self.last_error = reason;
    }
}

fn hand_over(client: &AsyncClient, message: &Outbound) {
    // The client's queue holds all that may be unacknowledged and all births, so it is never full;
    // a closed one means that the connection has just ended, and the message goes with the next.
    let payload = message.payload.clone();
    let _ = client.try_publish(&message.topic, QoS::AtLeastOnce, message.retain, payload);
}

/// Connects, and connects again with growing pauses, until `end`.
pub(super) async fn keep_connected(shared: Arc<Shared>, node: Node, end: Ending) {
    let mut backoff = BACKOFF;
    loop {
        let ended = one_connection(&shared, &node, &end.stop).await;
        shared.line().disconnected(ended.reason.clone());
        shared.count_progress();
        if end.stop.is_cancelled() || end.last.is_cancelled() {
            return;
        }
        if ended.was_connected {
            backoff.reset();
        }
        let pause = backoff.pause();
        tracing::warn!(
            client.id = node.client_id, broker = %shared.broker, reason = ended.reason,
            retry_ms = u64::try_from(pause.as_millis()).unwrap_or(u64::MAX), "not connected to the broker"
        );
        tokio::select! {
            () = end.stop.cancelled() => return,
            () = end.last.cancelled() => return,
            () = sleep(pause) => {}
        }
    }
}

struct Ended {
    was_connected: bool,
    reason: String,
}

/// Runs one connection from its first packet to its end.
async fn one_connection(shared: &Shared, node: &Node, stop: &CancellationToken) -> Ended {
    let capacity = IN_FLIGHT + node.birth.len() + 1;
    let (client, mut events) = AsyncClient::new(options(&shared.broker, node), capacity);
    let mut was_connected = false;
    let mut stalls_at = Instant::now() + STALLED_AFTER;
    // What waits when the time is up may have been given just now; only what still waits a second time is stuck.
    let mut suspect = false;
    loop {
        let event = tokio::select! {
            // A poll is given up only at the end of the connection or while nothing is under way.
            () = stop.cancelled() => {
                say_goodbye(&client, &mut events).await;
                return Ended { was_connected, reason: "stopped".into() };
            }
            () = tokio::time::sleep_until(stalls_at) => {
                let waiting = !shared.line().outbox.is_empty();
                if waiting && suspect {
                    return Ended { was_connected, reason: "the broker acknowledges nothing".into() };
                }
                suspect = waiting;
                stalls_at = Instant::now() + STALLED_AFTER;
                continue;
            }
            event = events.poll() => event,
        };
        match event {
            Ok(Event::Incoming(Packet::ConnAck(_))) => {
                was_connected = true;
                shared.line().connected(client.clone(), &node.birth);
            }
            Ok(Event::Outgoing(Outgoing::Publish(id))) => {
                if !shared.line().outbox.sent(id) {
                    continue;
                }
            }
            Ok(Event::Incoming(Packet::PubAck(ack))) => shared.line().outbox.acknowledged(ack.pkid),
            Ok(_) => continue,
            Err(error) => return Ended { was_connected, reason: error.to_string() },
        }
        stalls_at = Instant::now() + STALLED_AFTER;
        suspect = false;
        shared.count_progress();
    }
}

async fn say_goodbye(client: &AsyncClient, events: &mut EventLoop) {
    if client.try_disconnect().is_ok() {
        let gone = async {
            while !matches!(events.poll().await, Ok(Event::Outgoing(Outgoing::Disconnect)) | Err(_))
            {
            }
        };
        let _ = timeout(Duration::from_millis(500), gone).await;
    }
}

/// A connection that only listens.
pub struct Listener {
    client: AsyncClient,
    events: EventLoop,
    filters: Vec<String>,
}

/// A received message.
#[derive(Debug)]
pub struct ReceivedMessage {
    /// Its topic.
    pub topic: String,
    /// Its payload.
    pub payload: Vec<u8>,
    /// Whether the broker sent it because it was retained.
    pub retained: bool,
}

/// Failure of a listener's connection.
#[derive(Debug, thiserror::Error)]
#[error("no connection to the broker")]
pub struct ListenError(#[source] Box<rumqttc::ConnectionError>);

impl std::fmt::Debug for Listener {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Listener").field("filters", &self.filters).finish_non_exhaustive()
    }
}

impl Listener {
    /// Will listen on `filters` at `broker` as `client_id`, without a session; connects with the first
    /// [`Listener::next`].
    pub fn new(broker: &BrokerUrl, client_id: &str, filters: Vec<String>) -> Self {
        let node = Node { client_id: client_id.to_owned(), last_will: None, birth: Vec::new() };
        let mut options = options(broker, &node);
        // A larger message, as of a camera, would end the connection.
        options.set_max_packet_size(LARGEST_PACKET, MAX_MESSAGE_BYTES);
        let (client, events) = AsyncClient::new(options, 8);
        Self { client, events, filters }
    }

    /// Subscribes again, so that the broker sends its retained messages again.
    pub fn resubscribe(&self) {
        let filter = |path: &String| SubscribeFilter::new(path.clone(), QoS::AtLeastOnce);
        // The queue holds nothing else, so it is never full.
        let _ = self.client.try_subscribe_many(self.filters.iter().map(filter));
    }

    /// The next message. Cancel-safe: what was read stays in the connection.
    ///
    /// # Errors
    /// When there is no connection.
    pub async fn next(&mut self) -> Result<ReceivedMessage, ListenError> {
        loop {
            match self.events.poll().await {
                Ok(Event::Incoming(Packet::ConnAck(_))) => self.resubscribe(),
                Ok(Event::Incoming(Packet::Publish(message))) => {
                    return Ok(ReceivedMessage {
                        topic: message.topic,
                        payload: message.payload.to_vec(),
                        retained: message.retain,
                    });
                }
                Ok(_) => {}
                Err(error) => return Err(ListenError(Box::new(error))),
            }
        }
    }
}

fn options(broker: &BrokerUrl, node: &Node) -> MqttOptions {
    let mut options = MqttOptions::new(&node.client_id, broker.host(), broker.port());
    options.set_keep_alive(KEEP_ALIVE).set_clean_session(true).set_inflight(PACKET_IDS);
    // Room for the fixed header and the packet id beside topic and payload.
    options.set_max_packet_size(MAX_MESSAGE_BYTES + 64, MAX_MESSAGE_BYTES + 64);
    if let Some((user, password)) = broker.login() {
        options.set_credentials(user, password);
    }
    if let Some(will) = &node.last_will {
        let payload = will.payload.clone();
        options.set_last_will(LastWill::new(&will.topic, payload, QoS::AtLeastOnce, will.retain));
    }
    options
}
