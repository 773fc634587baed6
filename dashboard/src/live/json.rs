//! A snapshot as JSON: the answer of `/live`, and the same in parts for the stream.

use domain::Quantity;
use domain::device::Freshness;
use domain::site::{Meter, Site, Zone};
use domain::wire::state::{BuildingState, MeterState, ZoneState};
use serde_json::{Value, json};

use super::part::{Content, Part};
use super::snapshot::Snapshot;
use super::view::{gauge, seconds_since};

/// Answer of `/live`.
pub(crate) fn live(snapshot: &Snapshot) -> Value {
    whole(&parts(snapshot), snapshot)
}

/// Answer of `/live` from parts that were made before.
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

/// Changed parts only, in the shape of the whole.
pub(crate) fn change(changes: &[&Part], snapshot: &Snapshot) -> Value {
    let mut json = json!({});
    merge(&mut json, changes, snapshot);
    json
}

/// Parts of a snapshot for programs: the building, each zone, meter and device, the alerts.
pub(crate) fn parts(snapshot: &Snapshot) -> Vec<Part> {
    let Snapshot { site, view, .. } = snapshot;
    let building = Content::Building(view.building(site).into());
    let mut parts = vec![Part { key: "building".to_owned(), content: building }];
    for zone in &site.zones {
        let content = Content::Zone(view.zone(zone).into());
        parts.push(Part { key: format!("zones/{}", zone.id), content });
    }
    for meter in &site.meters {
        let content = Content::Meter(view.meter(meter).into());
        parts.push(Part { key: format!("meters/{}", meter.id), content });
    }
    for device in view.devices() {
        let content = Content::Device(device.clone());
        parts.push(Part { key: format!("devices/{}", device.id), content });
    }
    let alerts = Content::Alerts(view.alerts().to_vec());
    parts.push(Part { key: "alerts".to_owned(), content: alerts });
    parts
}

/// Puts parts where they stand in the answer, with their ages as of the snapshot.
fn merge(json: &mut Value, parts: &[&Part], snapshot: &Snapshot) {
    let site = &snapshot.site;
    json["as_of"] = json!(snapshot.view.as_of());
    for part in parts {
        match &part.content {
            Content::Building(building) => {
                json["building"] = building_json(building.state(), site);
            }
            Content::Alerts(alerts) => json["alerts"] = json!(alerts),
            Content::Zone(state) => {
                let zone = site.zone(state.state().id.as_str());
                push(json, "zones", zone.map(|zone| zone_json(state.state(), zone, snapshot)));
            }
            Content::Meter(state) => {
                let meter = site.meter(state.state().id.as_str());
                push(json, "meters", meter.map(|meter| meter_json(state.state(), meter, snapshot)));
            }
            Content::Device(device) => push(json, "devices", Some(json!(device))),
            // Of pages only.
            Content::Text(_) => {}
        }
    }
}

fn push(json: &mut Value, list: &str, item: Option<Value>) {
    if !json[list].is_array() {
        json[list] = json!([]);
    }
    json[list].as_array_mut().expect("it was made a list above").extend(item);
}

fn building_json(state: &BuildingState, site: &Site) -> Value {
    let mut json = object(state);
    json["name"] = json!(site.name);
    json["area_m2"] = json!(site.area_m2);
    json
}

/// A zone: with a flat field for each usual gauge, null where it is lost or was never received.
fn zone_json(state: &ZoneState, zone: &Zone, snapshot: &Snapshot) -> Value {
    let newest = snapshot.view.zone(zone);
    let mut json = object(state);
    json["age_s"] = json!(newest.age_s.map(|age| age + seconds_since(newest.as_of, snapshot.now)));
    json["name"] = json!(zone.name);
    json["note"] = json!(zone.note);
    json["withheld"] = json!(snapshot.withholds(zone));
    json["parent"] = json!(zone.parent);
    for (field, quantity) in ZONE_FIELDS {
        let gauge = gauge(state, *quantity).filter(|it| it.freshness != Freshness::Lost);
        json[*field] = json!(gauge.map(|it| it.value));
    }
    json
}

fn meter_json(state: &MeterState, meter: &Meter, snapshot: &Snapshot) -> Value {
    let newest = snapshot.view.meter(meter);
    let mut json = object(state);
    json["age_s"] = json!(newest.age_s.map(|age| age + seconds_since(newest.as_of, snapshot.now)));
    json["quality"] = json["energy_quality"].take();
    if let Value::Object(fields) = &mut json {
        fields.remove("energy_quality");
    }
    json["name"] = json!(meter.name);
    json["zone"] = json!(meter.zone);
    json["parent"] = json!(meter.parent);
    json
}

/// Flat fields of a zone, and the quantity of each.
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
