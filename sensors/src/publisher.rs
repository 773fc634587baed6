//! One connection of a node to the broker: what it publishes stays in hand until the broker has acknowledged it.
//!
//! The only file that names the MQTT library. Each connection is a client of its own, and everything
//! unacknowledged is sent again on the next one, in order: so no state of a broken connection is ever trusted.
//!
//! ```text
//! publish ──▶ unacked (bounded) ──▶ connection ──▶ broker
//!                 ▲                     │
//!                 └──── PUBACK ─────────┘
//! ```

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::wire::BrokerUrl;
use rumqttc::{AsyncClient, Event, EventLoop, LastWill, MqttOptions, Outgoing, Packet, QoS};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

/// How many messages may wait for their acknowledgement; [`Publisher::publish`] waits when there are more.
pub const IN_FLIGHT: usize = 64;

/// The largest topic and payload together; the gateway takes no more than this in a payload.
pub const MAX_MESSAGE_BYTES: usize = 256 * 1024;

/// Packet ids go round after this many, so an id is long free when it is used again.
const PACKET_IDS: u16 = 1024;

/// A connection on which nothing is acknowledged for so long is given up and made anew.
const STALLED_AFTER: Duration = Duration::from_secs(30);

const FIRST_BACKOFF: Duration = Duration::from_millis(250);
const LONGEST_BACKOFF: Duration = Duration::from_secs(30);
const KEEP_ALIVE: Duration = Duration::from_secs(20);

/// One message as it goes out.
#[derive(Clone, Debug, PartialEq)]
pub struct Outbound {
    /// The full topic.
    pub topic: String,
    /// The bytes.
    pub payload: Vec<u8>,
    /// Whether the broker keeps it for those who come later.
    pub retain: bool,
}

/// Who publishes: the name of the connection, what it says on every connect, and what the broker says when it is gone.
#[derive(Clone, Debug)]
pub struct Node {
    /// The client id; two connections of the same name push each other out.
    pub client_id: String,
    /// Published first on every connect; usually a retained status.
    pub birth: Vec<Outbound>,
    /// Published by the broker when the connection breaks.
    pub last_will: Option<Outbound>,
}

/// Why something was not published.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PublishError {
    /// There is no broker, or it does not let us in. It is still tried.
    #[error(
        "the broker at {broker} cannot be reached: {reason}; is it running, and is the address right?"
    )]
    Unreachable {
        /// Where the broker should be.
        broker: BrokerUrl,
        /// What the connection last said.
        reason: String,
    },
    /// The broker did not acknowledge in time. It is still tried.
    #[error("no acknowledgement from the broker at {broker} within {waited:?} ({reason})")]
    Unacknowledged {
        /// Where the broker should be.
        broker: BrokerUrl,
        /// How long was waited.
        waited: Duration,
        /// What the connection last said.
        reason: String,
    },
    /// This build speaks no TLS.
    #[error("this build cannot encrypt: use mqtt:// and a broker within the building's network")]
    NoTls,
    /// A topic that no broker takes: empty, or with a wildcard.
    #[error("`{0}` is no topic to publish on")]
    Topic(String),
    /// The message is larger than what the gateway takes; sending it again changes nothing.
    #[error("a message of {bytes} bytes is more than the {MAX_MESSAGE_BYTES} that are taken")]
    TooLarge {
        /// Topic and payload together.
        bytes: usize,
    },
}

/// A connection that keeps itself alive until it is closed or dropped.
#[derive(Debug)]
pub struct Publisher {
    shared: Arc<Shared>,
    changed: watch::Receiver<u64>,
    connection: JoinSet<()>,
    stop: CancellationToken,
}

#[derive(Debug)]
struct Shared {
    broker: BrokerUrl,
    outbox: Mutex<Outbox>,
    /// Counts acknowledgements and connects; whoever waits looks again when it moves.
    progress: watch::Sender<u64>,
}

/// What is unacknowledged, and how far the present connection is with it.
#[derive(Default)]
struct Outbox {
    /// By order of publication.
    unacked: BTreeMap<u64, Outbound>,
    next: u64,
    client: Option<AsyncClient>,
    /// Given to the client, without a packet id yet; the client sends them in this order.
    /// A birth has no number.
    handed: VecDeque<Option<u64>>,
    /// On the wire, by packet id.
    on_wire: HashMap<u16, Option<u64>>,
    last_error: String,
}

