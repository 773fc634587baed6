//! An MQTT client that hears one topic.

use std::fmt;
use std::time::{Duration, Instant};

use rumqttc::{Client, Connection, Event, MqttOptions, Packet, QoS};
use serde_json::Value;

/// Hears one topic in the order of its messages.
pub struct Listener {
    // The connection ends with it.
    _client: Client,
    connection: Connection,
}

impl Listener {
    /// Subscribes to `topic` at the broker on this port of the loopback.
    ///
    /// # Panics
    /// When the client takes no request.
    pub fn to(port: u16, topic: &str) -> Self {
        let options = MqttOptions::new("listener", "127.0.0.1", port);
        let (client, connection) = Client::new(options, 10);
        client.subscribe(topic, QoS::AtLeastOnce).expect("the client takes a request");
        Self { _client: client, connection }
    }

    /// The next message of which `wanted` is true, as JSON; those before it are let go.
    ///
    /// # Panics
    /// When there is none within `limit`.
    pub fn until(&mut self, limit: Duration, wanted: impl Fn(&Value) -> bool) -> Value {
        let end = Instant::now() + limit;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let event = self.connection.recv_timeout(left).expect("a message came in time");
            let Ok(Event::Incoming(Packet::Publish(publish))) = event else { continue };
            let json = serde_json::from_slice(&publish.payload).unwrap_or(Value::Null);
            if wanted(&json) {
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
