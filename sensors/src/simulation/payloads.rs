//! Messages of a simulated node, in the format of its family.

use std::collections::BTreeMap;

use domain::Value;
use domain::ids::{DeviceId, SiteId};
use domain::message::{DevicePresence, DeviceStatus};
use domain::native;
use domain::quantity::Quantity;
use serde_json::{Map, Value as Json, json};

use super::air::round;
use super::nodes::{Content, Emission, Family, Sample};
use crate::publisher::Outbound;

/// Number of readings of a backlog in one message.
const BACKLOG: usize = 100;

/// The mains voltage that power is turned into current with, in V.
const MAINS_V: f64 = 231.0;

/// Speaks for the devices of one site.
#[derive(Clone, Debug)]
pub(super) struct Speaker {
    /// The site in the native topics.
    pub(super) site: SiteId,
    /// Number of starts of the nodes.
    pub(super) boot: u64,
}

impl Speaker {
    /// The messages of an emission. A Shelly sends its full status, which has no time, only while that is `now`.
    pub(super) fn messages(
        &self,
        emission: &Emission,
        interval_s: f64,
        is_now: bool,
    ) -> Vec<Outbound> {
        match &emission.content {
            Content::Presence(presence) => {
                vec![self.presence(&emission.device, *presence, interval_s)]
            }
            Content::Readings(samples) => match Family::of(&emission.device) {
                Family::Native => self.native(samples),
                Family::Shelly => shelly(&emission.device, samples, is_now),
                Family::Zigbee => zigbee(&emission.device, samples),
            },
        }
    }

    /// Status of a device: its own message, or the broker's for it.
    pub(super) fn presence(
        &self,
        device: &DeviceId,
        presence: DevicePresence,
        interval_s: f64,
    ) -> Outbound {
        let is_online = presence != DevicePresence::Offline;
        match Family::of(device) {
            Family::Native => {
                let status = DeviceStatus {
                    device: device.clone(),
                    presence,
                    boot: Some(self.boot),
                    firmware: Some(env!("CARGO_PKG_VERSION").to_owned()),
                    interval_s: Some(interval_s),
                };
                kept(native::status_topic(&self.site, device), native::encode_status(&status))
            }
            Family::Shelly => kept(format!("{device}/online"), is_online.to_string().into_bytes()),
            Family::Zigbee => {
                let state = if is_online { "online" } else { "offline" };
                kept(
                    format!("zigbee2mqtt/{device}/availability"),
                    bytes(&json!({ "state": state })),
                )
            }
        }
    }

    /// One message a source, or several of a long backlog.
    pub(super) fn native(&self, samples: &[Sample]) -> Vec<Outbound> {
        let mut by_source: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for sample in samples {
            let report = (Some(sample.at), sample.value, sample.seq);
            by_source.entry(&sample.source).or_default().push(report);
        }
        let mut messages = Vec::new();
        for (source, reports) in by_source {
            let topic = native::reading_topic(&self.site, source);
            messages.extend(
                reports.chunks(BACKLOG).map(|part| passing(topic.clone(), native::encode(part))),
            );
        }
        messages
    }
}

/// A notification with the time of the observation for each moment, and while it is now the full status as well.
fn shelly(device: &DeviceId, samples: &[Sample], is_now: bool) -> Vec<Outbound> {
    let mut messages = Vec::new();
    for moment in samples.chunk_by(|one, next| one.at == next.at) {
        let components = components(moment);
        #[expect(
            clippy::cast_precision_loss,
            reason = "Shelly gives its time as a decimal of seconds"
        )]
        let ts = moment[0].at.as_millis() as f64 / 1000.0;
        let mut params = Map::from_iter([("ts".to_owned(), json!(ts))]);
        let has_register =
            moment.iter().any(|sample| sample.source.quantity == Quantity::EnergyImported);
        if is_now && has_register {
            let topic = |component: &str| format!("{device}/status/{component}");
            messages.extend(
                components.iter().map(|(name, status)| passing(topic(name), bytes(status))),
            );
        }
        params.extend(components);
        let note = json!({
            "src": device.as_str(), "dst": format!("{device}/events"), "method": "NotifyStatus", "params": params,
        });
        messages.push(passing(format!("{device}/events/rpc"), bytes(&note)));
    }
    messages
}

