//! Devices that announce themselves for Home Assistant: their configurations name the topics of their values.
//!
//! ```text
//! homeassistant/<component>/[<node>/]<object>/config   {"stat_t":"fablab/air","val_tpl":"{{ value_json.co2 }}", ..}
//! homeassistant/device/<id>/config                     {"dev":{..},"cmps":{"t":{"p":"sensor", ..}, ..}}
//! any/topic/at/all                                     what a configuration has named
//! ```
//!
//! | file | what it holds |
//! |---|---|
//! | `config` | configurations, one entity or many, long names or short |
//! | `template` | the subset of templates that is read |
//! | `meaning` | what class, unit and name of an entity say of what it measures |
//!
//! A device is called as its first identifier, a channel as the entity. An empty configuration takes an entity away.
//! What another family reads from its own topics is left to it: it knows its devices better, and nothing is stored
//! under two names. Configurations of this program and its like are left alone.

mod config;
mod meaning;
mod template;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value as Json;

use super::family::{EVERYTHING, Family, Memory, Reads, Scope};
use super::filter::fixed_levels;
use super::report_builder::{ReportBuilder, object, refused, status};
use crate::ids::{Channel, DeviceId};
use crate::message::{DevicePresence, DeviceStatus, Message, Reason, ReasonLabel, Translation};
use crate::native;
use config::{Announced, Entity, Kind, Place, Presence};
use template::Template;

/// The row of the table.
pub(super) const FAMILY: Family = Family {
    name: "home_assistant",
    filters: |_| vec![format!("{BASE}#"), EVERYTHING.to_owned()],
    reads: Reads::WithMemory(|| Box::new(Entities::default())),
};

const BASE: &str = "homeassistant/";

/// Most entities that are kept; more are refused.
const MAX_ENTITIES: usize = 5000;

/// Longer configurations are not read.
const MAX_CONFIG: usize = 64 * 1024;

/// Families that know their devices better than any configuration of them. ESPHome and Homie only go by names, and
/// so they are not among them.
const BETTER: &[&str] = &[
    "native",
    "senml",
    "zigbee2mqtt",
    "shelly_gen1",
    "tasmota",
    "the_things_stack",
    "chirpstack",
    "open_energy_monitor",
];

/// Entities that were announced.
#[derive(Debug, Default)]
struct Entities {
    /// By the topic of their configuration.
    configs: BTreeMap<String, Vec<Entity>>,
    count: usize,
    /// Configurations that have named a topic, as that of values or of presence.
    topics: HashMap<String, BTreeSet<String>>,
    /// Last presence on each topic of presence.
    present: HashMap<String, bool>,
}

impl Memory for Entities {
    fn translate(&mut self, message: &Message<'_>, scope: &Scope<'_>) -> Option<Translation> {
        if scope.filter == EVERYTHING {
            return self.values(message);
        }
        let base = if scope.filter.starts_with(BASE) { BASE } else { fixed_levels(scope.filter) };
        let Some(place) = message.topic.strip_prefix(base).and_then(Place::new) else {
            // Some publish their values there, too.
            return self.values(message);
        };
        if message.payload.is_empty() {
            return self.forget(message.topic).then(learned);
        }
        if !place.is_of_sensors() {
            return None;
        }
        Some(self.learn(place, message, scope).unwrap_or_else(refused))
    }

    fn knows(&self, topic: &str) -> bool {
        self.topics.contains_key(topic)
    }

    fn topics(&self) -> Vec<String> {
        let mut topics: Vec<String> = self.topics.keys().cloned().collect();
        topics.sort_unstable();
        topics
    }
}

/// Translation of a message that only taught something.
fn learned() -> Translation {
    Translation { learned: true, ..Translation::default() }
}

impl Entities {
    fn learn(
        &mut self,
        place: Place<'_>,
        message: &Message<'_>,
        scope: &Scope<'_>,
    ) -> Result<Translation, Reason> {
        if message.payload.len() > MAX_CONFIG {
            let text = format!("a configuration may have {MAX_CONFIG} bytes");
            return Err(Reason::new(ReasonLabel::TooLarge, text));
        }
        let config = object(message.payload)?;
        let is_wanted = |topic: &str| {
            let better = |family| BETTER.contains(&family);
            !native::is_ours(topic) && !scope.families_on(topic).any(better)
        };
        let Announced { entities, refusals } = config::read(place, &config, is_wanted);
        let before = self.configs.get(message.topic).map_or(0, Vec::len);
        if self.count - before + entities.len() > MAX_ENTITIES {
            let text = format!("{MAX_ENTITIES} entities were announced already; no more are kept");
            return Err(Reason::new(ReasonLabel::TooManySources, text));
        }
        let changed = self.configs.get(message.topic).is_none_or(|before| *before != entities);
        if changed {
            let forgotten = self.forget(message.topic);
            let news = forgotten || !entities.is_empty();
            self.keep(message.topic, entities);
            return Ok(Translation { refusals, learned: news, ..Translation::default() });
        }
        Ok(Translation { refusals, ..Translation::default() })
    }

    fn keep(&mut self, config: &str, entities: Vec<Entity>) {
        if entities.is_empty() {
            return;
        }
        for entity in &entities {
            for topic in topics_of(entity) {
                self.topics.entry(topic.to_owned()).or_default().insert(config.to_owned());
            }
        }
        self.count += entities.len();
        self.configs.insert(config.to_owned(), entities);
    }

