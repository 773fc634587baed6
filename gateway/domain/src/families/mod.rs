//! Device families: one file each, from topic and payload to reports.
//!
//! | file | what it holds |
//! |---|---|
//! | `family` | what makes a family: name, standard topics, translation with or without a memory |
//! | `settings` | what a site may choose of a family |
//! | `native` | our own nodes; the format itself is [`crate::native`] |
//! | `senml` | our own nodes that speak SenML |
//! | `zigbee2mqtt` | what Zigbee2MQTT publishes of its devices |
//! | `shelly_gen1` | Shelly devices of the first generation |
//! | `shelly_gen2` | Shelly devices of the second generation and later |
//! | `tasmota` | Tasmota, the Linky readers and Zigbee bridges among it included |
//! | `esphome` | ESPHome nodes, by the names of their instruments |
//! | `the_things_stack` | LoRaWAN devices behind The Things Stack v3 |
//! | `chirpstack` | LoRaWAN devices behind ChirpStack v4 and v3 |
//! | `open_energy_monitor` | OpenEnergyMonitor: emonHub and what speaks like it |
//! | `homie` | devices after the Homie convention, with the descriptions of their properties |
//! | `linky_tic` | bridges that read out a Linky meter |
//! | `sparkplug_b` | nodes that speak Sparkplug B, by the birth messages that name their metrics |
//! | `home_assistant` | whatever announces itself for Home Assistant |
//! | `own_topics` | topics of our own announcements, which are not read back |
//! | `filter` | which topics an MQTT filter matches |
//! | `report_builder` | builder of the translation of one message: the bad parts beside the good |
//! | `plain`, `moment` | payloads of plain text, one value a topic; times as devices write them |
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
mod family;
mod filter;
mod home_assistant;
mod homie;
mod linky_tic;
mod moment;
mod native;
mod open_energy_monitor;
mod own_topics;
mod plain;
mod report_builder;
mod senml;
mod settings;
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

pub use settings::FamilySettings;

use std::collections::BTreeMap;

use crate::ids::{DeviceId, SiteId};
use crate::message::{Message, Translation};
use family::{EVERYTHING, Family, Listening, Memory, Reads, Scope};
use filter::Filter;
pub use own_topics::is_own_announcement_of_any_site;
pub(crate) use own_topics::{announcement_topic, is_own_announcement};

/// All families. Of two that match the same message, the first one gets it: those that know their devices, then those
/// that announce them, then those that go by names alone.
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

/// Measurements in a frame of a Linky meter, given as the label and the digits of each of its groups: for our own
/// node, which reads the meter itself. The channel of each report is the label.
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

/// Names of all families, as in the site file and in counters.
pub fn names() -> impl Iterator<Item = &'static str> {
    FAMILIES.iter().map(|family| family.name)
}

/// Families that a site listens to, each on its topics.
#[derive(Debug)]
pub struct Families {
    site: SiteId,
    listening: Vec<Listening>,
    /// By the place of their family in `listening`.
    memories: Vec<Option<Box<dyn Memory>>>,
}

impl Families {
    /// All families on their standard topics, but for those with settings of their own. Memories are empty.
    pub fn new(site: &SiteId, settings: &BTreeMap<&'static str, FamilySettings>) -> Self {
        let mut families = Self { site: site.clone(), listening: Vec::new(), memories: Vec::new() };
        for family in FAMILIES {
            let settings = settings.get(family.name);
            if settings.is_some_and(|settings| !settings.enabled) {
                continue;
            }
            let moved = settings.and_then(|settings| settings.topics.clone());
            let filters = moved.unwrap_or_else(|| (family.filters)(site));
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

    /// MQTT topic filters to subscribe to, each once. One that another covers is left out: a broker may deliver a
    /// message once for each filter that matches it.
    pub fn filters(&self) -> Vec<String> {
        covering(self.listening.iter().flat_map(|listening| &listening.filters))
    }

    /// Filters for a broker that refuses `#`; besides them, [`Families::learned`].
    pub fn narrow_filters(&self) -> Vec<String> {
        let filters = self.listening.iter().flat_map(|listening| &listening.filters);
        covering(filters.filter(|filter| filter.as_str() != EVERYTHING))
    }

    /// Topics that messages have named, and that [`Families::narrow_filters`] does not cover.
    pub fn learned(&self) -> Vec<String> {
        let topics = self.memories.iter().flatten().flat_map(|memory| memory.topics());
        let covered = |topic: &String| {
            self.listening.iter().any(|one| one.filter(topic).is_some_and(|f| f != EVERYTHING))
        };
        topics.filter(|topic| !covered(topic)).collect()
    }

    /// Family of a message, by its name, and the translation; `None` when the message is of no family, and then it is
    /// to be ignored.
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

    /// Whether a message on `topic` may be of a family. It need not be: some families look for their devices on any
    /// topic but our own.
    pub fn may_recognise(&self, topic: &str) -> bool {
        !is_own_announcement(&self.site, topic)
            && self.listening.iter().any(|listening| listening.filter(topic).is_some())
    }

    /// Name of the first family that expects messages on `topic`.
    pub fn family_on(&self, topic: &str) -> Option<&'static str> {
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
        let site = crate::site::parse(&site, "site.toml").unwrap();
        Families::new(&site.id, &site.families)
    }

    fn received(
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
    fn each_family_is_received_on_its_standard_topics() {
        let mut families = families("");
        let mut received = |topic, payload| received(&mut families, topic, payload);
        assert_eq!(
            received("vigie/v1/dreux/sensors/air-3/co2", br#"{"value": 812}"#),
            Some(("native", "air-3 co2".to_owned()))
        );
        assert_eq!(
            received("zigbee2mqtt/air", br#"{"co2": 812}"#),
            Some(("zigbee2mqtt", "air co2".to_owned()))
        );
        assert_eq!(
            received("shellyplus1pm-a/status/switch:0", br#"{"apower": 8.5}"#),
            Some(("shelly_gen2", "shellyplus1pm-a active_power switch:0".to_owned()))
        );
        assert_eq!(received("kitchen/light", b"1"), None);
        assert_eq!(families.narrow_filters()[0], "vigie/v1/dreux/sensors/#");
    }

    #[test]
    fn a_family_that_was_switched_off_is_not_received() {
        let mut families = families("[families.zigbee2mqtt]\nenabled = false\n");
        assert_eq!(received(&mut families, "zigbee2mqtt/air", br#"{"co2": 812}"#), None);
        assert!(!families.narrow_filters().iter().any(|filter| filter.starts_with("zigbee2mqtt")));
    }

    #[test]
    fn a_family_can_be_narrowed_and_its_devices_keep_their_names() {
        let mut families =
            families("[families.zigbee2mqtt]\ntopics = [\"zigbee2mqtt/fablab/#\"]\n");
        assert_eq!(received(&mut families, "zigbee2mqtt/hall/air", br#"{"co2": 812}"#), None);
        assert_eq!(
            received(&mut families, "zigbee2mqtt/fablab/air", br#"{"co2": 812}"#),
            Some(("zigbee2mqtt", "fablab/air co2".to_owned()))
        );
    }

    #[test]
    fn a_family_can_be_moved() {
        let mut families = families("[families.zigbee2mqtt]\ntopics = [\"maison/zigbee/#\"]\n");
        assert_eq!(
            received(&mut families, "maison/zigbee/hall/air", br#"{"co2": 812}"#),
            Some(("zigbee2mqtt", "hall/air co2".to_owned()))
        );
    }
}
