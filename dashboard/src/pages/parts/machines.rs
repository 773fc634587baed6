//! The energy of the shown zone: power now, energy today, the day's curve, and its machines.

use askama::Template;
use domain::energy::parts_of;
use domain::site::Meter;

use super::chart::{self, Chart};
use super::html;
use crate::audience::{Part, Scene};
use crate::power_today::{shown_meter, shown_zone};
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

pub(super) fn parts(language: Language, scene: &Scene) -> Vec<Part> {
    let Some(meter) = shown_meter(&scene.site) else { return Vec::new() };
    let panel = Panel {
        t: language.labels(),
        energy: energy(language, scene, meter),
        chart: scene.power_today.as_ref().map(|power| chart::of(language, scene, power)),
    };
    let mut parts = vec![html("energy", &panel)];
    for machine in machines(scene, meter) {
        parts.push(html(format!("machine-{}", machine.id), &row(language, scene, machine)));
    }
    parts
}

/// The sub-meters of the shown meter; without any, all the others.
pub(super) fn machines<'a>(scene: &'a Scene, shown: &'a Meter) -> Vec<&'a Meter> {
    let parts: Vec<&Meter> = parts_of(&scene.site, &shown.id).collect();
    if !parts.is_empty() {
        return parts;
    }
    scene.site.meters.iter().filter(|meter| meter.id != shown.id).collect()
}

pub(super) fn energy(language: Language, scene: &Scene, meter: &Meter) -> Energy {
    let state = scene.view.meter(meter).energy;
    let name = shown_zone(&scene.site).map_or(meter.name.clone(), |zone| zone.name.clone());
    Energy {
        name,
        power: state.power_w.map(|watts| language.power(watts)),
        today: state.today_wh.map(|wh| language.energy(wh)),
        coverage: language.coverage(&state),
    }
}

fn row(language: Language, scene: &Scene, meter: &Meter) -> Row {
    let state = scene.view.meter(meter);
    let teller = scene.teller(language);
    Row {
        t: language.labels(),
        id: meter.id.to_string(),
        name: meter.name.clone(),
        activity: state.activity.map(|activity| teller.activity(activity)),
        power: state.energy.power_w.map(|watts| language.power(watts).text()),
        today: state.energy.today_wh.map(|wh| language.energy(wh).text()),
    }
}
