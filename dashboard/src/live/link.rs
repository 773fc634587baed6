//! Link to the broker: subscribes to the gateway's state topics and hands their messages to the hub.
//! The only file that names the MQTT library.

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::backoff::Backoff;
use domain::native;
use domain::seldom::Seldom;
use domain::site::Site;
use domain::wire::BrokerUrl;
use rumqttc::{AsyncClient, Event, EventLoop, MqttOptions, Packet, Publish, QoS};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};

use super::hub::LiveHub;

/// The list of all devices is the largest state; this is enough for some ten thousand.
const LARGEST_STATE_BYTES: usize = 4 << 20;
/// Requests that wait for the connection: this link sends hardly more than its subscription.
const PENDING_REQUESTS: usize = 16;
/// Least time between two warnings that there is no broker.
const WARN_EVERY: Duration = Duration::from_mins(5);
const KEEP_ALIVE: Duration = Duration::from_secs(10);
const BACKOFF: Backoff = Backoff::new(Duration::from_millis(250), Duration::from_secs(5));
/// A broker that starts beside the dashboard may refuse so often, for a second or two, before its absence is a warning.
const QUIET_FAILURES: u32 = 3;
/// Time for which a connection must stand before the next pause begins short again.
const STEADY: Duration = Duration::from_secs(10);
const GOODBYE: Duration = Duration::from_millis(500);

/// Keeps `hub` up to date until `shutdown`, through losses of the connection.
pub(crate) async fn run(
    broker: BrokerUrl,
    site: Arc<Site>,
    hub: Arc<LiveHub>,
    shutdown: CancellationToken,
) {
    let prefix = native::state_topic(&site.id, "");
    let (client, mut events) = connect_to(&broker);
    let (mut backoff, mut connected) = (BACKOFF, None::<Instant>);
    let mut warnings = Seldom::new(WARN_EVERY);
    loop {
        let event = tokio::select! {
            () = shutdown.cancelled() => break,
            event = events.poll() => event,
        };
        match event {
            Ok(Event::Incoming(Packet::ConnAck(_))) => {
                debug!(%broker, "live view connected to the broker");
                connected = Some(Instant::now());
                subscribe(&client, &prefix);
            }
            Ok(Event::Incoming(Packet::Publish(message))) => hand_over(&message, &prefix, &hub),
            Ok(_) => {}
            Err(error) => {
                let stood = connected.take();
                if stood.is_some_and(|since| since.elapsed() >= STEADY) {
                    backoff.reset();
                }
                let is_worth_it = stood.is_some() || backoff.failures() >= QUIET_FAILURES;
                if is_worth_it && let Some(left_out) = warnings.take(Instant::now()) {
                    warn!(%broker, left_out, error = &error as &dyn std::error::Error, "live view has no broker");
                }
                if timeout(backoff.pause(), shutdown.cancelled()).await.is_ok() {
                    break;
                }
            }
        }
    }
    disconnect(&client, &mut events).await;
}

fn connect_to(broker: &BrokerUrl) -> (AsyncClient, EventLoop) {
    let name = format!("vigie-live-{:016x}{:016x}", unguessable(), unguessable());
    let mut options = MqttOptions::new(name, broker.host(), broker.port());
    options.set_keep_alive(KEEP_ALIVE);
    options.set_clean_session(true);
    options.set_max_packet_size(LARGEST_STATE_BYTES, LARGEST_STATE_BYTES);
    if let Some((user, password)) = broker.login() {
        options.set_credentials(user, password);
    }
    AsyncClient::new(options, PENDING_REQUESTS)
}

/// Number that nobody guesses. Two clients of one name would push each other out, so each start has its own.
fn unguessable() -> u64 {
    // Each of them hashes by a key of its own, drawn from the system.
    RandomState::new().hash_one(())
}

/// Subscribes anew on every connect: the session is not kept, and the broker sends what it has retained.
fn subscribe(client: &AsyncClient, prefix: &str) {
    if let Err(error) = client.try_subscribe(format!("{prefix}#"), QoS::AtLeastOnce) {
        warn!(error = &error as &dyn std::error::Error, "live view could not subscribe");
    }
}

fn hand_over(message: &Publish, prefix: &str, hub: &LiveHub) {
    let Some(name) = message.topic.strip_prefix(prefix) else { return };
    if let Err(error) = hub.apply(name, &message.payload, message.retain) {
        debug!(name, error = &error as &dyn std::error::Error, "state topic set aside");
    }
}

async fn disconnect(client: &AsyncClient, events: &mut EventLoop) {
    if client.try_disconnect().is_ok() {
        let _ = timeout(GOODBYE, async { while events.poll().await.is_ok() {} }).await;
    }
}