impl std::fmt::Debug for Outbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Outbox")
            .field("unacked", &self.unacked.len())
            .field("connected", &self.client.is_some())
            .finish_non_exhaustive()
    }
}

impl Publisher {
    /// Begins to connect, and goes on trying with growing pauses.
    ///
    /// # Errors
    /// When the address asks for TLS, or a birth or the last will cannot be published.
    pub fn start(broker: BrokerUrl, node: Node) -> Result<Self, PublishError> {
        if broker.tls() {
            return Err(PublishError::NoTls);
        }
        node.birth.iter().chain(&node.last_will).try_for_each(check)?;
        let (progress, changed) = watch::channel(0);
        let outbox = Mutex::new(Outbox { last_error: "not connected".into(), ..Outbox::default() });
        let shared = Arc::new(Shared { broker, outbox, progress });
        let stop = CancellationToken::new();
        let mut connection = JoinSet::new();
        connection.spawn(keep_connected(Arc::clone(&shared), node, stop.clone()));
        Ok(Self { shared, changed, connection, stop })
    }

    /// Waits for the first connection.
    ///
    /// # Errors
    /// When there is none within `deadline`; it is still tried.
    pub async fn connected(&self, deadline: Duration) -> Result<(), PublishError> {
        let connected = self.until(deadline, |outbox| outbox.client.is_some()).await;
        connected.map_err(|reason| PublishError::Unreachable {
            broker: self.shared.broker.clone(),
            reason,
        })
    }

    /// Takes a message into the outbox; waits, without a limit, while [`IN_FLIGHT`] messages are unacknowledged.
    ///
    /// Dropping the future publishes nothing, or all of it.
    ///
    /// # Errors
    /// When the message is too large or its topic is none.
    pub async fn publish(&self, message: Outbound) -> Result<(), PublishError> {
        check(&message)?;
        let mut changed = self.changed.clone();
        loop {
            changed.borrow_and_update();
            {
                let mut outbox = self.shared.outbox();
                if outbox.unacked.len() < IN_FLIGHT {
                    outbox.accept(message);
                    return Ok(());
                }
            }
            // The sender lives in `shared`, so this cannot fail while we do.
            let _ = changed.changed().await;
        }
    }

    /// How many messages the broker has yet to acknowledge.
    pub fn unacknowledged(&self) -> usize {
        self.shared.outbox().unacked.len()
    }

    /// Waits until the broker has acknowledged everything that was published.
    ///
    /// # Errors
    /// When it has not within `deadline`; nothing is lost by that, it is still tried.
    pub async fn flush(&self, deadline: Duration) -> Result<(), PublishError> {
        let flushed = self.until(deadline, |outbox| outbox.unacked.is_empty()).await;
        flushed.map_err(|reason| PublishError::Unacknowledged {
            broker: self.shared.broker.clone(),
            waited: deadline,
            reason,
        })
    }

    /// Flushes, says goodbye so that the broker sends no last will, and ends.
    ///
    /// # Errors
    /// When the broker has not acknowledged everything within `deadline`; the rest is then lost.
    pub async fn close(mut self, deadline: Duration) -> Result<(), PublishError> {
        let flushed = self.flush(deadline).await;
        self.stop.cancel();
        let _ = timeout(Duration::from_secs(1), self.connection.join_next()).await;
        flushed
    }

    /// Waits for a state of the outbox; fails with what the connection last said.
    async fn until(
        &self,
        deadline: Duration,
        reached: impl Fn(&Outbox) -> bool,
    ) -> Result<(), String> {
        let mut changed = self.changed.clone();
        let wait = async {
            loop {
                changed.borrow_and_update();
                if reached(&self.shared.outbox()) {
                    return;
                }
                let _ = changed.changed().await;
            }
        };
        timeout(deadline, wait).await.map_err(|_| self.shared.outbox().last_error.clone())
    }
}

impl Shared {
    fn outbox(&self) -> MutexGuard<'_, Outbox> {
        // Every change under the lock is complete before anything could panic.
        self.outbox.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self) {
        self.progress.send_modify(|count| *count = count.wrapping_add(1));
    }
}

impl Outbox {
    fn accept(&mut self, message: Outbound) {
        let number = self.next;
        self.next += 1;
        if let Some(client) = &self.client {
            hand_over(client, &message);
            self.handed.push_back(Some(number));
        }
        self.unacked.insert(number, message);
    }

