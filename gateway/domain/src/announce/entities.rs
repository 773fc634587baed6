//! Announced entities: one a figure, with class, unit and the place of its value in the state.

use super::words::Words;
use crate::quantity::Quantity;
use crate::site::{Point, Zone};

/// Template of the start of the civil day of a state, by the time zone that Home Assistant has.
const DAY_START: &str = "{{ (value_json.as_of | as_datetime | as_local)\
     .replace(hour=0, minute=0, second=0, microsecond=0).isoformat() }}";

/// One figure as Home Assistant describes it.
pub(super) struct Entity {
    /// Unique within the site.
    pub(super) id: String,
    /// For people.
    pub(super) name: String,
    /// The name of the state that holds it.
    pub(super) state: String,
    pub(super) template: String,
    pub(super) is_state: bool,
    pub(super) class: Option<&'static str>,
    pub(super) unit: Option<&'static str>,
    pub(super) state_class: Option<&'static str>,
    /// Start of the time over which a total runs.
    pub(super) last_reset: Option<&'static str>,
}

impl Entity {
    /// Which sort of entity it is for Home Assistant.
    pub(super) const fn component(&self) -> &'static str {
        if self.is_state { "binary_sensor" } else { "sensor" }
    }
}

/// Entities for the people of a place of this name, and whether it is occupied; `state` holds both.
pub(super) fn people(id: &str, name: &str, state: &str, words: Words) -> Vec<Entity> {
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
            last_reset: None,
        },
        Entity {
            id: format!("{id}_occupancy"),
            name: format!("{name}: {}", words.occupancy),
            state: state.to_owned(),
            // `None` stands for an unknown state.
            template: "{{ {'occupied': 'ON', 'vacant': 'OFF'}.get(value_json.occupancy, 'None') }}"
                .to_owned(),
            is_state: true,
            class: Some("occupancy"),
            unit: None,
            state_class: None,
            last_reset: None,
        },
    ]
}

/// Entities for the power and the energy of the day of a place or meter of this name.
pub(super) fn energy(id: &str, name: &str, state: &str, words: Words) -> [Entity; 2] {
    let entity = |what: &str, word: &str, key: &str, class, unit| Entity {
        id: format!("{id}_{what}"),
        name: format!("{name}: {word}"),
        state: state.to_owned(),
        template: format!("{{{{ value_json.{key} }}}}"),
        is_state: false,
        class: Some(class),
        unit: Some(unit),
        state_class: Some("measurement"),
        last_reset: None,
    };
    let power = entity("power", words.power, "power_w", "power", "W");
    let today = entity("energy_today", words.energy_today, "today_wh", "energy", "Wh");
    // Power that was held for a silence is taken back when the silence lasts, so the day's energy may fall a little, which
    // `total_increasing` would take for a new meter.
    [power, Entity { state_class: Some("total"), last_reset: Some(DAY_START), ..today }]
}

/// Entity of the newest reading of a point; `None` for quantities that have entities of another kind.
pub(super) fn gauge(point: &Point, zone: &Zone, state: &str, words: Words) -> Option<Entity> {
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
        // A reading that is too old says nothing of now, and a point without readings is not in the list.
        template: format!(
            "{{{{ value_json.gauges | selectattr('point', 'eq', '{id}') | selectattr('freshness', 'ne', 'lost') \
             | map(attribute='value') | list | first | default(none) }}}}"
        ),
        is_state: false,
        class: Some(class),
        unit: Some(unit),
        state_class: Some("measurement"),
        last_reset: None,
    })
}
