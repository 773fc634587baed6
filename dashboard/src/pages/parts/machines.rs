//! The energy of the shown zone: power now, energy today, the day's curve, and its machines.

use askama::Template;
use domain::energy::parts_of;
use domain::site::Meter;

use super::chart::{self, Chart};
use super::html;
use crate::live::part::Part;
use crate::live::power::{shown_meter, shown_zone};
use crate::live::snapshot::Snapshot;
use crate::words::{Figure, Labels, Language};

#[derive(Template)]
#[template(path = "parts/energy.html")]
struct Panel {
    t: &'static Labels,
    energy: Energy,
    chart: Option<Chart>,
}

/// Power now and energy today of the shown meter.
pub(super) struct Energy {
    pub(super) name: String,
    pub(super) power: Option<Figure>,
    pub(super) today: Option<Figure>,
    pub(super) coverage: Option<String>,
}

#[derive(Template)]
#[template(path = "parts/machine.html")]
struct Row {
    t: &'static Labels,
    id: String,
    name: String,
    activity: Option<String>,
    power: Option<String>,
    today: Option<String>,
}

pub(super) fn parts(language: Language, snapshot: &Snapshot) -> Vec<Part> {
    let Some(meter) = shown_meter(&snapshot.site) else { return Vec::new() };
    let panel = Panel {
        t: language.labels(),
        energy: energy(language, snapshot, meter),
        chart: snapshot.power_today.as_ref().map(|power| chart::of(language, snapshot, power)),
    };
    let mut parts = vec![html("energy", &panel)];
    for machine in machines(snapshot, meter) {
        parts.push(html(format!("machine-{}", machine.id), &row(language, snapshot, machine)));
    }
    parts
}

/// The sub-meters of the shown meter; without any, all the others.
pub(super) fn machines<'a>(snapshot: &'a Snapshot, shown: &'a Meter) -> Vec<&'a Meter> {
    let parts: Vec<&Meter> = parts_of(&snapshot.site, &shown.id).collect();
    if !parts.is_empty() {
        return parts;
    }
    snapshot.site.meters.iter().filter(|meter| meter.id != shown.id).collect()
}

pub(super) fn energy(language: Language, snapshot: &Snapshot, meter: &Meter) -> Energy {
    let state = snapshot.view.meter(meter).energy;
    let name = shown_zone(&snapshot.site).map_or(meter.name.clone(), |zone| zone.name.clone());
    Energy {
        name,
        power: state.power_w.map(|watts| language.power(watts)),
        today: state.today_wh.map(|wh| language.energy(wh)),
        coverage: language.coverage(&state),
    }
}

fn row(language: Language, snapshot: &Snapshot, meter: &Meter) -> Row {
    let state = snapshot.view.meter(meter);
    let locale = snapshot.locale(language);
    Row {
        t: language.labels(),
        id: meter.id.to_string(),
        name: meter.name.clone(),
        activity: state.activity.map(|activity| locale.activity(activity)),
        power: state.energy.power_w.map(|watts| language.power(watts).text()),
        today: state.energy.today_wh.map(|wh| language.energy(wh).text()),
    }
}
