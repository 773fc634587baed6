//! How Vigie announces its own zones and meters, so that they appear in a Home Assistant by themselves.
//!
//! ```text
//! homeassistant/<sensor|binary_sensor>/vigie_<site>/<entity>/config     retained
//!     {"name":"FabLab: CO2","state_topic":"vigie/v1/dreux/state/zones/fablab","value_template":"..", ..}
//! ```
//!
//! The site is one device. Values are taken from the state topics as they are; unknown stays unknown. The gateway's own
//! state tells whether they are to be believed. A site that does not want to be announced takes back what an earlier
//! start has announced.

use serde_json::{Value as Json, json};

use super::native;
use crate::ids::SiteId;
use crate::quantity::Quantity;
use crate::site::{Meter, Point, Site, Zone};

/// The prefix that Home Assistant listens on unless somebody has changed it.
const PREFIX: &str = "homeassistant";

/// The configurations of all entities of `site`, by topic; without a payload where they are to be taken back. `version`
/// is that of the program.
pub fn announcements(site: &Site, version: &str) -> Vec<(String, Vec<u8>)> {
    let announcer = Announcer { site, version };
    let mut entities = announcer.building();
    entities.extend(site.zones.iter().flat_map(|zone| announcer.zone(zone)));
    entities.extend(site.meters.iter().flat_map(|meter| announcer.meter(meter)));
    let message = |entity: Entity| {
        let topic = topic(&site.id, &entity);
        let payload =
            if site.announce { announcer.config(&entity).to_string() } else { String::new() };
        (topic, payload.into_bytes())
    };
    entities.into_iter().map(message).collect()
}

/// Whether a topic is one of these: what we say of ourselves is no news to us.
pub(crate) fn is_ours(site: &SiteId, topic: &str) -> bool {
    let mut levels = topic.split('/');
    let node = levels.nth(2).and_then(|node| node.strip_prefix("vigie_"));
    topic.starts_with(PREFIX) && node == Some(site.as_str())
}

fn topic(site: &SiteId, entity: &Entity) -> String {
    let component = if entity.is_state { "binary_sensor" } else { "sensor" };
    format!("{PREFIX}/{component}/vigie_{site}/{}/config", entity.id)
}

/// One figure as Home Assistant knows it.
struct Entity {
    /// Unique within the site.
    id: String,
    /// For people.
    name: String,
    /// The name of the state that holds it.
    state: String,
    template: String,
    is_state: bool,
    class: Option<&'static str>,
    unit: Option<&'static str>,
    state_class: Option<&'static str>,
}

struct Announcer<'a> {
    site: &'a Site,
    version: &'a str,
}

impl Announcer<'_> {
    fn building(&self) -> Vec<Entity> {
        let mut entities = people("building", &self.site.name, "building", self.words());
        if !self.site.meters.is_empty() {
            entities.extend(energy("building", &self.site.name, "building", self.words()));
        }
        entities
    }

    fn zone(&self, zone: &Zone) -> Vec<Entity> {
        let (id, state) = (format!("zone_{}", zone.id), format!("zones/{}", zone.id));
        let mut entities = people(&id, &zone.name, &state, self.words());
        let points = self.site.points.iter().filter(|point| point.zone == zone.id);
        entities.extend(points.filter_map(|point| gauge(point, zone, &state, self.words())));
        entities
    }

    fn meter(&self, meter: &Meter) -> Vec<Entity> {
        let (id, state) = (format!("meter_{}", meter.id), format!("meters/{}", meter.id));
        energy(&id, &meter.name, &state, self.words()).into()
    }

    fn words(&self) -> Words {
        if self.site.alerts.english { ENGLISH } else { FRENCH }
    }

    fn config(&self, entity: &Entity) -> Json {
        let site = &self.site.id;
        let mut config = json!({
            "name": entity.name,
            "unique_id": format!("vigie_{site}_{}", entity.id),
            "object_id": format!("vigie_{site}_{}", entity.id),
            "state_topic": native::state_topic(site, &entity.state),
            "value_template": entity.template,
            "availability_topic": native::state_topic(site, "gateway"),
            // What is true in JSON is written True by a template.
            "availability_template": "{{ value_json.online }}",
            "payload_available": "True",
            "payload_not_available": "False",
            "device": {
                "identifiers": [format!("vigie_{site}")],
                "name": self.site.name,
                "manufacturer": "Vigie",
                "model": "Vigie",
                "sw_version": self.version,
            },
            "origin": { "name": "Vigie", "sw_version": self.version },
        });
        for (key, value) in [
            ("device_class", entity.class),
            ("unit_of_measurement", entity.unit),
            ("state_class", entity.state_class),
        ] {
            if let Some(value) = value {
                config[key] = value.into();
            }
        }
        config
    }
}

