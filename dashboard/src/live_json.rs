//! The live view as JSON: the answer of `/live`, and the same in pieces for the stream.

use domain::device::Freshness;
use domain::site::{Meter, Site, Zone};
use domain::{Instant, Quantity};
use serde_json::{Value, json};

use crate::live::part::Part;
use crate::live::snapshot::Snapshot;
use crate::live::view::{LiveView, gauge, seconds_since};

/// The answer of `/live`.
pub(crate) fn live(snapshot: &Snapshot) -> Value {
    whole(&parts(snapshot), snapshot)
}

/// The same from parts that were made before.
pub(crate) fn whole(parts: &[Part], snapshot: &Snapshot) -> Value {
    let pulse = snapshot.view.pulse(snapshot.now);
    let mut json = json!({
        "demonstration": snapshot.demonstration,
        "gateway": {
            "alive": pulse.alive,
            "heard_at": pulse.heard_at,
            "version": snapshot.view.gateway().map(|gateway| &gateway.version),
            "refused": snapshot.view.gateway().map(|gateway| gateway.refused),
            "stored": snapshot.view.gateway().map(|gateway| gateway.stored),
        },
        "building": null, "zones": [], "meters": [], "devices": [], "alerts": [],
    });
    let all: Vec<&Part> = parts.iter().collect();
    merge(&mut json, &all, snapshot);
    json
}

/// Only what is different, in the shape of the whole.
pub(crate) fn change(changes: &[&Part], snapshot: &Snapshot) -> Value {
    let mut json = json!({});
    merge(&mut json, changes, snapshot);
    json
}

/// Puts parts where they stand in the answer. Ages are told as of now, but never make a change by themselves.
fn merge(json: &mut Value, parts: &[&Part], snapshot: &Snapshot) {
    json["as_of"] = json!(snapshot.view.as_of());
    for part in parts {
        match part.key.split_once('/') {
            None => json[&part.key] = part.content.clone(),
            Some((list, _)) => {
                if !json[list].is_array() {
                    json[list] = json!([]);
                }
                let item = with_age(list, part, snapshot);
                json[list].as_array_mut().expect("it was made a list above").push(item);
            }
        }
    }
}

fn with_age(list: &str, part: &Part, snapshot: &Snapshot) -> Value {
    let id = part.content["id"].as_str().unwrap_or_default();
    let aged = match list {
        "zones" => snapshot.site.zone(id).map(|zone| zone_json(snapshot, zone)),
        "meters" => {
            snapshot.site.meter(id).map(|meter| meter_json(&snapshot.view, meter, snapshot.now))
        }
        _ => None,
    };
    aged.unwrap_or_else(|| part.content.clone())
}

/// The pieces that change one by one: the building, each zone, meter and device, the alerts.
pub(crate) fn parts(snapshot: &Snapshot) -> Vec<Part> {
    let Snapshot { site, view, .. } = snapshot;
    let mut parts = vec![Part { key: "building".to_owned(), content: building_json(view, site) }];
    for zone in &site.zones {
        let content = ageless(zone_json(snapshot, zone));
        parts.push(Part { key: format!("zones/{}", zone.id), content });
    }
    for meter in &site.meters {
        let content = ageless(meter_json(view, meter, snapshot.now));
        parts.push(Part { key: format!("meters/{}", meter.id), content });
    }
    for device in view.devices() {
        parts.push(Part { key: format!("devices/{}", device.id), content: json!(device) });
    }
    parts.push(Part { key: "alerts".to_owned(), content: json!(view.alerts()) });
    parts
}

/// Without the age, which is another at every moment.
fn ageless(mut json: Value) -> Value {
    json["age_s"] = Value::Null;
    json
}

/// The building as the API shows it.
fn building_json(view: &LiveView, site: &Site) -> Value {
    let mut json = object(&view.building(site));
    json["name"] = json!(site.name);
    json["area_m2"] = json!(site.area_m2);
    json
}

/// A zone as the API shows it: with a flat field for each usual gauge, null where it is lost or was never heard.
fn zone_json(snapshot: &Snapshot, zone: &Zone) -> Value {
    let (state, now) = (snapshot.view.zone(zone), snapshot.now);
    let mut json = object(&state);
    json["age_s"] = json!(state.age_s.map(|age| age + seconds_since(state.as_of, now)));
    json["name"] = json!(zone.name);
    json["note"] = json!(zone.note);
    json["withheld"] = json!(snapshot.withholds(zone));
    json["parent"] = json!(zone.parent);
    for (field, quantity) in ZONE_FIELDS {
        let gauge = gauge(&state, *quantity).filter(|it| it.freshness != Freshness::Lost);
        json[*field] = json!(gauge.map(|it| it.value));
    }
    json
}

/// A meter as the API shows it.
fn meter_json(view: &LiveView, meter: &Meter, now: Instant) -> Value {
    let state = view.meter(meter);
    let mut json = object(&state);
    json["age_s"] = json!(state.age_s.map(|age| age + seconds_since(state.as_of, now)));
    json["quality"] = json["energy_quality"].take();
    if let Value::Object(fields) = &mut json {
        fields.remove("energy_quality");
    }
    json["name"] = json!(meter.name);
    json["zone"] = json!(meter.zone);
    json["parent"] = json!(meter.parent);
    json
}

/// The flat fields of a zone and the quantity that each shows.
const ZONE_FIELDS: &[(&str, Quantity)] = &[
    ("co2_ppm", Quantity::Co2),
    ("temperature_c", Quantity::Temperature),
    ("relative_humidity_percent", Quantity::RelativeHumidity),
    ("illuminance_lx", Quantity::Illuminance),
];

fn object(state: &impl serde::Serialize) -> Value {
    let mut json = serde_json::to_value(state).expect("states have text keys and plain numbers");
    if let Value::Object(fields) = &mut json {
        fields.remove("as_of");
    }
    json
}