    /// Removes the entities of a configuration; returns whether there were any.
    fn forget(&mut self, config: &str) -> bool {
        let Some(entities) = self.configs.remove(config) else { return false };
        self.count -= entities.len();
        for topic in entities.iter().flat_map(topics_of) {
            if let Some(configs) = self.topics.get_mut(topic) {
                configs.remove(config);
                if configs.is_empty() {
                    self.topics.remove(topic);
                    self.present.remove(topic);
                }
            }
        }
        true
    }

    /// Translation of a message on a topic that configurations have named.
    fn values(&mut self, message: &Message<'_>) -> Option<Translation> {
        let configs = self.topics.get(message.topic)?;
        // An empty payload takes a retained message away.
        if message.payload.is_empty() {
            return None;
        }
        let text = String::from_utf8_lossy(message.payload);
        let json: Option<Json> = serde_json::from_slice(message.payload).ok();
        let payload = Payload { text: text.trim(), json: json.as_ref() };
        let mut translation = Translation::default();
        let entities = configs.iter().filter_map(|config| self.configs.get(config)).flatten();
        for entity in entities.clone().filter(|entity| entity.state_topic == message.topic) {
            let read = payload.read(entity);
            translation.reports.extend(read.reports);
            translation.refusals.extend(read.refusals);
        }
        let is_here = |presence: &&Presence| presence.topic == message.topic;
        let presence =
            entities.clone().flat_map(|entity| &entity.availability.topics).find(is_here);
        if let Some(online) = presence.and_then(|presence| payload.presence(presence)) {
            self.present.insert(message.topic.to_owned(), online);
            translation.statuses = self.statuses(entities);
        }
        // One fault is one refusal, however many entities it concerns.
        translation.refusals.dedup();
        Some(translation)
    }

    /// Statuses of the devices of `entities`, of those whose presence was published.
    fn statuses<'a>(&self, entities: impl Iterator<Item = &'a Entity>) -> Vec<DeviceStatus> {
        let mut devices: BTreeMap<&DeviceId, bool> = BTreeMap::new();
        for entity in entities {
            let topics = entity.availability.topics.iter();
            let presences = topics.filter_map(|presence| self.present.get(&presence.topic));
            let presences: Vec<bool> = presences.copied().collect();
            if presences.is_empty() {
                continue;
            }
            let any = entity.availability.any;
            let online = if any { presences.contains(&true) } else { !presences.contains(&false) };
            devices.entry(&entity.device).and_modify(|one| *one |= online).or_insert(online);
        }
        let of = |(device, online): (&DeviceId, bool)| {
            let presence = if online { DevicePresence::Online } else { DevicePresence::Offline };
            status(device.clone(), presence)
        };
        devices.into_iter().map(of).collect()
    }
}

fn topics_of(entity: &Entity) -> impl Iterator<Item = &str> {
    let presence = entity.availability.topics.iter().map(|presence| presence.topic.as_str());
    std::iter::once(entity.state_topic.as_str()).chain(presence)
}

/// A payload in both its forms.
struct Payload<'a> {
    text: &'a str,
    json: Option<&'a Json>,
}

impl Payload<'_> {
    fn read(&self, entity: &Entity) -> Translation {
        let mut builder = ReportBuilder::new(entity.device.clone(), None);
        let channel = entity.channel.as_ref().map(Channel::as_str);
        if self.is_broken_for(entity.template.as_ref()) {
            builder
                .refuse(ReasonLabel::Malformed, "the payload is not JSON, as its template needs");
            return builder.finish();
        }
        let Some(value) = self.value(entity.template.as_ref()) else { return builder.finish() };
        match &entity.kind {
            Kind::State { quantity, on, off } => {
                let word = text_of(&value);
                if word.eq_ignore_ascii_case(on) {
                    builder.state(true, *quantity, channel);
                } else if word.eq_ignore_ascii_case(off) {
                    builder.state(false, *quantity, channel);
                }
            }
            Kind::Number(meaning) => match (super::report_builder::number(&value), meaning.unit) {
                (Some(number), Some(unit)) => {
                    let number = unit.above_zero(number);
                    builder.amount(number, unit.factor(), meaning.quantity, channel);
                }
                (Some(number), None) => {
                    builder.amount(number, 1.0, meaning.quantity, channel);
                }
                (None, _) => builder.json(&value, "value", 1.0, meaning.quantity, channel),
            },
        }
        builder.finish()
    }

    fn presence(&self, presence: &Presence) -> Option<bool> {
        let word = text_of(&self.value(presence.template.as_ref())?);
        if word == presence.online {
            Some(true)
        } else {
            (word == presence.offline).then_some(false)
        }
    }

    fn is_broken_for(&self, template: Option<&Template>) -> bool {
        self.json.is_none() && template.is_some_and(Template::needs_json)
    }

    fn value(&self, template: Option<&Template>) -> Option<Json> {
        match template {
            Some(template) => template.evaluate(self.text, self.json),
            None => Some(Json::from(self.text)),
        }
    }
}

/// Text of a value, without quotes.
fn text_of(value: &Json) -> String {
    match value {
        Json::String(text) => text.trim().to_owned(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests;
