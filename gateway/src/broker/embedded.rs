//! Embedded MQTT broker: the only file that names its library.
//!
//! It keeps nothing over the end of the program: sessions and retained messages are gone then, what was acknowledged
//! is not. Others are anonymous, and therefore on the loopback only; our own clients show a password of this start.
//!
//! The library's own bounds of rate and of retained messages are not used: it acknowledges what it drops, and the sensor
//! believes it. Here a client that is too fast waits, and what cannot be retained is read and passed on all the same.

use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use domain::admission::MAX_PAYLOAD;
use domain::failure_chain;
use mqtt5::broker::auth::AuthProvider;
use mqtt5::broker::config::{BrokerConfig, StorageBackend, StorageConfig};
use mqtt5::broker::router::MessageRouter;
use mqtt5::broker::{
    AuthResult, BrokerEventHandler, ClientConnectEvent, ClientDisconnectEvent, ClientPublishEvent,
    DynamicStorage, MqttBroker, PublishAction, RetainedSetEvent, StorageBackend as _,
};
use mqtt5::packet::connect::ConnectPacket;
use mqtt5::packet::publish::PublishPacket;
use mqtt5::protocol::v5::reason_codes::ReasonCode;
use tokio_util::sync::CancellationToken;

use super::clients::{Clients, Departure, LastWill};
use super::inlet::BrokerInlet;
use super::refusals::{Refusal, RefusalLog};
use super::retained::{self, Retained};
use super::rights::{Identity, Rights};
use crate::failure::Failure;

/// Clients at the same time, our own among them.
const MAX_CLIENTS: usize = 500;
/// Larger than any message that is read, so that one that is too large is refused with a reason, up to this.
const MAX_PACKET_BYTES: usize = 1024 * 1024;
/// How long a subscriber that is away is remembered.
const SESSION_EXPIRY: Duration = Duration::from_hours(24);
/// Messages that may wait for one subscriber, here or away; then its oldest are dropped.
const QUEUED_MESSAGES: usize = 1000;
/// A hundred such queues must not take a machine with 512 MiB; in memory they are larger than their messages.
const QUEUED_BYTES: usize = 512 * 1024;
/// Messages on their way to one subscriber: before the queue, and sent without an acknowledgement.
const ON_THE_WAY: usize = 100;
const UNACKNOWLEDGED: u16 = 20;
/// Messages of quality 2 that one client may have begun.
const BEGUN: u16 = 64;
/// Short names of topics that one client may use.
const ALIASES: u16 = 16;
const SUBSCRIPTIONS: usize = 1000;
const OPEN_WITHIN: Duration = Duration::from_secs(5);

type Later<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Embedded broker whose port is open.
pub(crate) struct EmbeddedBroker {
    broker: MqttBroker,
}

impl EmbeddedBroker {
    /// Opens the port. From here on messages are taken.
    pub(crate) async fn open(
        address: SocketAddr,
        rights: Rights,
        inlet: BrokerInlet,
    ) -> Result<Self, Failure> {
        let watch = Arc::new(Watch {
            inlet,
            rights,
            clients: Clients::default(),
            retained: Retained::default(),
            refusals: RefusalLog::new(),
            sessions: OnceLock::new(),
        });
        let fault = |error: mqtt5::error::MqttError| {
            Failure::Unavailable(format!("the embedded broker cannot listen at {address}: {error}"))
        };
        let handler = Arc::clone(&watch) as Arc<dyn BrokerEventHandler>;
        let opening = MqttBroker::with_config(config(address, handler));
        let opened = tokio::time::timeout(OPEN_WITHIN, opening).await;
        let broker = opened
            .map_err(|error| Failure::Part {
                part: "the embedded broker",
                why: failure_chain(&error),
            })?
            .map_err(fault)?
            .with_auth_provider(Arc::new(Gate(Arc::clone(&watch))));
        if let Some(storage) = broker.storage() {
            watch.sessions.get_or_init(|| Sessions { router: broker.router(), storage });
        }
        Ok(Self { broker })
    }

