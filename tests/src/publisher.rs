//! An MQTT client that counts what the broker has acknowledged.

use std::collections::HashMap;
use std::fmt;
use std::sync::mpsc::{self, Receiver, TryRecvError};
use std::thread;
use std::time::{Duration, Instant};

use rumqttc::{Client, Event, MqttOptions, Outgoing, Packet, QoS};

use crate::wait::SOON;

/// Messages in flight at most.
const WINDOW: u16 = 200;
/// Longest silence of the broker.
const PATIENCE: Duration = SOON;

/// Step of a message; messages are numbered in the order of publishing.
#[derive(Debug)]
enum Step {
    Acknowledged(usize),
    Failed,
}

/// A connected sensor.
pub struct Publisher {
    client: Client,
    steps: Receiver<Step>,
    published: usize,
    acknowledged: Vec<usize>,
}

impl Publisher {
    /// Connects as `name` to this port of the loopback.
    pub fn connect(port: u16, name: &str) -> Self {
        Self::with(MqttOptions::new(name, "127.0.0.1", port))
    }

    /// Connects with these options; packet limit and window are set here.
    pub fn with(mut options: MqttOptions) -> Self {
        options.set_inflight(WINDOW).set_max_packet_size(1 << 20, 1 << 20);
        let (client, mut connection) = Client::new(options, 100);
        let (progress, steps) = mpsc::channel();
        thread::spawn(move || {
            let (mut next, mut in_flight) = (0, HashMap::new());
            for event in connection.iter() {
                let step = match event {
                    // Packet ids are given in the order of publishing.
                    Ok(Event::Outgoing(Outgoing::Publish(id))) => {
                        in_flight.insert(id, next);
                        next += 1;
                        continue;
                    }
                    Ok(Event::Incoming(Packet::PubAck(ack))) => {
                        in_flight.remove(&ack.pkid).map(Step::Acknowledged)
                    }
                    Ok(_) => None,
                    Err(_) => Some(Step::Failed),
                };
                let failed = matches!(step, Some(Step::Failed));
                if step.is_some_and(|step| progress.send(step).is_err()) || failed {
                    return;
                }
            }
        });
        Self { client, steps, published: 0, acknowledged: Vec::new() }
    }

    /// Gives a message to the client; it is sent in the background.
    ///
    /// # Panics
    /// When the connection is gone.
    pub fn send(&mut self, (topic, payload): (String, Vec<u8>), retain: bool) {
        self.client.publish(topic, QoS::AtLeastOnce, retain, payload).expect("the client lives");
        self.published += 1;
    }

    /// Publishes messages and waits until the broker has acknowledged everything that was ever given.
    ///
    /// # Panics
    /// When the broker goes away or is silent for too long.
    pub fn publish(&mut self, messages: impl IntoIterator<Item = (String, Vec<u8>)>) {
        for message in messages {
            self.send(message, false);
            self.take(false);
        }
        while self.acknowledged.len() < self.published {
            assert!(self.take(true), "the broker went away with messages in flight");
        }
    }

    /// Publishes messages until the broker goes away or all are given; returns which were acknowledged.
    pub fn publish_until_cut(
        &mut self,
        messages: impl IntoIterator<Item = (String, Vec<u8>)>,
    ) -> Vec<usize> {
        for (topic, payload) in messages {
            if self.client.publish(topic, QoS::AtLeastOnce, false, payload).is_err() {
                break;
            }
            self.published += 1;
        }
        let end = Instant::now() + PATIENCE;
        while self.acknowledged.len() < self.published && Instant::now() < end && self.take(true) {}
        self.acknowledged.clone()
    }

    /// Takes the next steps; false when the connection is gone.
    fn take(&mut self, wait: bool) -> bool {
        loop {
            let step = if wait {
                self.steps.recv_timeout(PATIENCE).map_err(|_| TryRecvError::Disconnected)
            } else {
                self.steps.try_recv()
            };
            match step {
                Ok(Step::Acknowledged(index)) => self.acknowledged.push(index),
                Ok(Step::Failed) | Err(TryRecvError::Disconnected) => return false,
                Err(TryRecvError::Empty) => return true,
            }
            if wait {
                return true;
            }
        }
    }
}

impl fmt::Debug for Publisher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Publisher").field("published", &self.published).finish_non_exhaustive()
    }
}

impl Drop for Publisher {
    fn drop(&mut self) {
        // The connection may be gone already.
        let _ = self.client.try_disconnect();
    }
}
