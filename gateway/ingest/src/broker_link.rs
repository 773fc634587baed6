//! Connection to an MQTT broker: the only file that names the MQTT library.
//!
//! The library's own request queue is not used. It stops taking acknowledgements while publications are in flight,
//! and writes each one to the network by itself; here a whole batch goes out in one write.

use std::time::Duration;

use bytes::Bytes;
use domain::backoff::Backoff;
use domain::wire::BrokerUrl;
use rumqttc::{
    ConnectReturnCode, ConnectionError, Event, EventLoop, LastWill, MqttOptions, NetworkOptions,
    Packet, PubAck, Publish, QoS, Request, StateError, Subscribe, SubscribeFilter,
    SubscribeReasonCode, Unsubscribe,
};

/// Pauses between connections: the broker may be back at any moment.
pub(crate) const BACKOFF: Backoff =
    Backoff::new(Duration::from_millis(200), Duration::from_secs(5));

/// Time for which a connection must stand before the next pause begins short again: a broker that ends each connection
/// at once must not be asked a hundred times a minute.
pub(crate) const STEADY: Duration = Duration::from_secs(30);

/// How long a write may take before the connection counts as lost.
const WRITE_WITHIN: Duration = Duration::from_secs(5);
const KEEP_ALIVE: Duration = Duration::from_secs(20);
/// The protocol's own maximum, so that the broker's limit decides what comes: a message above the limit of a client
/// ends its connection and is delivered again, for ever.
const MAX_PACKET_BYTES: usize = 268_435_455;
/// Publications that may be unconfirmed; packet identifiers go ten times further, so none is used twice.
const MAX_UNCONFIRMED: u16 = 64;
const PACKET_IDS: u16 = 640;

/// Client with which to connect.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub(crate) broker: BrokerUrl,
    pub(crate) client_id: String,
    /// Whether the broker keeps subscriptions and messages while we are away.
    pub(crate) persistent: bool,
    /// Published by the broker, retained, when the connection is lost.
    pub(crate) last_will: Option<(String, Vec<u8>)>,
}

/// Message that came over a connection.
#[derive(Debug)]
pub(crate) struct LinkMessage {
    pub(crate) topic: String,
    pub(crate) payload: Bytes,
    /// Whether the broker had kept it.
    pub(crate) retained: bool,
    /// Packet identifier, when it is to be acknowledged.
    pub(crate) packet: Option<u16>,
}

/// Event of a connection.
#[derive(Debug)]
pub(crate) enum LinkEvent {
    /// A message.
    Message(LinkMessage),
    /// The answer to a subscription: of each filter whether it was granted.
    Subscribed { granted: Vec<bool> },
    /// A publication was confirmed, so there is room for another.
    Confirmed,
    /// The answer to a ping: whatever the broker sent before it has come.
    Pong,
    /// Any other event.
    Other,
}

