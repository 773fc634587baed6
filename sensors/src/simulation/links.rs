//! The connections of the simulated nodes: each of ours and each Shelly has its own with its own last will;
//! the Zigbee devices share that of their bridge.

use std::collections::HashMap;
use std::time::Duration;

use domain::ids::DeviceId;
use domain::message::DevicePresence;
use domain::wire::BrokerUrl;
use serde_json::json;
use tokio::task::JoinSet;

use super::building::Building;
use super::nodes::{Emission, Family};
use super::payloads::{Speaker, kept};
use crate::publisher::{Node, Outbound, PublishError, Publisher};

/// Nodes beyond so many share one connection, and have no last will: a broker bounds its clients.
const OWN_CONNECTIONS: usize = 64;

const BRIDGE: &str = "zigbee2mqtt";
const SHARED: &str = "nodes";

/// All connections, and which device uses which.
#[derive(Debug)]
pub(super) struct Links {
    speaker: Speaker,
    publishers: Vec<Publisher>,
    devices: HashMap<DeviceId, (usize, f64)>,
}

impl Links {
    /// Begins to connect all devices of the building.
    pub(super) fn open(
        building: &Building,
        speaker: Speaker,
        broker: &BrokerUrl,
    ) -> Result<Self, PublishError> {
        let mut nodes: Vec<(String, Node)> = Vec::new();
        let mut devices = HashMap::new();
        for (device, family, interval_s) in building.devices() {
            let name = match family {
                Family::Zigbee => BRIDGE,
                _ if nodes.len() >= OWN_CONNECTIONS => SHARED,
                _ => device.as_str(),
            };
            let found = nodes.iter().position(|(connected, _)| connected == name);
            let nr = found.unwrap_or_else(|| {
                nodes.push((name.to_owned(), node(name, device, interval_s, &speaker)));
                nodes.len() - 1
            });
            nodes[nr].1.birth.push(speaker.presence(device, DevicePresence::Online, interval_s));
            devices.insert(device.clone(), (nr, interval_s));
        }
        let publishers = nodes
            .into_iter()
            .map(|(_, node)| Publisher::start(broker.clone(), node))
            .collect::<Result<_, _>>()?;
        Ok(Self { speaker, publishers, devices })
    }

    /// Waits until all are connected.
    pub(super) async fn connected(&self, deadline: Duration) -> Result<(), PublishError> {
        for publisher in &self.publishers {
            publisher.connected(deadline).await?;
        }
        Ok(())
    }

    /// Publishes an emission on the connection of its device.
    pub(super) async fn publish(
        &self,
        emission: &Emission,
        is_now: bool,
    ) -> Result<(), PublishError> {
        let Some((nr, interval_s)) = self.devices.get(&emission.device) else { return Ok(()) };
        for message in self.speaker.messages(emission, *interval_s, is_now) {
            self.publishers[*nr].publish(message).await?;
        }
        Ok(())
    }

    /// Says that all devices go, and ends all connections within `deadline`.
    pub(super) async fn close(self, deadline: Duration) {
        for (device, (nr, interval_s)) in &self.devices {
            let offline = self.speaker.presence(device, DevicePresence::Offline, *interval_s);
            // One that has no room for it is not connected: the broker has published it already.
            if self.publishers[*nr].unacknowledged() == 0 {
                let _ = self.publishers[*nr].publish(offline).await;
            }
        }
        let mut leaving = JoinSet::new();
        for publisher in self.publishers {
            leaving.spawn(publisher.leave(deadline));
        }
        while leaving.join_next().await.is_some() {}
    }
}

fn node(name: &str, device: &DeviceId, interval_s: f64, speaker: &Speaker) -> Node {
    let bridge = |state: &str| {
        kept(format!("{BRIDGE}/bridge/state"), json!({ "state": state }).to_string().into_bytes())
    };
    let last_will: Option<Outbound> = match name {
        BRIDGE => Some(bridge("offline")),
        SHARED => None,
        _ => Some(speaker.presence(device, DevicePresence::Offline, interval_s)),
    };
    let birth = if name == BRIDGE { vec![bridge("online")] } else { Vec::new() };
    Node { client_id: format!("vigie-{}-{name}", speaker.site), birth, last_will }
}
