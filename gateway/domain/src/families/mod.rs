//! Device families: one file each, from topic and payload to reports.
//!
//! | file | what it knows |
//! |---|---|
//! | `native` | our own nodes; the format itself is [`crate::wire::native`] |
//! | `senml` | our own nodes that speak SenML |
//! | `zigbee2mqtt` | what Zigbee2MQTT publishes of its devices |
//! | `shelly_gen1` | Shelly devices of the first generation |
//! | `shelly_gen2` | Shelly devices of the second generation and later |
//! | `tasmota` | Tasmota, the Linky readers and Zigbee bridges among it included |
//! | `esphome` | ESPHome nodes, by the names of their instruments |
//! | `the_things_stack` | LoRaWAN devices behind The Things Stack v3 |
//! | `chirpstack` | LoRaWAN devices behind ChirpStack v4 and v3 |
//! | `open_energy_monitor` | OpenEnergyMonitor: emonHub and what speaks like it |
//! | `homie` | devices after the Homie convention, and what they have told of their properties |
//! | `linky_tic` | bridges that read out a Linky meter |
//! | `sparkplug_b` | nodes that speak Sparkplug B, once they have told what their numbers mean |
//! | `home_assistant` | whatever announces itself for Home Assistant |
//! | `filter` | which topics an MQTT filter takes in |
//! | `gathering` | collecting the parts of one message, the bad beside the good |
//! | `plain`, `moment` | payloads of plain text, one value a topic; times as devices tell them |
//! | `decoded` | the decoded objects of LoRaWAN sensors, whoever carries them |
//! | `wording` | what an instrument measures by the name that somebody gave it |
//! | `unit` | units as people write them |
//! | `tic` | the labels of a Linky meter, whoever carries them |
//!
//! A family decides by the topic alone whether a message may be its own. It never guesses: what it is not
//! sure of is left out, what cannot be is refused with a reason. To add one, write its file and add its
//! row to the table. A family whose messages only make sense after earlier ones has a `Memory`: bounded, and the
//! same after the same messages in the same order.

mod chirpstack;
mod decoded;
mod esphome;
mod filter;
mod gathering;
mod home_assistant;
mod homie;
mod linky_tic;
mod moment;
mod native;
mod open_energy_monitor;
mod plain;
mod senml;
mod shelly_gen1;
mod shelly_gen2;
mod sparkplug_b;
mod tasmota;
#[cfg(test)]
mod testing;
mod the_things_stack;
mod tic;
mod unit;
mod wording;
mod zigbee2mqtt;

use std::fmt;

use crate::ids::{DeviceId, SiteId};
use crate::message::{Message, Translation};
use crate::site::Site;
use crate::wire;
use crate::wire::announcement;
use filter::Filter;

/// All families. Where two would take the same message, the first one gets it: those that know their devices, then what
/// was announced, then those that go by names alone.
const FAMILIES: &[Family] = &[
    // Within the topics of `native`, and so before it.
    senml::FAMILY,
    native::FAMILY,
    zigbee2mqtt::FAMILY,
    shelly_gen1::FAMILY,
    shelly_gen2::FAMILY,
    tasmota::FAMILY,
    the_things_stack::FAMILY,
    chirpstack::FAMILY,
    open_energy_monitor::FAMILY,
    linky_tic::FAMILY,
    sparkplug_b::FAMILY,
    home_assistant::FAMILY,
    homie::FAMILY,
    esphome::FAMILY,
];

/// The filter of a family that may find its devices on any topic. Our own topics are not among them.
const EVERYTHING: &str = "#";

/// What a frame of a Linky meter measures, given as the label and the digits of each of its groups: for our own node,
/// which hears the meter itself. The channel of each report is the label.
///
/// ```
/// use domain::families::meter_reports;
///
/// let frame = [("HCHC", "000837362"), ("PTEC", "HP.."), ("PAPP", "00190")];
/// let reports = meter_reports("linky".parse()?, frame).reports;
/// assert_eq!(reports[0].source.to_string(), "linky energy_imported HCHC");
/// assert_eq!(reports[1].value.as_f64(), 190.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn meter_reports<'a>(
    device: DeviceId,
    groups: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Translation {
    tic::groups(device, groups)
}

/// One sort of device and how it speaks.
struct Family {
    /// The name in the site file, in counters and in the API.
    name: &'static str,
    /// The MQTT topic filters where such devices are found when nobody has moved them.
    filters: fn(&SiteId) -> Vec<String>,
    /// How its messages are read.
    reads: Reads,
}

/// Reads a message; `None` when it is not of this family after all, and then nobody is told.
type Translate = fn(&Message<'_>, &Scope<'_>) -> Option<Translation>;

/// How the messages of a family are read.
enum Reads {
    /// Each for itself.
    Alone(Translate),
    /// By what earlier ones have told; this makes a memory in which nothing is yet.
    WithMemory(fn() -> Box<dyn Memory>),
}