    /// Serves until it is to stop. The library then waits for its clients, longer than we may.
    pub(crate) async fn run(mut self, stop: CancellationToken) -> Result<(), String> {
        let handle = self.broker.shutdown_handle();
        let served = self.broker.run();
        tokio::pin!(served);
        tokio::select! {
            ended = &mut served => return ended.map_err(|error| error.to_string()),
            () = stop.cancelled() => handle.shutdown(),
        }
        served.await.map_err(|error| error.to_string())
    }
}

fn config(address: SocketAddr, handler: Arc<dyn BrokerEventHandler>) -> BrokerConfig {
    let mut config = BrokerConfig {
        bind_addresses: vec![address],
        max_clients: MAX_CLIENTS,
        max_packet_size: MAX_PACKET_BYTES,
        max_subscriptions_per_client: SUBSCRIPTIONS,
        topic_alias_maximum: ALIASES,
        server_receive_maximum: Some(BEGUN),
        session_expiry_interval: SESSION_EXPIRY,
        client_channel_capacity: ON_THE_WAY,
        max_outbound_inflight: UNACKNOWLEDGED,
        sys_topics_enabled: false,
        // The library's default writes one file for each waiting message.
        storage_config: StorageConfig::new()
            .with_backend(StorageBackend::Memory)
            .with_max_queued_messages_per_client(QUEUED_MESSAGES)
            .with_max_queued_bytes_per_client(QUEUED_BYTES),
        event_handler: Some(handler),
        ..BrokerConfig::default()
    };
    config.auth_config.allow_anonymous = true;
    config
}

/// Sees every message before it is acknowledged, and every client that comes and goes.
struct Watch {
    inlet: BrokerInlet,
    rights: Rights,
    clients: Clients,
    /// The library bounds their number and size, not their sum.
    retained: Retained,
    refusals: RefusalLog,
    sessions: OnceLock<Sessions>,
}

impl Watch {
    /// What becomes of a message that has been read: others get it, unless that costs too much.
    fn pass_on(&self, event: ClientPublishEvent) -> PublishAction {
        let size = event.payload.len();
        if size > MAX_PAYLOAD {
            self.refusals.count(Refusal::Large, &event.client_id, &event.topic);
            return PublishAction::Handled;
        }
        let is_kept = event.retain && size > 0;
        if !is_kept || self.retained.has_room(&event.topic, size) {
            return PublishAction::Continue;
        }
        self.refusals.count(Refusal::Retained, &event.client_id, &event.topic);
        let mut message = PublishPacket::new(&*event.topic, event.payload, event.qos);
        message.packet_id = event.packet_id;
        PublishAction::Transform(message)
    }

    fn is_own(&self, user: Option<&str>) -> bool {
        user == Some(self.rights.user())
    }
}

impl BrokerEventHandler for Watch {
    fn on_client_connect(&self, event: ClientConnectEvent) -> Later<'_, ()> {
        let will = event.will_topic.zip(event.will_payload);
        let will = will.map(|(topic, payload)| LastWill { topic, payload });
        let is_own = self.is_own(event.user_id.as_deref());
        let keeps_session = event.session_expiry_interval > 0;
        self.clients.arrived(event.client_id, is_own, keeps_session, will);
        Box::pin(std::future::ready(()))
    }

    fn on_client_publish(&self, event: ClientPublishEvent) -> Later<'_, PublishAction> {
        Box::pin(async move {
            let pause = self.clients.pause(&event.client_id, event.payload.len(), Instant::now());
            if let Some(pause) = pause {
                self.refusals.count(Refusal::Pace, &event.client_id, &event.topic);
                tokio::time::sleep(pause).await;
            }
            self.inlet.take(&event.topic, event.payload.clone()).await;
            if self.is_own(event.user_id.as_deref()) {
                return PublishAction::Continue;
            }
            self.pass_on(event)
        })
    }

    fn on_retained_set(&self, event: RetainedSetEvent) -> Later<'_, ()> {
        let size = (!event.cleared).then_some(event.payload.len());
        self.retained.set(event.topic, size);
        Box::pin(std::future::ready(()))
    }

    fn on_client_disconnect(&self, event: ClientDisconnectEvent) -> Later<'_, ()> {
        Box::pin(async move {
            let departure = self.clients.departed(&event.client_id, event.unexpected);
            let Departure { will, dropped } = departure;
            if let (Some(client), Some(sessions)) = (dropped, self.sessions.get()) {
                self.refusals.count(Refusal::Session, &client, "");
                sessions.drop_of(&client).await;
            }
            if let Some(LastWill { topic, payload }) = will {
                self.inlet.take(&topic, payload).await;
            }
        })
    }
}

