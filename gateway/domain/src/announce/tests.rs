//! What is announced, and that it is the real format.

use super::words::FRENCH;
use super::*;
use crate::families::{Families, is_own_announcement};
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
    assert!(
        announcements(&site, "1").iter().all(|(topic, _)| is_own_announcement(&site.id, topic))
    );
    for topic in
        ["homeassistant/sensor/vigie_evreux/a/config", "homeassistant/sensor/dreux/config", "vigie"]
    {
        assert!(!is_own_announcement(&site.id, topic), "{topic}");
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
            "default_entity_id": "sensor.vigie_dreux_point_fablab_co2",
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
            "total",
            "{{ value_json.today_wh }}",
        ),
    ] {
        let config = config(&format!("homeassistant/{topic}/config"));
        let text = |key: &str| config[key].as_str().unwrap_or_default().to_owned();
        assert_eq!(
            (text("device_class"), text("unit_of_measurement"), text("state_class")),
            (class.to_owned(), unit.to_owned(), state_class.to_owned()),
            "{topic}"
        );
        assert_eq!(text("value_template"), template);
    }
}

#[test]
fn the_keys_of_the_templates_are_those_of_the_states() {
    use crate::energy::EnergyState;
    use crate::figure::Quality;
    let energy = EnergyState {
        power_w: Some(1.0),
        today_wh: Some(1.0),
        yesterday_wh: None,
        month_wh: None,
        coverage: 1.0,
        energy_quality: Quality::Measured,
    };
    let state = serde_json::to_value(energy).unwrap();
    for entity in super::entities::energy("m", "M", "meters/m", FRENCH) {
        let key = entity.template.trim_matches(['{', '}', ' ']).replace("value_json.", "");
        assert!(state.get(&key).is_some(), "{key}");
    }
}

#[test]
fn a_site_that_does_not_want_it_takes_back_what_was_announced() {
    let (on, off) = (announcements(&site(""), "1"), announcements(&site("announce = false"), "1"));
    let topics = |all: &[(String, Vec<u8>)]| all.iter().map(|(t, _)| t.clone()).collect::<Vec<_>>();
    assert_eq!(topics(&on), topics(&off));
    assert!(off.iter().all(|(_, payload)| payload.is_empty()));
}

#[test]
fn no_announcement_is_read_back() {
    let site = site("");
    let mut families = Families::new(&site.id, &site.families);
    for (topic, payload) in announcements(&site, "1") {
        let received_at = "2026-11-23T14:03:08Z".parse().unwrap();
        let message = Message { topic: &topic, payload: &payload, retained: false, received_at };
        let (_, translation) = families.recognise(&message).unwrap();
        assert_eq!(translation, Translation::default(), "{topic}");
    }
    assert_eq!(families.learned(), Vec::<String>::new());
}

#[test]
fn energy_of_the_day_may_fall_a_little_and_begins_anew_with_the_day() {
    let topics =
        ["meter_laser", "building"].map(|id| format!("sensor/vigie_dreux/{id}_energy_today"));
    for topic in topics {
        let config = config(&format!("homeassistant/{topic}/config"));
        assert_eq!(config["state_class"], "total", "{topic}");
        assert_eq!(
            config["last_reset_value_template"],
            "{{ (value_json.as_of | as_datetime | as_local).replace(hour=0, minute=0, second=0, microsecond=0).isoformat() }}"
        );
    }
}

#[test]
fn only_a_total_has_a_last_reset() {
    let site = crate::site::parse(crate::site::DREUX, "dreux.toml").unwrap();
    for (topic, payload) in announcements(&site, "1") {
        let config: Json = serde_json::from_slice(&payload).unwrap();
        let is_total = config["state_class"] == "total";
        assert_eq!(config.get("last_reset_value_template").is_some(), is_total, "{topic}");
    }
}