/// What a family has learned from earlier messages.
///
/// It is bounded, whatever is sent, and depends on the messages and their order alone. What is needed again after a
/// restart is marked as [`Translation::learned`].
trait Memory: fmt::Debug + Send + Sync {
    /// Reads a message, and learns from it; `None` when it is not of this family after all.
    fn translate(&mut self, message: &Message<'_>, scope: &Scope<'_>) -> Option<Translation>;

    /// Whether the topic is one that earlier messages have named.
    fn knows(&self, _topic: &str) -> bool {
        false
    }

    /// All such topics, in order.
    fn topics(&self) -> Vec<String> {
        Vec::new()
    }
}

/// Where a message was heard.
struct Scope<'a> {
    /// The site that listens.
    site: &'a SiteId,
    /// The filter that took the message in, as it is written.
    filter: &'a str,
    /// Everybody who listens.
    all: &'a [Listening],
}

impl<'a> Scope<'a> {
    /// The names of the families on whose filters `topic` is; those that may hear everything are not among them.
    fn heard_by(&self, topic: &str) -> impl Iterator<Item = &'static str> + use<'a> {
        let topic = topic.to_owned();
        let hears = move |one: &&Listening| one.filter(&topic).is_some_and(|f| f != EVERYTHING);
        self.all.iter().filter(hears).map(|listening| listening.name)
    }
}

/// The names of all families, as the site file and the counters know them.
pub fn names() -> impl Iterator<Item = &'static str> {
    FAMILIES.iter().map(|family| family.name)
}

/// The families that a site listens to, each on its topics.
#[derive(Debug)]
pub struct Families {
    site: SiteId,
    listening: Vec<Listening>,
    /// By the place of their family in `listening`.
    memories: Vec<Option<Box<dyn Memory>>>,
}

#[derive(Debug)]
struct Listening {
    name: &'static str,
    /// None for a family that has a memory.
    translate: Option<Translate>,
    filters: Vec<Filter>,
}

impl Listening {
    /// The filter that takes `topic` in.
    fn filter(&self, topic: &str) -> Option<&str> {
        let takes = |filter: &&Filter| {
            let wide = filter.as_str() == EVERYTHING;
            filter.matches(topic) && !(wide && wire::native::is_ours(topic))
        };
        self.filters.iter().find(takes).map(Filter::as_str)
    }
}

impl Families {
    /// The families as the site file wants them: all, on their standard topics, unless it says otherwise. Those with a
    /// memory have learned nothing yet.
    pub fn new(site: &Site) -> Self {
        let mut families =
            Self { site: site.id.clone(), listening: Vec::new(), memories: Vec::new() };
        for family in FAMILIES {
            let settings = site.families.get(family.name);
            if settings.is_some_and(|settings| !settings.enabled) {
                continue;
            }
            let moved = settings.and_then(|settings| settings.topics.clone());
            let filters = moved.unwrap_or_else(|| (family.filters)(&site.id));
            let filters = filters.into_iter().map(Filter::new).collect();
            let (translate, memory) = match family.reads {
                Reads::Alone(translate) => (Some(translate), None),
                Reads::WithMemory(empty) => (None, Some(empty())),
            };
            families.listening.push(Listening { name: family.name, translate, filters });
            families.memories.push(memory);
        }
        families
    }

    /// The MQTT topic filters to subscribe to, each once. One that another covers is left out: a broker may
    /// deliver a message once for each filter that takes it in.
    pub fn filters(&self) -> Vec<String> {
        covering(self.listening.iter().flat_map(|listening| &listening.filters))
    }

    /// The filters for a broker that does not let everything be heard; besides them, [`Families::learned`].
    pub fn narrow_filters(&self) -> Vec<String> {
        let filters = self.listening.iter().flat_map(|listening| &listening.filters);
        covering(filters.filter(|filter| filter.as_str() != EVERYTHING))
    }

    /// The topics that messages have named, and that [`Families::narrow_filters`] does not cover.
    pub fn learned(&self) -> Vec<String> {
        let topics = self.memories.iter().flatten().flat_map(|memory| memory.topics());
        let covered = |topic: &String| {
            self.listening.iter().any(|one| one.filter(topic).is_some_and(|f| f != EVERYTHING))
        };
        topics.filter(|topic| !covered(topic)).collect()
    }

    /// What the message says; `None` when it is nobody's, and then it is to be ignored.
    pub fn translate(&mut self, message: &Message<'_>) -> Option<Translation> {
        self.recognise(message).map(|(_, translation)| translation)
    }

