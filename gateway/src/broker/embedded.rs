//! Embedded MQTT broker: the only file that names its library.
//!
//! It keeps nothing over the end of the program: sessions and retained messages are gone then, what was acknowledged
//! is not. Anonymous clients only, and therefore on the loopback only.

use std::collections::HashMap;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use domain::failure_chain;
use mqtt5::broker::auth::AuthProvider;
use mqtt5::broker::config::{BrokerConfig, StorageBackend, StorageConfig};
use mqtt5::broker::{
    AuthResult, BrokerEventHandler, ClientConnectEvent, ClientDisconnectEvent, ClientPublishEvent,
    MqttBroker, PublishAction,
};
use mqtt5::packet::connect::ConnectPacket;
use mqtt5::protocol::v5::reason_codes::ReasonCode;
use tokio_util::sync::CancellationToken;

use super::inlet::BrokerInlet;
use crate::failure::Failure;

/// Clients at the same time.
const MAX_CLIENTS: usize = 500;
/// Larger than any message that is read, so that one that is too large is refused with a reason, up to this.
const MAX_PACKET_BYTES: usize = 1024 * 1024;
const MAX_RETAINED: usize = 10_000;
/// How long a subscriber that is away is remembered.
const SESSION_EXPIRY: Duration = Duration::from_hours(24);
/// Messages that may wait for one subscriber; then its oldest are dropped.
const SUBSCRIBER_QUEUE: usize = 10_000;
const OPEN_WITHIN: Duration = Duration::from_secs(5);

type Later<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Embedded broker whose port is open.
pub(crate) struct EmbeddedBroker {
    broker: MqttBroker,
}

impl EmbeddedBroker {
    /// Opens the port. From here on messages are taken.
    pub(crate) async fn open(address: SocketAddr, inlet: BrokerInlet) -> Result<Self, Failure> {
        let mut config = BrokerConfig {
            bind_addresses: vec![address],
            max_clients: MAX_CLIENTS,
            max_packet_size: MAX_PACKET_BYTES,
            max_retained_messages: MAX_RETAINED,
            session_expiry_interval: SESSION_EXPIRY,
            client_channel_capacity: SUBSCRIBER_QUEUE,
            sys_topics_enabled: false,
            // The library's default writes one file for each waiting message.
            storage_config: StorageConfig::new().with_backend(StorageBackend::Memory),
            event_handler: Some(Arc::new(Watch { inlet, wills: Mutex::default() })),
            ..BrokerConfig::default()
        };
        config.auth_config.allow_anonymous = true;
        let fault = |error: mqtt5::error::MqttError| {
            Failure::Unavailable(format!("the embedded broker cannot listen at {address}: {error}"))
        };
        let opened = tokio::time::timeout(OPEN_WITHIN, MqttBroker::with_config(config)).await;
        let broker = opened
            .map_err(|error| Failure::Part {
                part: "the embedded broker",
                why: failure_chain(&error),
            })?
            .map_err(fault)?
            .with_auth_provider(Arc::new(AnonymousOnly));
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

/// Message that is published when a client is lost.
struct LastWill {
    topic: Arc<str>,
    payload: Bytes,
}

/// Sees every message before it is acknowledged, and every client that comes and goes.
struct Watch {
    inlet: BrokerInlet,
    /// By client. The library does not publish them as it does messages.
    wills: Mutex<HashMap<Arc<str>, LastWill>>,
}

impl BrokerEventHandler for Watch {
    fn on_client_connect(&self, event: ClientConnectEvent) -> Later<'_, ()> {
        let mut wills = self.wills.lock().unwrap_or_else(PoisonError::into_inner);
        match (event.will_topic, event.will_payload) {
            (Some(topic), Some(payload)) => {
                wills.insert(event.client_id, LastWill { topic, payload })
            }
            _ => wills.remove(&event.client_id),
        };
        Box::pin(std::future::ready(()))
    }

    fn on_client_publish(&self, event: ClientPublishEvent) -> Later<'_, PublishAction> {
        Box::pin(async move {
            self.inlet.take(&event.topic, event.payload).await;
            PublishAction::Continue
        })
    }

    fn on_client_disconnect(&self, event: ClientDisconnectEvent) -> Later<'_, ()> {
        let mut wills = self.wills.lock().unwrap_or_else(PoisonError::into_inner);
        let will = wills.remove(&event.client_id).filter(|_| event.unexpected);
        drop(wills);
        Box::pin(async move {
            if let Some(LastWill { topic, payload }) = will {
                self.inlet.take(&topic, payload).await;
            }
        })
    }
}

/// Authentication that admits clients without a name. A name would claim an account, and the broker has none.
#[derive(Debug)]
struct AnonymousOnly;

impl AuthProvider for AnonymousOnly {
    fn authenticate<'a>(
        &'a self,
        connect: &'a ConnectPacket,
        _client: SocketAddr,
    ) -> Later<'a, mqtt5::error::Result<AuthResult>> {
        let anonymous = connect.username.is_none() && connect.password.is_none();
        let result = if anonymous {
            AuthResult::success()
        } else {
            AuthResult::fail(ReasonCode::BadUsernameOrPassword)
        };
        Box::pin(std::future::ready(Ok(result)))
    }

    fn authorize_publish<'a>(
        &'a self,
        _client: &str,
        _user: Option<&'a str>,
        _topic: &'a str,
    ) -> Later<'a, bool> {
        Box::pin(std::future::ready(true))
    }

    fn authorize_subscribe<'a>(
        &'a self,
        _client: &str,
        _user: Option<&'a str>,
        _filter: &'a str,
    ) -> Later<'a, bool> {
        Box::pin(std::future::ready(true))
    }
}
