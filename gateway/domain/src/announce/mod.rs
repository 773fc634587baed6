//! Announcements of our own zones and meters, by which they appear in a Home Assistant by themselves.
//!
//! ```text
//! homeassistant/<sensor|binary_sensor>/vigie_<site>/<entity>/config     retained
//!     {"name":"FabLab: CO2","state_topic":"vigie/v1/dreux/state/zones/fablab","value_template":"..", ..}
//! ```
//!
//! | file | what it holds |
//! |---|---|
//! | `entities` | the figures that are announced |
//! | `words` | their names, in French and English |
//!
//! The site is one device. Values are taken from the state topics as they are; unknown stays unknown. The gateway's own
//! state shows whether they are to be believed. A site that is not to be announced takes back what an earlier
//! start has announced.

mod entities;
mod words;

use serde_json::{Value as Json, json};

use crate::families::announcement_topic;
use crate::native;
use crate::site::{Meter, Site, Zone};
use entities::{Entity, energy, gauge, people};
use words::{ENGLISH, FRENCH, Words};

/// Configurations of all entities of `site`, by topic; without a payload where they are to be taken back. `version`
/// is that of the program.
pub fn announcements(site: &Site, version: &str) -> Vec<(String, Vec<u8>)> {
    let announcer = Announcer { site, version };
    let mut entities = announcer.building();
    entities.extend(site.zones.iter().flat_map(|zone| announcer.zone(zone)));
    entities.extend(site.meters.iter().flat_map(|meter| announcer.meter(meter)));
    let message = |entity: Entity| {
        let topic = announcement_topic(&site.id, entity.component(), &entity.id);
        let payload =
            if site.announce { announcer.config(&entity).to_string() } else { String::new() };
        (topic, payload.into_bytes())
    };
    entities.into_iter().map(message).collect()
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
        let id = format!("vigie_{site}_{}", entity.id);
        let mut config = json!({
            "name": entity.name,
            "unique_id": id,
            // The name of the entity: newer versions know the second key, older ones the first.
            "object_id": id,
            "default_entity_id": format!("{}.{}", entity.component(), id.replace('-', "_")),
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
            ("last_reset_value_template", entity.last_reset),
        ] {
            if let Some(value) = value {
                config[key] = value.into();
            }
        }
        config
    }
}

#[cfg(test)]
mod tests;
