//! Device families: one file each, from topic and payload to reports.
//!
//! | file | what it knows |
//! |---|---|
//! | `native` | our own nodes; the format itself is [`crate::wire::native`] |
//! | `senml` | our own nodes that speak SenML |
//! | `zigbee2mqtt` | what Zigbee2MQTT publishes of its devices |
//! | `shelly_gen1` | Shelly devices of the first generation |
//! | `shelly_gen2` | Shelly devices of the second generation and later |
//! | `tasmota` | Tasmota, the Linky readers among it included |
//! | `esphome` | ESPHome nodes, by the names of their instruments |
//! | `the_things_stack` | LoRaWAN devices behind The Things Stack v3 |
//! | `chirpstack` | LoRaWAN devices behind ChirpStack v4 and v3 |
//! | `open_energy_monitor` | OpenEnergyMonitor: emonHub and what speaks like it |
//! | `homie` | devices after the Homie convention |
//! | `linky_tic` | bridges that read out a Linky meter |
//! | `filter` | which topics an MQTT filter takes in |
//! | `gathering` | collecting the parts of one message, the bad beside the good |
//! | `plain`, `moment` | payloads of plain text, one value a topic; times as devices tell them |
//! | `decoded` | the decoded objects of LoRaWAN sensors, whoever carries them |
//! | `wording` | what an instrument measures by the name that somebody gave it |
//! | `tic` | the labels of a Linky meter, whoever carries them |
//!
//! A family decides by the topic alone whether a message may be its own. It never guesses: what it is not
//! sure of is left out, what cannot be is refused with a reason. To add one, write its file and add its
//! row to the table.

mod chirpstack;
mod decoded;
mod esphome;
mod filter;
mod gathering;
mod homie;
mod linky_tic;
mod moment;
mod native;
mod open_energy_monitor;
mod plain;
mod senml;
mod shelly_gen1;
mod shelly_gen2;
mod tasmota;
#[cfg(test)]
mod testing;
mod the_things_stack;
mod tic;
mod wording;
mod zigbee2mqtt;

use crate::ids::SiteId;
use crate::message::{Message, Translation};
use crate::site::Site;
use filter::Filter;

/// All families. Where two would take the same message, the first one gets it.
const FAMILIES: &[Family] = &[
    // Within the topics of `native`, and so before it.
    senml::FAMILY,
    native::FAMILY,
    zigbee2mqtt::FAMILY,
    shelly_gen1::FAMILY,
    shelly_gen2::FAMILY,
    tasmota::FAMILY,
    esphome::FAMILY,
    the_things_stack::FAMILY,
    chirpstack::FAMILY,
    open_energy_monitor::FAMILY,
    homie::FAMILY,
    linky_tic::FAMILY,
];

/// One sort of device and how it speaks.
struct Family {
    /// The name in the site file, in counters and in the API.
    name: &'static str,
    /// The MQTT topic filters where such devices are found when nobody has moved them.
    filters: fn(&SiteId) -> Vec<String>,
    /// Reads a message; `None` when it is not of this family after all, and then nobody is told.
    translate: fn(&Message<'_>, &Scope<'_>) -> Option<Translation>,
}

/// Where a message was heard.
struct Scope<'a> {
    /// The site that listens.
    site: &'a SiteId,
    /// The filter that took the message in, as it is written.
    filter: &'a str,
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
}

#[derive(Debug)]
struct Listening {
    name: &'static str,
    translate: fn(&Message<'_>, &Scope<'_>) -> Option<Translation>,
    filters: Vec<Filter>,
}

impl Families {
    /// The families as the site file wants them: all, on their standard topics, unless it says otherwise.
    pub fn new(site: &Site) -> Self {
        let listen = |family: &Family| {
            let settings = site.families.get(family.name);
            if settings.is_some_and(|settings| !settings.enabled) {
                return None;
            }
            let moved = settings.and_then(|settings| settings.topics.clone());
            let filters = moved.unwrap_or_else(|| (family.filters)(&site.id));
            Some(Listening {
                name: family.name,
                translate: family.translate,
                filters: filters.into_iter().map(Filter::new).collect(),
            })
        };
        Self { site: site.id.clone(), listening: FAMILIES.iter().filter_map(listen).collect() }
    }

