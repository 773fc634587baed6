//! Configuration messages: which entities they announce, under long names or short ones, one or many at once.

use serde_json::Value as Json;

use super::meaning::{self, Description, Meaning};
use super::template::Template;
use crate::families::esphome;
use crate::families::report_builder::Object;
use crate::ids::{Channel, DeviceId};
use crate::message::{Reason, ReasonLabel};
use crate::quantity::Quantity;

/// Longer texts are kept from no configuration.
const MAX_TEXT: usize = 500;

/// More components of one device are not read.
const MAX_COMPONENTS: usize = 500;

/// One measuring part of a device, as it was announced.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Entity {
    pub(super) device: DeviceId,
    pub(super) channel: Option<Channel>,
    /// Topic of its values.
    pub(super) state_topic: String,
    /// Template of a value in a message; `None` when the whole message is the value.
    pub(super) template: Option<Template>,
    pub(super) kind: Kind,
    /// Topics that publish whether the device is there.
    pub(super) availability: Availability,
}

/// Kind of values of an entity.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    Number(Meaning),
    State { quantity: Quantity, on: String, off: String },
}

/// Topics that publish whether a device is there.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Availability {
    /// Whether one topic that says so is enough; else all must.
    pub(super) any: bool,
    pub(super) topics: Vec<Presence>,
}

/// One such topic.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Presence {
    pub(super) topic: String,
    pub(super) template: Option<Template>,
    pub(super) online: String,
    pub(super) offline: String,
}

/// Topic of a configuration: `<component>[/<node>]/<object>/config`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'a> {
    pub(super) component: &'a str,
    pub(super) node: Option<&'a str>,
    pub(super) object: &'a str,
}

impl<'a> Place<'a> {
    /// The place of a topic without its prefix; none when it is no configuration.
    pub(super) fn new(levels: &'a str) -> Option<Self> {
        let levels: Vec<&str> = levels.split('/').collect();
        let (component, node, object) = match *levels.as_slice() {
            [component, object, "config"] => (component, None, object),
            [component, node, object, "config"] => (component, Some(node), object),
            _ => return None,
        };
        (!object.is_empty()).then_some(Self { component, node, object })
    }

    /// Whether such components measure or detect.
    pub(super) fn is_of_sensors(self) -> bool {
        matches!(self.component, "sensor" | "binary_sensor" | "device")
    }
}

/// Entities of a configuration, and refusals of those that cannot be used.
#[derive(Debug, Default)]
pub(super) struct Announced {
    pub(super) entities: Vec<Entity>,
    pub(super) refusals: Vec<Reason>,
}

/// Reads a configuration. `is_wanted` decides whether a state topic is subscribed to.
pub(super) fn read(
    place: Place<'_>,
    config: &Object,
    is_wanted: impl Fn(&str) -> bool,
) -> Announced {
    let mut announced = Announced::default();
    let root = Parts { own: config, shared: None };
    let mut add = |component: &str, key: &str, parts: Parts<'_>| {
        let about = About { place, key, component, parts };
        match about.entity(&is_wanted) {
            Ok(entity) => announced.entities.extend(entity),
            Err(why) => {
                let text = format!("the entity `{key}` cannot be read: {why}");
                announced.refusals.push(Reason::new(ReasonLabel::Malformed, text));
            }
        }
    };
    if place.component != "device" {
        add(place.component, place.object, root);
        return announced;
    }
    let components = root.get("components", "cmps").and_then(Json::as_object);
    for (key, component) in components.into_iter().flatten().take(MAX_COMPONENTS) {
        let Json::Object(own) = component else { continue };
        let parts = Parts { own, shared: Some(config) };
        // A component with nothing but its platform was taken away.
        if own.len() > 1 {
            add(parts.text("platform", "p").unwrap_or_default(), key, parts);
        }
    }
    announced
}

