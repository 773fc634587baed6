//! One row for each zone that something measures.

use askama::Template;
use domain::Quantity;
use domain::site::{Side, Site, Zone};

use super::gauges::{self, Cell};
use super::headline::Bar;
use super::html;
use crate::live::part::Part;
use crate::live::snapshot::Snapshot;
use crate::words::{Language, Tone};

#[derive(Template)]
#[template(path = "parts/zone.html")]
struct Row {
    id: String,
    name: String,
    note: Option<String>,
    people: String,
    people_tone: Tone,
    capacity: Option<String>,
    between: Option<String>,
    /// None where there is no capacity to compare with.
    bar: Option<Bar>,
    known: bool,
    co2: Cell,
    air: Option<(&'static str, Tone)>,
    temperature: Cell,
    temperature_note: Option<String>,
    silent: Option<String>,
}

pub(super) fn parts(language: Language, snapshot: &Snapshot) -> Vec<Part> {
    let zones = snapshot.site.zones.iter().filter(|zone| is_measured(&snapshot.site, zone));
    zones.map(|zone| html(format!("zone-{}", zone.id), &row(language, snapshot, zone))).collect()
}

/// Whether the zone has a point or a door of its own; a floor that only holds others has not.
pub(super) fn is_measured(site: &Site, zone: &Zone) -> bool {
    let here = Side::Zone(zone.id.clone());
    site.points.iter().any(|point| point.zone == zone.id)
        || site.doorways.iter().any(|door| door.from == here || door.to == here)
}

fn row(language: Language, snapshot: &Snapshot, zone: &Zone) -> Row {
    let locale = snapshot.locale(language);
    let state = snapshot.view.zone(zone);
    let people = &state.people;
    let cell = |quantity| gauges::cell(&locale, &snapshot.site, zone, &state, quantity);
    let known = people.people.is_some();
    let co2 = cell(Quantity::Co2);
    let temperature = cell(Quantity::Temperature);
    let bar = zone
        .capacity
        .map(|capacity| Bar::new(people.people, people.low, people.high, f64::from(capacity)));
    Row {
        id: zone.id.to_string(),
        name: zone.name.clone(),
        note: second_line(&snapshot.site, zone),
        people: if snapshot.withholds(zone) {
            language.zone_labels().withheld.to_owned()
        } else {
            language.people(people)
        },
        people_tone: if known { Tone::Plain } else { Tone::Unknown },
        capacity: zone
            .capacity
            .filter(|_| known)
            .map(|capacity| language.number(f64::from(capacity), 0)),
        between: language.between(people),
        bar,
        known,
        // One device usually measures both: then its age is shown once.
        temperature_note: temperature.note.clone().filter(|note| Some(note) != co2.note.as_ref()),
        co2,
        air: gauges::air(&state, &snapshot.site).map(|level| language.air_level(level)),
        temperature,
        silent: gauges::silent_since(&locale, &state),
    }
}

/// The note of the site file, else the zone that it is a part of.
pub(super) fn second_line(site: &Site, zone: &Zone) -> Option<String> {
    zone.note.clone().or_else(|| {
        let parent = zone.parent.as_ref()?;
        site.zone(parent.as_str()).map(|parent| parent.name.clone())
    })
}
