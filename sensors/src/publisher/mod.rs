//! One connection of a node to the broker: what it publishes stays in hand until the broker has acknowledged it.
//!
//! Everything unacknowledged is sent again on the next connection, in order. `connection` alone names the MQTT
//! library; `outbox` keeps the books.
//!
//! ```text
//! publish ──▶ unacked (bounded) ──▶ connection ──▶ broker
//!                 ▲                     │
//!                 └──── PUBACK ─────────┘
//! ```

use std::sync::Arc;
use std::time::Duration;

use domain::wire::BrokerUrl;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;

mod connection;
mod outbox;

use connection::{Ending, Line, Shared, keep_connected};
pub use connection::{ListenError, Listener, ReceivedMessage};

/// Most unacknowledged messages; [`Publisher::publish`] waits when there are more.
pub const IN_FLIGHT: usize = 64;

/// The largest topic and payload together; the gateway takes no more than this in a payload.
pub const MAX_MESSAGE_BYTES: usize = domain::admission::MAX_PAYLOAD;

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

/// Names a message that was published, to ask after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ticket(pub(crate) u64);

/// Identity of a publisher: client id, messages of every connect, and last will.
#[derive(Clone, Debug)]
pub struct Node {
    /// The client id; two connections of the same name push each other out.
    pub client_id: String,
    /// Published first on every connect; usually a retained status.
    pub birth: Vec<Outbound>,
    /// Published by the broker when the connection breaks.
    pub last_will: Option<Outbound>,
}

/// Reason why a message was not published.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PublishError {
    /// No broker, or it does not let us in. The connection is still tried.
    #[error(
        "the broker at {broker} cannot be reached: {reason}; is it running, and is the address right?"
    )]
    Unreachable {
        /// Address of the broker.
        broker: BrokerUrl,
        /// Last error of the connection.
        reason: String,
    },
    /// The broker did not acknowledge in time. It is still tried.
    #[error("no acknowledgement from the broker at {broker} within {waited:?} ({reason})")]
    Unacknowledged {
        /// Address of the broker.
        broker: BrokerUrl,
        /// Length of the wait.
        waited: Duration,
        /// Last error of the connection.
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
    end: Ending,
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
        let shared = Arc::new(Shared::new(broker, progress));
        let end = Ending::default();
        let mut connection = JoinSet::new();
        connection.spawn(keep_connected(Arc::clone(&shared), node, end.clone()));
        Ok(Self { shared, changed, connection, end })
    }

    /// Waits for the first connection.
    ///
    /// # Errors
    /// When there is none within `deadline`; it is still tried.
    pub async fn connected(&self, deadline: Duration) -> Result<(), PublishError> {
        let connected = self.until(deadline, Line::is_connected).await;
        connected.map_err(|reason| PublishError::Unreachable {
            broker: self.shared.broker().clone(),
            reason,
        })
    }

    /// Takes a message into the outbox; waits, without a limit, while [`IN_FLIGHT`] messages are unacknowledged.
    ///
    /// Dropping the future publishes nothing, or all of it.
    ///
    /// # Errors
    /// When the message is too large or its topic is none.
    pub async fn publish(&self, message: Outbound) -> Result<Ticket, PublishError> {
        check(&message)?;
        let mut changed = self.changed.clone();
        loop {
            changed.borrow_and_update();
            {
                let mut line = self.shared.line();
                if line.outbox.len() < IN_FLIGHT {
                    return Ok(Ticket(line.accept(message)));
                }
            }
            // The sender lives in `shared`, so this cannot fail while we do.
            let _ = changed.changed().await;
        }
    }

    /// Whether the broker has acknowledged the message of this ticket.
    pub fn has_acknowledged(&self, ticket: Ticket) -> bool {
        self.shared.line().outbox.has_acknowledged(ticket.0)
    }

    /// Whether there is a connection now.
    pub fn is_connected(&self) -> bool {
        self.shared.line().is_connected()
    }

    /// Moves with every connection, acknowledgement and end of a connection.
    pub fn progress(&self) -> watch::Receiver<u64> {
        self.changed.clone()
    }

    /// Number of messages that the broker has yet to acknowledge.
    pub fn unacknowledged(&self) -> usize {
        self.shared.line().outbox.len()
    }

    /// Waits until the broker has acknowledged everything that was published.
    ///
    /// # Errors
    /// When it has not within `deadline`; nothing is lost by that, it is still tried.
    pub async fn flush(&self, deadline: Duration) -> Result<(), PublishError> {
        let flushed = self.until(deadline, |line| line.outbox.is_empty()).await;
        flushed.map_err(|reason| PublishError::Unacknowledged {
            broker: self.shared.broker().clone(),
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
        self.end().await;
        flushed
    }

    /// Like [`Publisher::close`], but does not wait for a broker that is away.
    pub async fn leave(mut self, deadline: Duration) {
        self.end.last.cancel();
        let gone = |line: &Line| line.outbox.is_empty() || !line.is_connected();
        let _ = self.until(deadline, gone).await;
        self.end().await;
    }

    async fn end(&mut self) {
        self.end.stop.cancel();
        let _ = timeout(Duration::from_secs(1), self.connection.join_next()).await;
    }

    /// Waits for a state of the outbox; fails with the last error of the connection.
    async fn until(
        &self,
        deadline: Duration,
        reached: impl Fn(&Line) -> bool,
    ) -> Result<(), String> {
        let mut changed = self.changed.clone();
        let wait = async {
            loop {
                changed.borrow_and_update();
                if reached(&self.shared.line()) {
                    return;
                }
                let _ = changed.changed().await;
            }
        };
        timeout(deadline, wait).await.map_err(|_| self.shared.line().last_error.clone())
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
