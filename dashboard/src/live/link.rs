//! Link to the broker: subscribes to the gateway's state topics and hands their messages to the hub.
//! The only file that names the MQTT library.

use std::sync::Arc;
use std::time::Duration;

use domain::backoff::Backoff;
use domain::native;
use domain::site::Site;
use domain::wire::BrokerUrl;
use rumqttc::{AsyncClient, Event, EventLoop, MqttOptions, Packet, Publish, QoS};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tracing::{debug, info, warn};

use super::hub::LiveHub;

/// The list of all devices is the largest state; this is enough for some ten thousand.
const LARGEST_STATE_BYTES: usize = 4 << 20;
/// Requests that wait for the connection: this link sends hardly more than its subscription.
const PENDING_REQUESTS: usize = 16;
const KEEP_ALIVE: Duration = Duration::from_secs(10);
const BACKOFF: Backoff = Backoff::new(Duration::from_millis(250), Duration::from_secs(5));
/// A broker that starts beside the dashboard may refuse so often, for a second or two, before its absence is a warning.
const QUIET_FAILURES: u32 = 3;
const GOODBYE: Duration = Duration::from_millis(500);

/// Keeps `hub` up to date until `shutdown`, through losses of the connection.
pub(crate) async fn run(
    broker: BrokerUrl,
    site: Arc<Site>,
    hub: Arc<LiveHub>,
    shutdown: CancellationToken,
) {
    let prefix = native::state_topic(&site.id, "");
    let (client, mut events) = connect_to(&broker, &hub);
    let (mut backoff, mut connected) = (BACKOFF, false);
    loop {
        let event = tokio::select! {
            () = shutdown.cancelled() => break,
            event = events.poll() => event,
        };
        match event {
            Ok(Event::Incoming(Packet::ConnAck(_))) => {
                info!(%broker, "live view connected to the broker");
                backoff.reset();
                connected = true;
                subscribe(&client, &prefix);
            }
            Ok(Event::Incoming(Packet::Publish(message))) => hand_over(&message, &prefix, &hub),
            Ok(_) => {}
            Err(error) => {
                if connected || backoff.failures() >= QUIET_FAILURES {
                    warn!(%broker, error = &error as &dyn std::error::Error, "live view has no broker");
                } else {
                    debug!(%broker, %error, "the broker is not there yet");
                }
                connected = false;
                if timeout(backoff.pause(), shutdown.cancelled()).await.is_ok() {
                    break;
                }
            }
        }
    }
    disconnect(&client, &mut events).await;
}

fn connect_to(broker: &BrokerUrl, hub: &LiveHub) -> (AsyncClient, EventLoop) {
    // Two clients of one name would push each other out, so each start has its own.
    let name = format!("vigie-live-{}-{:x}", std::process::id(), hub.now().as_millis());
    let mut options = MqttOptions::new(name, broker.host(), broker.port());
    options.set_keep_alive(KEEP_ALIVE);
    options.set_clean_session(true);
    options.set_max_packet_size(LARGEST_STATE_BYTES, LARGEST_STATE_BYTES);
    if let Some((user, password)) = broker.login() {
        options.set_credentials(user, password);
    }
    AsyncClient::new(options, PENDING_REQUESTS)
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