/// Sessions that the library keeps.
struct Sessions {
    router: Arc<MessageRouter>,
    storage: Arc<DynamicStorage>,
}

impl Sessions {
    /// Forgets the session of a client that is away, with its subscriptions and what waits for it.
    async fn drop_of(&self, client: &str) {
        // Held so that the client cannot come back in between.
        let _slot = self.router.lock_session(client).await;
        if self.router.is_connected(client).await {
            return;
        }
        let dropped = async {
            self.storage.remove_session(client).await?;
            self.storage.remove_all_inflight_messages(client).await
        };
        if let Err(error) = dropped.await {
            tracing::debug!(%error, "a session in memory could not be dropped");
        }
        self.router.unregister_client(client).await;
        self.router.queue_handle(client).clear(None);
    }
}

/// Admits clients without a name, and our own. Another name would claim an account, and the broker has none.
struct Gate(Arc<Watch>);

impl Gate {
    fn admit(&self, connect: &ConnectPacket) -> AuthResult {
        let Watch { rights, clients, refusals, .. } = &*self.0;
        let name = &connect.client_id;
        let password = connect.password.as_deref();
        let login = match (connect.username.as_deref(), password) {
            (None, None) => None,
            (user, password) => Some((user.unwrap_or_default(), password.unwrap_or_default())),
        };
        match rights.identify(name, login) {
            Identity::Own => return AuthResult::success_with_user(rights.user()),
            Identity::Unknown => return AuthResult::fail(ReasonCode::BadUsernameOrPassword),
            Identity::Impostor => {
                refusals.count(Refusal::Name, name, "");
                return AuthResult::fail(ReasonCode::ClientIdentifierNotValid);
            }
            Identity::Anonymous => {}
        }
        if !clients.has_place() {
            refusals.count(Refusal::Client, name, "");
            return AuthResult::fail(ReasonCode::ServerBusy);
        }
        if connect.will.as_ref().is_some_and(|will| will.payload.len() > retained::LARGEST) {
            refusals.count(Refusal::Will, name, "");
            return AuthResult::fail(ReasonCode::QuotaExceeded);
        }
        AuthResult::success()
    }

    /// A last will is passed on without another look, so its room is looked up here.
    fn may_publish(&self, client: &str, user: Option<&str>, topic: &str) -> bool {
        let Watch { rights, clients, retained, refusals, .. } = &*self.0;
        if !rights.may_publish(user, topic) {
            refusals.count(Refusal::Topic, client, topic);
            return false;
        }
        let will = clients.will_size(client, topic);
        let has_room = will.is_none_or(|size| retained.has_room(topic, size));
        if !has_room {
            refusals.count(Refusal::Retained, client, topic);
        }
        has_room
    }
}

impl AuthProvider for Gate {
    fn authenticate<'a>(
        &'a self,
        connect: &'a ConnectPacket,
        _client: SocketAddr,
    ) -> Later<'a, mqtt5::error::Result<AuthResult>> {
        Box::pin(std::future::ready(Ok(self.admit(connect))))
    }

    fn authorize_publish<'a>(
        &'a self,
        client: &str,
        user: Option<&'a str>,
        topic: &'a str,
    ) -> Later<'a, bool> {
        Box::pin(std::future::ready(self.may_publish(client, user, topic)))
    }

    fn authorize_subscribe<'a>(
        &'a self,
        client: &str,
        _user: Option<&'a str>,
        filter: &'a str,
    ) -> Later<'a, bool> {
        let may = Rights::may_subscribe(filter);
        if !may {
            self.0.refusals.count(Refusal::Filter, client, filter);
        }
        Box::pin(std::future::ready(may))
    }
}