    /// What the message says, and the name of the family that says so.
    pub fn recognise(&mut self, message: &Message<'_>) -> Option<(&'static str, Translation)> {
        for (listening, memory) in self.listening.iter().zip(&mut self.memories) {
            let named = || memory.as_ref().is_some_and(|memory| memory.knows(message.topic));
            let Some(filter) =
                listening.filter(message.topic).or_else(|| named().then_some(EVERYTHING))
            else {
                continue;
            };
            let scope = Scope { site: &self.site, filter, all: &self.listening };
            let translation = match (listening.translate, memory) {
                (Some(translate), _) => translate(message, &scope),
                (None, Some(memory)) => memory.translate(message, &scope),
                (None, None) => None,
            };
            if let Some(translation) = translation {
                return Some((listening.name, translation));
            }
        }
        None
    }

    /// Whether a message on `topic` may be somebody's. It may also be nobody's: some families may find their devices
    /// on any topic but our own.
    pub fn may_hear(&self, topic: &str) -> bool {
        !announcement::is_ours(&self.site, topic)
            && self.listening.iter().any(|listening| listening.filter(topic).is_some())
    }

    /// The name of the first family that expects messages on `topic`.
    pub fn listening_on(&self, topic: &str) -> Option<&'static str> {
        let mut families = self.listening.iter().zip(&self.memories);
        let expects = |(listening, memory): &(&Listening, &Option<Box<dyn Memory>>)| {
            listening.filter(topic).is_some_and(|filter| filter != EVERYTHING)
                || memory.as_ref().is_some_and(|memory| memory.knows(topic))
        };
        families.find(expects).map(|(listening, _)| listening.name)
    }
}

/// Those of `filters` that no other one covers.
fn covering<'a>(filters: impl Iterator<Item = &'a Filter>) -> Vec<String> {
    let all: Vec<&Filter> = filters.collect();
    let needed = |(index, filter): (usize, &&Filter)| {
        let covered = all.iter().enumerate().any(|(other, wide)| {
            // Of two that are the same, the first one stays.
            other != index && wide.covers(filter) && (other < index || !filter.covers(wide))
        });
        (!covered).then(|| filter.as_str().to_owned())
    };
    all.iter().enumerate().filter_map(needed).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn families(tables: &str) -> Families {
        let site = format!(
            "[site]\nid = \"dreux\"\nname = \"D\"\ntimezone = \"UTC\"\ncapacity = 9\narea_m2 = 9\n{tables}"
        );
        Families::new(&crate::site::parse(&site, "site.toml").unwrap())
    }

    fn heard(
        families: &mut Families,
        topic: &str,
        payload: &[u8],
    ) -> Option<(&'static str, String)> {
        let received_at = "2026-11-23T14:03:08Z".parse().unwrap();
        let message = Message { topic, payload, retained: false, received_at };
        let (name, translation) = families.recognise(&message)?;
        Some((name, translation.reports.first()?.source.to_string()))
    }

    #[test]
    fn each_family_is_heard_on_its_standard_topics() {
        let mut families = families("");
        let mut heard = |topic, payload| heard(&mut families, topic, payload);
        assert_eq!(
            heard("vigie/v1/dreux/sensors/air-3/co2", br#"{"value": 812}"#),
            Some(("native", "air-3 co2".to_owned()))
        );
        assert_eq!(
            heard("zigbee2mqtt/air", br#"{"co2": 812}"#),
            Some(("zigbee2mqtt", "air co2".to_owned()))
        );
        assert_eq!(
            heard("shellyplus1pm-a/status/switch:0", br#"{"apower": 8.5}"#),
            Some(("shelly_gen2", "shellyplus1pm-a active_power switch:0".to_owned()))
        );
        assert_eq!(heard("kitchen/light", b"1"), None);
        assert_eq!(families.narrow_filters()[0], "vigie/v1/dreux/sensors/#");
    }

    #[test]
    fn a_family_that_was_switched_off_is_not_heard() {
        let mut families = families("[families.zigbee2mqtt]\nenabled = false\n");
        assert_eq!(heard(&mut families, "zigbee2mqtt/air", br#"{"co2": 812}"#), None);
        assert!(!families.narrow_filters().iter().any(|filter| filter.starts_with("zigbee2mqtt")));
    }

    #[test]
    fn a_family_can_be_narrowed_and_its_devices_keep_their_names() {
        let mut families =
            families("[families.zigbee2mqtt]\ntopics = [\"zigbee2mqtt/fablab/#\"]\n");
        assert_eq!(heard(&mut families, "zigbee2mqtt/hall/air", br#"{"co2": 812}"#), None);
        assert_eq!(
            heard(&mut families, "zigbee2mqtt/fablab/air", br#"{"co2": 812}"#),
            Some(("zigbee2mqtt", "fablab/air co2".to_owned()))
        );
    }

    #[test]
    fn a_family_can_be_moved() {
        let mut families = families("[families.zigbee2mqtt]\ntopics = [\"maison/zigbee/#\"]\n");
        assert_eq!(
            heard(&mut families, "maison/zigbee/hall/air", br#"{"co2": 812}"#),
            Some(("zigbee2mqtt", "hall/air co2".to_owned()))
        );
    }
}