/// Configuration of an entity, and that of all entities of its device beside it.
#[derive(Clone, Copy)]
struct Parts<'a> {
    own: &'a Object,
    shared: Option<&'a Object>,
}

impl<'a> Parts<'a> {
    fn get(self, long: &str, short: &str) -> Option<&'a Json> {
        let of = |object: &'a Object| object.get(long).or_else(|| object.get(short));
        of(self.own).or_else(|| of(self.shared?)).filter(|json| !json.is_null())
    }

    fn text(self, long: &str, short: &str) -> Option<&'a str> {
        self.get(long, short)?.as_str()
    }
}

/// An entity that is being read.
#[derive(Clone, Copy)]
struct About<'a> {
    place: Place<'a>,
    key: &'a str,
    component: &'a str,
    parts: Parts<'a>,
}

impl About<'_> {
    /// `Ok(None)` when it is nothing that we measure.
    fn entity(self, is_wanted: &impl Fn(&str) -> bool) -> Result<Option<Entity>, String> {
        let Some(kind) = self.kind()? else { return Ok(None) };
        let state_topic = match self.parts.text("state_topic", "stat_t") {
            Some(topic) => self.topic(topic)?,
            None => return Err("it names no state topic".to_owned()),
        };
        if !is_wanted(&state_topic) {
            return Ok(None);
        }
        let template = template(self.parts.text("value_template", "val_tpl"))?;
        let (device, channel) = self.names(&state_topic)?;
        let availability = self.availability()?;
        Ok(Some(Entity { device, channel, state_topic, template, kind, availability }))
    }

    fn kind(self) -> Result<Option<Kind>, String> {
        let name = format!(
            "{} {}",
            self.key,
            self.parts.own.get("name").and_then(Json::as_str).unwrap_or_default()
        );
        let description = Description {
            class: self.parts.text("device_class", "dev_cla"),
            unit: self.parts.text("unit_of_measurement", "unit_of_meas"),
            state_class: self.parts.text("state_class", "stat_cla"),
            diagnostic: self.parts.text("entity_category", "ent_cat") == Some("diagnostic"),
            name: &name,
        };
        match self.component {
            "sensor" => Ok(meaning::number(&description)?.map(Kind::Number)),
            "binary_sensor" => Ok(meaning::state(&description).map(|quantity| {
                let word = |long, short, default| {
                    self.parts.get(long, short).map_or(String::from(default), word)
                };
                Kind::State {
                    quantity,
                    on: word("payload_on", "pl_on", "ON"),
                    off: word("payload_off", "pl_off", "OFF"),
                }
            })),
            // What is set has a unit, too; what is measured should not come under its name.
            "number" => Ok(None),
            other => match meaning::number(&description) {
                Ok(Some(_)) => Err(format!("`{other}` is no platform that measures; use `sensor`")),
                Ok(None) | Err(_) => Ok(None),
            },
        }
    }

    /// A topic, with what `~` stands for at its begin or end.
    fn topic(self, topic: &str) -> Result<String, String> {
        let base = self.parts.get("~", "~").and_then(Json::as_str);
        let whole = match (topic.strip_prefix('~'), topic.strip_suffix('~'), base) {
            (Some(rest), _, Some(base)) => format!("{base}{rest}"),
            (_, Some(rest), Some(base)) => format!("{rest}{base}"),
            (None, None, _) => topic.to_owned(),
            _ => return Err(format!("`~` in `{topic}` stands for nothing")),
        };
        let fits =
            !whole.is_empty() && whole.len() <= MAX_TEXT && !whole.contains(['+', '#', '\0']);
        if fits { Ok(whole) } else { Err(format!("`{topic}` is no topic")) }
    }

    /// Device and channel: by its first identifier, else by its topic. A node that is also received without being
    /// announced keeps its name.
    fn names(self, state_topic: &str) -> Result<(DeviceId, Option<Channel>), String> {
        let device = self.parts.get("device", "dev").and_then(Json::as_object);
        let given_id = device.and_then(identifier);
        let name = device.and_then(|device| device.get("name")).and_then(Json::as_str);
        let (id, channel) = match (given_id, self.place.node) {
            _ if esphome::names(state_topic).is_some() => {
                let (id, channel) = esphome::names(state_topic).unwrap_or_default();
                (id, Some(channel.to_owned()))
            }
            _ if self.component_of_device() => {
                let id = given_id.unwrap_or(self.place.object);
                (id, Some(self.key.to_owned()))
            }
            (Some(id), Some(node))
                if !names_both(id, node) && !name.is_some_and(|name| names_both(name, node)) =>
            {
                (id, Some(format!("{node}/{}", self.place.object)))
            }
            (Some(id), _) => (id, Some(self.place.object.to_owned())),
            (None, Some(node)) => (node, Some(self.place.object.to_owned())),
            (None, None) => (self.place.object, None),
        };
        let device = id.parse().map_err(|invalid: crate::ids::InvalidId| invalid.to_string())?;
        let channel = channel.map(|channel| channel.parse()).transpose();
        Ok((device, channel.map_err(|invalid: crate::ids::InvalidId| invalid.to_string())?))
    }

    fn component_of_device(self) -> bool {
        self.parts.shared.is_some()
    }

    fn availability(self) -> Result<Availability, String> {
        let any = self.parts.text("availability_mode", "avty_mode") == Some("any");
        let presence = |parts: Parts<'_>, topic: &str, template: Option<&str>| {
            let word =
                |long, short, default| parts.get(long, short).map_or(String::from(default), word);
            Ok::<_, String>(Presence {
                topic: self.topic(topic)?,
                template: self::template(template)?,
                online: word("payload_available", "pl_avail", "online"),
                offline: word("payload_not_available", "pl_not_avail", "offline"),
            })
        };
        if let Some(topic) = self.parts.text("availability_topic", "avty_t") {
            let template = self.parts.text("availability_template", "avty_tpl");
            return Ok(Availability { any, topics: vec![presence(self.parts, topic, template)?] });
        }
        let list = self.parts.get("availability", "avty");
        let one = list.and_then(Json::as_object).into_iter();
        let many = list.and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_object);
        let topics = one.chain(many).take(8).map(|own| {
            let parts = Parts { own, shared: None };
            let topic = parts.text("topic", "t").ok_or("an availability without a topic")?;
            presence(parts, topic, parts.text("value_template", "val_tpl"))
        });
        Ok(Availability { any, topics: topics.collect::<Result<_, _>>()? })
    }
}