/// The components of a Shelly, each with what these samples say of it.
fn components(samples: &[Sample]) -> BTreeMap<String, Json> {
    let mut components: BTreeMap<String, Json> = BTreeMap::new();
    for sample in samples {
        let channel = sample.source.channel.as_ref().map_or("switch:0", |channel| channel.as_str());
        let (component, phase) = channel.split_once('/').unwrap_or((channel, "total"));
        let id = component.rsplit(':').next().and_then(|id| id.parse::<u32>().ok()).unwrap_or(0);
        let status = components.entry(component.to_owned()).or_insert_with(|| json!({ "id": id }));
        let value = sample.value.as_f64();
        let kind = component.split(':').next().unwrap_or_default();
        match (kind, sample.source.quantity) {
            ("em", Quantity::ActivePower) => status[format!("{phase}_act_power")] = json!(value),
            ("emdata", _) if phase == "total" => status["total_act"] = json!(value),
            ("emdata", _) => status[format!("{phase}_total_act_energy")] = json!(value),
            ("em1", Quantity::ActivePower) => status["act_power"] = json!(value),
            ("em1data", _) => status["total_act_energy"] = json!(value),
            (_, Quantity::ActivePower) => {
                status["apower"] = json!(value);
                status["voltage"] = json!(MAINS_V);
                status["current"] = json!(round(value / MAINS_V, 3));
            }
            (_, Quantity::EnergyImported) => status["aenergy"] = json!({ "total": value }),
            (_, quantity) => status[quantity.name()] = json!(value),
        }
    }
    components
}

/// Messages of the Zigbee bridge for a device: one object a moment.
fn zigbee(device: &DeviceId, samples: &[Sample]) -> Vec<Outbound> {
    let moments = samples.chunk_by(|one, next| one.at == next.at);
    let message = |moment: &[Sample]| {
        let mut object = Map::new();
        for Sample { source, value, .. } in moment {
            let (key, value) = match (source.quantity, *value) {
                (Quantity::RelativeHumidity, value) => ("humidity", json!(value.as_f64())),
                (Quantity::OccupancyDetected, Value::State(state)) => ("occupancy", json!(state)),
                (Quantity::ActivePower, value) => ("power", json!(value.as_f64())),
                // Cheap plugs count in steps of 10 Wh.
                (Quantity::EnergyImported, value) => {
                    ("energy", json!((value.as_f64() / 10.0).floor() / 100.0))
                }
                (quantity, value) => (quantity.name(), json!(value.as_f64())),
            };
            object.insert(key.to_owned(), value);
        }
        object.insert("linkquality".to_owned(), json!(120));
        object.insert("last_seen".to_owned(), json!(moment[0].at.to_string()));
        passing(format!("zigbee2mqtt/{device}"), bytes(&Json::Object(object)))
    };
    moments.map(message).collect()
}

/// A message that the broker keeps for those who come later.
pub(super) const fn kept(topic: String, payload: Vec<u8>) -> Outbound {
    Outbound { topic, payload, retain: true }
}

const fn passing(topic: String, payload: Vec<u8>) -> Outbound {
    Outbound { topic, payload, retain: false }
}

fn bytes(json: &Json) -> Vec<u8> {
    json.to_string().into_bytes()
}

#[cfg(test)]
mod tests {
    use domain::families::Families;
    use domain::message::Message;
    use domain::site::{DREUX, parse};
    use domain::{Instant, Source};

    use super::*;
    use crate::simulation::{Building, Scenario};