/// Reason why there is no connection.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LinkError {
    /// The broker refuses the login: a person must change the configuration.
    #[error("the broker refuses the login: {0}")]
    Refused(&'static str),
    /// The broker closed the connection: it ends, or another client has come under our name. Connect again.
    #[error("the broker closed the connection")]
    Closed(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Connect again.
    #[error("the connection to the broker is lost")]
    Lost(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl LinkError {
    /// The innermost cause, for people.
    pub(crate) fn root(&self) -> String {
        let mut error: &dyn std::error::Error = self;
        while let Some(source) = error.source() {
            error = source;
        }
        error.to_string()
    }
}

/// A live connection. Whatever fails, it is to be dropped and made anew.
pub(crate) struct BrokerLink {
    events: EventLoop,
    session_present: bool,
}

impl BrokerLink {
    /// Connects; gives up after 5 s.
    pub(crate) async fn connect(session: &Session) -> Result<Self, LinkError> {
        let mut events = EventLoop::new(options(session), 1);
        let mut network = NetworkOptions::new();
        network.set_tcp_nodelay(true);
        network.set_connection_timeout(5);
        events.set_network_options(network);
        match events.poll().await {
            Ok(Event::Incoming(Packet::ConnAck(answer))) => {
                Ok(Self { events, session_present: answer.session_present })
            }
            Ok(_) => Err(LinkError::Lost("the broker does not answer as one".into())),
            Err(error) => Err(refusal(error)),
        }
    }

    /// Whether the broker had a session of this client when it connected.
    pub(crate) const fn session_present(&self) -> bool {
        self.session_present
    }

    /// The next event. Cancel-safe: what was read stays in the connection.
    pub(crate) async fn next(&mut self) -> Result<LinkEvent, LinkError> {
        let event = self.events.poll().await.map_err(refusal)?;
        link_event(event)
    }

    /// An event that was read together with the last one; there is no need to wait for it.
    pub(crate) fn next_read(&mut self) -> Option<Result<LinkEvent, LinkError>> {
        self.events.state.events.pop_front().map(link_event)
    }

    /// Subscribes to these filters with `QoS` 1; the answer is a [`LinkEvent::Subscribed`].
    pub(crate) async fn subscribe(&mut self, filters: &[String]) -> Result<(), LinkError> {
        let filter = |path: &String| SubscribeFilter::new(path.clone(), QoS::AtLeastOnce);
        let request = Request::Subscribe(Subscribe::new_many(filters.iter().map(filter)));
        self.request(request).await
    }

    /// Ends the subscriptions to these filters; a session keeps what came by then.
    pub(crate) async fn unsubscribe(&mut self, filters: Vec<String>) -> Result<(), LinkError> {
        self.request(Request::Unsubscribe(Unsubscribe { pkid: 0, topics: filters })).await
    }

    /// Acknowledges these messages in one write.
    pub(crate) async fn acknowledge(
        &mut self,
        packets: impl Iterator<Item = u16>,
    ) -> Result<(), LinkError> {
        self.write(packets.map(|packet| Packet::PubAck(PubAck::new(packet)))).await
    }

    /// Whether another message may be published now.
    pub(crate) fn has_room(&self) -> bool {
        self.events.state.inflight() < MAX_UNCONFIRMED
    }

    /// Publishes a retained message with `QoS` 1.
    pub(crate) async fn publish_retained(
        &mut self,
        topic: &str,
        payload: Bytes,
    ) -> Result<(), LinkError> {
        let mut message = Publish::from_bytes(topic, QoS::AtLeastOnce, payload);
        message.retain = true;
        self.request(Request::Publish(message)).await
    }

    /// Keeps the connection up while nothing is read from it. The answer is a [`LinkEvent::Pong`].
    pub(crate) async fn ping(&mut self) -> Result<(), LinkError> {
        self.write(std::iter::once(Packet::PingReq)).await
    }

    /// Disconnects in order, so that the last will is not published.
    pub(crate) async fn disconnect(mut self) {
        if let Err(error) = self.write(std::iter::once(Packet::Disconnect)).await {
            tracing::debug!(error = error.root(), "the broker was gone before we said goodbye");
        }
    }

    async fn request(&mut self, request: Request) -> Result<(), LinkError> {
        let packet = self.events.state.handle_outgoing_packet(request);
        match packet.map_err(|error| LinkError::Lost(error.into()))? {
            Some(packet) => self.write(std::iter::once(packet)).await,
            // A packet identifier is in use for much too long: the broker has lost its way.
            None => Err(LinkError::Lost("the broker leaves publications unconfirmed".into())),
        }
    }

    async fn write(&mut self, packets: impl Iterator<Item = Packet>) -> Result<(), LinkError> {
        let Some(network) = self.events.network.as_mut() else {
            return Err(LinkError::Lost("not connected".into()));
        };
        let write = async {
            for packet in packets {
                network.write(packet).await?;
            }
            network.flush().await
        };
        match tokio::time::timeout(WRITE_WITHIN, write).await {
            Ok(written) => written.map_err(|error| LinkError::Lost(error.into())),
            Err(_) => Err(LinkError::Lost("the broker takes nothing any more".into())),
        }
    }
}

fn link_event(event: Event) -> Result<LinkEvent, LinkError> {
    Ok(match event {
        Event::Incoming(Packet::Publish(message)) => LinkEvent::Message(LinkMessage {
            packet: (message.qos != QoS::AtMostOnce).then_some(message.pkid),
            topic: message.topic,
            payload: message.payload,
            retained: message.retain,
        }),
        Event::Incoming(Packet::SubAck(answer)) => {
            let granted = |code: &SubscribeReasonCode| *code != SubscribeReasonCode::Failure;
            LinkEvent::Subscribed { granted: answer.return_codes.iter().map(granted).collect() }
        }
        Event::Incoming(Packet::PubAck(_)) => LinkEvent::Confirmed,
        Event::Incoming(Packet::PingResp) => LinkEvent::Pong,
        Event::Incoming(Packet::Disconnect) => {
            return Err(LinkError::Closed("the broker said goodbye".into()));
        }
        _ => LinkEvent::Other,
    })
}

fn options(session: &Session) -> MqttOptions {
    let broker = &session.broker;
    let mut options = MqttOptions::new(&session.client_id, broker.host(), broker.port());
    options
        .set_clean_session(!session.persistent)
        .set_manual_acks(true)
        .set_keep_alive(KEEP_ALIVE)
        .set_inflight(PACKET_IDS)
        .set_max_packet_size(MAX_PACKET_BYTES, MAX_PACKET_BYTES);
    if let Some((user, password)) = broker.login() {
        options.set_credentials(user, password);
    }
    if let Some((topic, payload)) = &session.last_will {
        options.set_last_will(LastWill::new(topic, payload.clone(), QoS::AtLeastOnce, true));
    }
    options
}

fn refusal(error: ConnectionError) -> LinkError {
    match error {
        ConnectionError::ConnectionRefused(code) => LinkError::Refused(match code {
            ConnectReturnCode::BadUserNamePassword => "wrong user or password",
            ConnectReturnCode::NotAuthorized => {
                "wrong user or password, or a user without rights; give both as mqtt://user:password@host"
            }
            ConnectReturnCode::BadClientId => "it does not accept our client id",
            ConnectReturnCode::RefusedProtocolVersion => "it does not speak MQTT 3.1.1",
            _ => "it serves nobody at present",
        }),
        error if is_closed_by_broker(&error) => LinkError::Closed(error.into()),
        error => LinkError::Lost(error.into()),
    }
}

/// Whether the other end has closed a connection that stood.
fn is_closed_by_broker(error: &ConnectionError) -> bool {
    use std::io::ErrorKind::{ConnectionAborted, ConnectionReset, UnexpectedEof};
    let ConnectionError::MqttState(error) = error else { return false };
    match error {
        StateError::ConnectionAborted => true,
        StateError::Io(error) => {
            matches!(error.kind(), ConnectionAborted | ConnectionReset | UnexpectedEof)
        }
        _ => false,
    }
}