    fn connected(&mut self, client: AsyncClient, birth: &[Outbound]) {
        for message in birth {
            hand_over(&client, message);
            self.handed.push_back(None);
        }
        for (number, message) in &self.unacked {
            hand_over(&client, message);
            self.handed.push_back(Some(*number));
        }
        self.client = Some(client);
        self.last_error = "it is slow".into();
    }

    fn disconnected(&mut self, reason: String) {
        self.client = None;
        self.handed.clear();
        self.on_wire.clear();
        self.last_error = reason;
    }

    /// Notes what went out under `packet_id`; whether the wire was idle before.
    fn sent(&mut self, packet_id: u16) -> bool {
        let idle = self.on_wire.is_empty();
        if let Some(number) = self.handed.pop_front() {
            self.on_wire.insert(packet_id, number);
        }
        idle
    }

    fn acknowledged(&mut self, packet_id: u16) {
        if let Some(Some(number)) = self.on_wire.remove(&packet_id) {
            self.unacked.remove(&number);
        }
    }

    fn is_waiting(&self) -> bool {
        !self.unacked.is_empty()
    }
}

fn check(message: &Outbound) -> Result<(), PublishError> {
    let bytes = message.topic.len() + message.payload.len();
    if bytes > MAX_MESSAGE_BYTES {
        Err(PublishError::TooLarge { bytes })
    } else if message.topic.is_empty() || message.topic.contains(['+', '#', '\0']) {
        Err(PublishError::Topic(message.topic.clone()))
    } else {
        Ok(())
    }
}

fn hand_over(client: &AsyncClient, message: &Outbound) {
    // The client's queue holds all that may be unacknowledged and all births, so it is never full;
    // a closed one means that the connection has just ended, and the message goes with the next.
    let payload = message.payload.clone();
    let _ = client.try_publish(&message.topic, QoS::AtLeastOnce, message.retain, payload);
}

async fn keep_connected(shared: Arc<Shared>, node: Node, stop: CancellationToken) {
    let mut backoff = FIRST_BACKOFF;
    loop {
        let end = one_connection(&shared, &node, &stop).await;
        shared.outbox().disconnected(end.reason.clone());
        if stop.is_cancelled() {
            return;
        }
        if end.was_connected {
            backoff = FIRST_BACKOFF;
        }
        tracing::warn!(
            client.id = node.client_id, broker = %shared.broker, reason = end.reason,
            retry_ms = u64::try_from(backoff.as_millis()).unwrap_or(u64::MAX), "not connected to the broker"
        );
        tokio::select! {
            () = stop.cancelled() => return,
            () = sleep(backoff) => {}
        }
        backoff = (backoff * 2).min(LONGEST_BACKOFF);
    }
}

struct End {
    was_connected: bool,
    reason: String,
}

/// Runs one connection from its first packet to its end.
async fn one_connection(shared: &Shared, node: &Node, stop: &CancellationToken) -> End {
    let capacity = IN_FLIGHT + node.birth.len() + 1;
    let (client, mut events) = AsyncClient::new(options(&shared.broker, node), capacity);
    let mut was_connected = false;
    let mut stalls_at = Instant::now() + STALLED_AFTER;
    loop {
        let event = tokio::select! {
            // A poll is given up only at the end of the connection or while nothing is under way.
            () = stop.cancelled() => {
                say_goodbye(&client, &mut events).await;
                return End { was_connected, reason: "stopped".into() };
            }
            () = tokio::time::sleep_until(stalls_at) => {
                if shared.outbox().is_waiting() {
                    return End { was_connected, reason: "the broker acknowledges nothing".into() };
                }
                stalls_at = Instant::now() + STALLED_AFTER;
                continue;
            }
            event = events.poll() => event,
        };
        match event {
            Ok(Event::Incoming(Packet::ConnAck(_))) => {
                was_connected = true;
                shared.outbox().connected(client.clone(), &node.birth);
            }
            Ok(Event::Outgoing(Outgoing::Publish(id))) => {
                if !shared.outbox().sent(id) {
                    continue;
                }
            }
            Ok(Event::Incoming(Packet::PubAck(ack))) => shared.outbox().acknowledged(ack.pkid),
            Ok(_) => continue,
            Err(error) => return End { was_connected, reason: error.to_string() },
        }
        stalls_at = Instant::now() + STALLED_AFTER;
        shared.tell();
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