fn people(id: &str, name: &str, state: &str, words: Words) -> Vec<Entity> {
    vec![
        Entity {
            id: format!("{id}_people"),
            name: format!("{name}: {}", words.people),
            state: state.to_owned(),
            template: "{{ value_json.people }}".to_owned(),
            is_state: false,
            class: None,
            unit: Some(words.people_unit),
            state_class: Some("measurement"),
        },
        Entity {
            id: format!("{id}_occupancy"),
            name: format!("{name}: {}", words.occupancy),
            state: state.to_owned(),
            // `None` is how an unknown state is told.
            template: "{{ {'occupied': 'ON', 'vacant': 'OFF'}.get(value_json.occupancy, 'None') }}"
                .to_owned(),
            is_state: true,
            class: Some("occupancy"),
            unit: None,
            state_class: None,
        },
    ]
}

fn energy(id: &str, name: &str, state: &str, words: Words) -> [Entity; 2] {
    let entity = |what: &str, word: &str, key: &str, class, unit, state_class| Entity {
        id: format!("{id}_{what}"),
        name: format!("{name}: {word}"),
        state: state.to_owned(),
        template: format!("{{{{ value_json.{key} }}}}"),
        is_state: false,
        class: Some(class),
        unit: Some(unit),
        state_class: Some(state_class),
    };
    [
        entity("power", words.power, "power_w", "power", "W", "measurement"),
        // It begins anew each day, which this class allows.
        entity("energy_today", words.energy_today, "today_wh", "energy", "Wh", "total_increasing"),
    ]
}

/// The newest reading of a point; nothing for quantities that are told otherwise.
fn gauge(point: &Point, zone: &Zone, state: &str, words: Words) -> Option<Entity> {
    let (class, unit, word) = match point.quantity {
        Quantity::Co2 => ("carbon_dioxide", "ppm", "CO2"),
        Quantity::Temperature => ("temperature", "°C", words.temperature),
        Quantity::RelativeHumidity => ("humidity", "%", words.humidity),
        Quantity::Illuminance => ("illuminance", "lx", words.illuminance),
        Quantity::Airflow => ("volume_flow_rate", "m³/h", words.airflow),
        _ => return None,
    };
    let id = &point.id;
    Some(Entity {
        id: format!("point_{id}"),
        name: format!("{}: {word}", zone.name),
        state: state.to_owned(),
        // A reading that is too old says nothing of now, and a point that was never heard is not in the list.
        template: format!(
            "{{{{ value_json.gauges | selectattr('point', 'eq', '{id}') | selectattr('freshness', 'ne', 'lost') \
             | map(attribute='value') | list | first | default(none) }}}}"
        ),
        is_state: false,
        class: Some(class),
        unit: Some(unit),
        state_class: Some("measurement"),
    })
}

/// What people read.
#[derive(Clone, Copy)]
struct Words {
    people: &'static str,
    people_unit: &'static str,
    occupancy: &'static str,
    power: &'static str,
    energy_today: &'static str,
    temperature: &'static str,
    humidity: &'static str,
    illuminance: &'static str,
    airflow: &'static str,
}

const FRENCH: Words = Words {
    people: "personnes",
    people_unit: "personnes",
    occupancy: "occupation",
    power: "puissance",
    energy_today: "énergie du jour",
    temperature: "température",
    humidity: "humidité",
    illuminance: "éclairement",
    airflow: "débit d’air neuf",
};