    /// What a gateway makes of these messages: source, time and value of each reading, and refusals.
    fn understood(
        families: &mut Families,
        messages: &[Outbound],
        received_at: Instant,
    ) -> (Vec<(Source, Option<Instant>, f64)>, usize) {
        let (mut readings, mut refused) = (Vec::new(), 0);
        for Outbound { topic, payload, retain } in messages {
            let message = Message { topic, payload, retained: *retain, received_at };
            let (_, translation) =
                families.recognise(&message).expect("every message is some family's");
            refused += translation.refusals.len();
            let reports = translation.reports.into_iter();
            readings.extend(
                reports.map(|report| (report.source, report.observed_at, report.value.as_f64())),
            );
        }
        (readings, refused)
    }

    #[test]
    fn a_gateway_understands_all_that_the_simulated_nodes_say() {
        let site = parse(DREUX, "dreux.toml").unwrap();
        let mut families = Families::new(&site.id, &site.families);
        let now: Instant = "2026-11-23T14:03:00Z".parse().unwrap();
        let scenario = Scenario { faults: false, ..Scenario::demonstration(&site, 1, now) };
        let mut building = Building::new(&site, scenario);
        building.step(now);
        let speaker = Speaker { site: site.id.clone(), boot: 3 };

        for emission in building.step(now + jiff::SignedDuration::from_secs(90)) {
            let messages = speaker.messages(&emission, 10.0, false);
            let (readings, refused) = understood(&mut families, &messages, now);
            assert_eq!(refused, 0, "{messages:?}");
            let Content::Readings(samples) = &emission.content else {
                panic!("no node drops out here")
            };
            for sample in samples {
                let received = readings
                    .iter()
                    .find(|(source, at, _)| *source == sample.source && *at == Some(sample.at));
                let (.., value) =
                    received.unwrap_or_else(|| panic!("{} is not understood", sample.source));
                assert!((value - sample.value.as_f64()).abs() < 10.0, "{}: {value}", sample.source);
            }
        }
    }

    #[test]
    fn every_device_is_heard_to_come_and_to_go() {
        let site = parse(DREUX, "dreux.toml").unwrap();
        let mut families = Families::new(&site.id, &site.families);
        let now: Instant = "2026-11-23T14:03:00Z".parse().unwrap();
        let building = Building::new(&site, Scenario::natural(&site, 1, now));
        let speaker = Speaker { site: site.id.clone(), boot: 3 };
        for (device, _, interval_s) in building.devices() {
            for presence in [DevicePresence::Online, DevicePresence::Offline] {
                let Outbound { topic, payload, retain } =
                    speaker.presence(device, presence, interval_s);
                let message = Message {
                    topic: &topic,
                    payload: &payload,
                    retained: retain,
                    received_at: now,
                };
                let status = families
                    .recognise(&message)
                    .and_then(|(_, translation)| translation.statuses.into_iter().next());
                let status = status.unwrap_or_else(|| panic!("{topic} says nothing"));
                assert_eq!((&status.device, status.presence), (device, presence));
            }
        }
    }

    #[test]
    fn a_long_backlog_is_sent_in_parts_and_in_order() {
        let source: Source =
            Source { device: "air-1".parse().unwrap(), quantity: Quantity::Co2, channel: None };
        let start: Instant = "2026-11-23T14:00:00Z".parse().unwrap();
        let at = |nr: u64| start + jiff::SignedDuration::from_secs(i64::try_from(nr).unwrap());
        let samples: Vec<Sample> = (1..=250)
            .map(|nr| Sample {
                source: source.clone(),
                at: at(nr),
                value: Value::Gauge(600.0),
                seq: Some(nr),
            })
            .collect();
        let speaker = Speaker { site: "dreux".parse().unwrap(), boot: 1 };
        let messages = speaker.native(&samples);
        assert_eq!(messages.len(), 3);
        let site = parse(DREUX, "dreux.toml").unwrap();
        let mut families = Families::new(&site.id, &site.families);
        let (readings, _) = understood(&mut families, &messages, start);
        let times: Vec<_> = readings.into_iter().filter_map(|(_, at, _)| at).collect();
        assert_eq!(times, (1..=250).map(at).collect::<Vec<_>>());
    }
}