fn template(text: Option<&str>) -> Result<Option<Template>, String> {
    let read = |text: &str| {
        Template::new(text).map_err(|why| format!("its template `{text}` is not supported: {why}"))
    };
    text.filter(|text| !text.trim().is_empty()).map(read).transpose()
}

/// The first identifier of a device, or the address of its first connection.
fn identifier(device: &Object) -> Option<&str> {
    let get = |long: &str, short: &str| device.get(long).or_else(|| device.get(short));
    let first = match get("identifiers", "ids") {
        Some(Json::Array(ids)) => ids.first().and_then(Json::as_str),
        Some(Json::String(id)) => Some(id.as_str()),
        _ => None,
    };
    first.filter(|id| !id.is_empty()).or_else(|| {
        let connections = get("connections", "cns")?.as_array()?;
        connections.first()?.as_array()?.get(1)?.as_str()
    })
}

/// Whether two names of a device are forms of one: `0x00124b` and `zigbee2mqtt_0x00124b`.
fn names_both(one: &str, other: &str) -> bool {
    let bare = |name: &str| -> String {
        name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    let (one, other) = (bare(one), bare(other));
    !one.is_empty() && !other.is_empty() && (one.contains(&other) || other.contains(&one))
}

/// Word that a payload is compared with; a truth is written as JSON writes it.
fn word(json: &Json) -> String {
    match json {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}
