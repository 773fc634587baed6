//! An MQTT client that is subscribed to one topic.

use std::fmt;
use std::time::{Duration, Instant};

use rumqttc::{Client, Connection, Event, MqttOptions, Packet, QoS};
use serde_json::Value;

use crate::wait::SOON;

/// A subscriber of one topic, which receives its messages in order.
pub struct Listener {
    // The connection ends with it.
    _client: Client,
    connection: Connection,
}

impl Listener {
    /// Subscribes to `topic` at the broker on this port of the loopback; the broker has granted it on return.
    ///
    /// # Panics
    /// When the broker does not grant it in time.
    pub fn to(port: u16, topic: &str) -> Self {
        let options = MqttOptions::new("listener", "127.0.0.1", port);
        let (client, mut connection) = Client::new(options, 10);
        client.subscribe(topic, QoS::AtLeastOnce).expect("the client takes a request");
        let end = Instant::now() + SOON;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let event = connection.recv_timeout(left).expect("the broker grants a subscription");
            if matches!(event, Ok(Event::Incoming(Packet::SubAck(_)))) {
                break;
            }
        }
        Self { _client: client, connection }
    }

    /// The next message of which `is_match` is true, as JSON; those before it are dropped.
    ///
    /// # Panics
    /// When there is none within `limit`.
    pub fn until(&mut self, limit: Duration, is_match: impl Fn(&Value) -> bool) -> Value {
        let end = Instant::now() + limit;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let event = self.connection.recv_timeout(left).expect("a message came in time");
            let Ok(Event::Incoming(Packet::Publish(publish))) = event else { continue };
            let json = serde_json::from_slice(&publish.payload).unwrap_or(Value::Null);
            if is_match(&json) {
                return json;
            }
        }
    }
}

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listener").finish_non_exhaustive()
    }
}