    /// The MQTT topic filters to subscribe to, each once. One that another covers is left out: a broker may
    /// deliver a message once for each filter that takes it in.
    pub fn filters(&self) -> Vec<String> {
        let all: Vec<&Filter> =
            self.listening.iter().flat_map(|listening| &listening.filters).collect();
        let needed = |(index, filter): (usize, &&Filter)| {
            let covered = all.iter().enumerate().any(|(other, wide)| {
                // Of two that are the same, the first one stays.
                other != index && wide.covers(filter) && (other < index || !filter.covers(wide))
            });
            (!covered).then(|| filter.as_str().to_owned())
        };
        all.iter().enumerate().filter_map(needed).collect()
    }

    /// What the message says; `None` when it is nobody's, and then it is to be ignored.
    pub fn translate(&self, message: &Message<'_>) -> Option<Translation> {
        self.recognise(message).map(|(_, translation)| translation)
    }

    /// What the message says, and the name of the family that says so.
    pub fn recognise(&self, message: &Message<'_>) -> Option<(&'static str, Translation)> {
        self.hearing(message.topic).find_map(|(listening, filter)| {
            let scope = Scope { site: &self.site, filter };
            let translation = (listening.translate)(message, &scope)?;
            Some((listening.name, translation))
        })
    }

    /// The name of the first family that listens on `topic`.
    pub fn listening_on(&self, topic: &str) -> Option<&'static str> {
        self.hearing(topic).next().map(|(listening, _)| listening.name)
    }

    /// The families that listen on `topic`, each with the filter that takes it in.
    fn hearing<'a>(&'a self, topic: &'a str) -> impl Iterator<Item = (&'a Listening, &'a str)> {
        self.listening.iter().filter_map(move |listening| {
            let filter = listening.filters.iter().find(|filter| filter.matches(topic))?;
            Some((listening, filter.as_str()))
        })
    }
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

    fn heard(families: &Families, topic: &str, payload: &[u8]) -> Option<(&'static str, String)> {
        let received_at = "2026-11-23T14:03:08Z".parse().unwrap();
        let message = Message { topic, payload, retained: false, received_at };
        let (name, translation) = families.recognise(&message)?;
        Some((name, translation.reports.first()?.source.to_string()))
    }

    #[test]
    fn each_family_is_heard_on_its_standard_topics() {
        let families = families("");
        let heard = |topic, payload| heard(&families, topic, payload);
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
        assert_eq!(families.filters()[0], "vigie/v1/dreux/sensors/#");
    }

    #[test]
    fn a_family_that_was_switched_off_is_not_heard() {
        let families = families("[families.zigbee2mqtt]\nenabled = false\n");
        assert_eq!(heard(&families, "zigbee2mqtt/air", br#"{"co2": 812}"#), None);
        assert!(!families.filters().iter().any(|filter| filter.starts_with("zigbee2mqtt")));
    }

    #[test]
    fn a_family_can_be_narrowed_and_its_devices_keep_their_names() {
        let families = families("[families.zigbee2mqtt]\ntopics = [\"zigbee2mqtt/fablab/#\"]\n");
        assert_eq!(heard(&families, "zigbee2mqtt/hall/air", br#"{"co2": 812}"#), None);
        assert_eq!(
            heard(&families, "zigbee2mqtt/fablab/air", br#"{"co2": 812}"#),
            Some(("zigbee2mqtt", "fablab/air co2".to_owned()))
        );
    }

    #[test]
    fn a_family_can_be_moved() {
        let families = families("[families.zigbee2mqtt]\ntopics = [\"maison/zigbee/#\"]\n");
        assert_eq!(
            heard(&families, "maison/zigbee/hall/air", br#"{"co2": 812}"#),
            Some(("zigbee2mqtt", "hall/air co2".to_owned()))
        );
    }
}