const ENGLISH: Words = Words {
    people: "people",
    people_unit: "people",
    occupancy: "occupancy",
    power: "power",
    energy_today: "energy today",
    temperature: "temperature",
    humidity: "humidity",
    illuminance: "illuminance",
    airflow: "outdoor air flow",
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::families::Families;
    use crate::message::{Message, Translation};

    fn site(more: &str) -> Site {
        let text = format!(
            r#"
            [site]
            id = "dreux"
            name = "Pôle"
            timezone = "Europe/Paris"
            capacity = 9
            area_m2 = 9
            {more}
            [[zone]]
            id = "fablab"
            name = "FabLab"
            [[point]]
            id = "fablab-co2"
            zone = "fablab"
            quantity = "co2"
            sources = [{{ device = "air-3" }}]
            [[meter]]
            id = "laser"
            name = "Laser"
            power = [{{ device = "prise" }}]
            "#
        );
        crate::site::parse(&text, "site.toml").unwrap()
    }

    fn config(topic: &str) -> Json {
        let announced = announcements(&site(""), "1.2.3");
        let (_, payload) = announced.iter().find(|(found, _)| found == topic).unwrap();
        serde_json::from_slice(payload).unwrap()
    }

    #[test]
    fn what_we_announce_is_known_as_ours_and_what_others_announce_is_not() {
        let site = crate::site::parse(crate::site::DREUX, "dreux.toml").unwrap();
        assert!(announcements(&site, "1").iter().all(|(topic, _)| is_ours(&site.id, topic)));
        for topic in [
            "homeassistant/sensor/vigie_evreux/a/config",
            "homeassistant/sensor/dreux/config",
            "vigie",
        ] {
            assert!(!is_ours(&site.id, topic), "{topic}");
        }
    }

    #[test]
    fn the_air_of_a_zone_is_announced_with_its_class_and_unit() {
        assert_eq!(
            config("homeassistant/sensor/vigie_dreux/point_fablab-co2/config"),
            json!({
                "name": "FabLab: CO2",
                "unique_id": "vigie_dreux_point_fablab-co2",
                "object_id": "vigie_dreux_point_fablab-co2",
                "state_topic": "vigie/v1/dreux/state/zones/fablab",
                "value_template": "{{ value_json.gauges | selectattr('point', 'eq', 'fablab-co2') | selectattr('freshness', 'ne', 'lost') | map(attribute='value') | list | first | default(none) }}",
                "availability_topic": "vigie/v1/dreux/state/gateway",
                "availability_template": "{{ value_json.online }}",
                "payload_available": "True",
                "payload_not_available": "False",
                "device_class": "carbon_dioxide",
                "unit_of_measurement": "ppm",
                "state_class": "measurement",
                "device": {
                    "identifiers": ["vigie_dreux"],
                    "name": "Pôle",
                    "manufacturer": "Vigie",
                    "model": "Vigie",
                    "sw_version": "1.2.3"
                },
                "origin": { "name": "Vigie", "sw_version": "1.2.3" }
            })
        );
    }

    #[test]
    fn all_figures_have_the_class_and_unit_that_home_assistant_knows() {
        for (topic, class, unit, state_class, template) in [
            (
                "sensor/vigie_dreux/building_people",
                "",
                "personnes",
                "measurement",
                "{{ value_json.people }}",
            ),
            (
                "sensor/vigie_dreux/zone_fablab_people",
                "",
                "personnes",
                "measurement",
                "{{ value_json.people }}",
            ),
            (
                "binary_sensor/vigie_dreux/zone_fablab_occupancy",
                "occupancy",
                "",
                "",
                "{{ {'occupied': 'ON', 'vacant': 'OFF'}.get(value_json.occupancy, 'None') }}",
            ),
            (
                "sensor/vigie_dreux/meter_laser_power",
                "power",
                "W",
                "measurement",
                "{{ value_json.power_w }}",
            ),
            (
                "sensor/vigie_dreux/meter_laser_energy_today",
                "energy",
                "Wh",
                "total_increasing",
                "{{ value_json.today_wh }}",
            ),
        ] {
            let config = config(&format!("homeassistant/{topic}/config"));
            let told = |key: &str| config[key].as_str().unwrap_or_default().to_owned();
            assert_eq!(
                (told("device_class"), told("unit_of_measurement"), told("state_class")),
                (class.to_owned(), unit.to_owned(), state_class.to_owned()),
                "{topic}"
            );
            assert_eq!(told("value_template"), template);
        }
    }

    #[test]
    fn the_keys_of_the_templates_are_those_of_the_states() {
        use crate::wire::state::{EnergyState, Quality};
        let energy = EnergyState {
            power_w: Some(1.0),
            today_wh: Some(1.0),
            yesterday_wh: None,
            month_wh: None,
            coverage: 1.0,
            energy_quality: Quality::Measured,
        };
        let state = serde_json::to_value(energy).unwrap();
        for entity in super::energy("m", "M", "meters/m", FRENCH) {
            let key = entity.template.trim_matches(['{', '}', ' ']).replace("value_json.", "");
            assert!(state.get(&key).is_some(), "{key}");
        }
    }

    #[test]
    fn a_site_that_does_not_want_it_takes_back_what_was_announced() {
        let (on, off) =
            (announcements(&site(""), "1"), announcements(&site("announce = false"), "1"));
        let topics =
            |all: &[(String, Vec<u8>)]| all.iter().map(|(t, _)| t.clone()).collect::<Vec<_>>();
        assert_eq!(topics(&on), topics(&off));
        assert!(off.iter().all(|(_, payload)| payload.is_empty()));
    }

    #[test]
    fn no_announcement_is_read_back() {
        let site = site("");
        let mut families = Families::new(&site);
        for (topic, payload) in announcements(&site, "1") {
            let received_at = "2026-11-23T14:03:08Z".parse().unwrap();
            let message =
                Message { topic: &topic, payload: &payload, retained: false, received_at };
            assert_eq!(families.translate(&message), Some(Translation::default()), "{topic}");
        }
        assert_eq!(families.learned(), Vec::<String>::new());
    }
}
