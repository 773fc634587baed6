//! Today, yesterday and this month by meter and zone, with how much of today was measured.

use askama::Template;
use domain::energy::EnergyState;
use domain::ids::MeterId;
use domain::site::{Meter, Site};

use super::html;
use crate::live::part::Part;
use crate::live::snapshot::Snapshot;
use crate::words::{Labels, Language};

#[derive(Template)]
#[template(path = "parts/energy_tables.html")]
struct EnergyTables {
    t: &'static Labels,
    total: Row,
    meters: Vec<Row>,
    zones: Vec<Row>,
}

struct Row {
    name: String,
    /// How deep in the tree of meters, at most 4 for the eye.
    depth: usize,
    activity: Option<String>,
    power: Option<String>,
    today: Option<String>,
    yesterday: Option<String>,
    month: Option<String>,
    coverage: String,
    quality: &'static str,
    complete: bool,
}

pub(super) fn part(language: Language, snapshot: &Snapshot) -> Part {
    let t = language.labels();
    let building = snapshot.view.building(&snapshot.site).energy;
    let total = row(language, t.total.to_owned(), 0, None, &building);
    let tree = in_tree_order(&snapshot.site, None, 0);
    let meters = tree.into_iter().map(|(meter, depth)| meter_row(language, snapshot, meter, depth));
    let meters = meters.collect();
    let with_meter =
        snapshot.site.zones.iter().filter(|zone| has_meter(&snapshot.site, zone.id.as_str()));
    let zones = with_meter
        .map(|zone| row(language, zone.name.clone(), 0, None, &snapshot.view.zone(zone).energy))
        .collect();
    html("energy-tables", &EnergyTables { t, total, meters, zones })
}

fn has_meter(site: &Site, zone: &str) -> bool {
    site.meters.iter().any(|meter| meter.zone.as_ref().is_some_and(|its| its.as_str() == zone))
}

/// Every meter right after the one that it is a part of.
fn in_tree_order<'a>(
    site: &'a Site,
    parent: Option<&MeterId>,
    depth: usize,
) -> Vec<(&'a Meter, usize)> {
    let children = site.meters.iter().filter(|meter| meter.parent.as_ref() == parent);
    let with_parts = children.flat_map(|meter| {
        let parts = in_tree_order(site, Some(&meter.id), depth + 1);
        std::iter::once((meter, depth)).chain(parts)
    });
    with_parts.collect()
}

fn meter_row(language: Language, snapshot: &Snapshot, meter: &Meter, depth: usize) -> Row {
    let state = snapshot.view.meter(meter);
    let activity = state.activity.map(|activity| snapshot.locale(language).activity(activity));
    row(language, meter.name.clone(), depth.min(4), activity, &state.energy)
}

fn row(
    language: Language,
    name: String,
    depth: usize,
    activity: Option<String>,
    energy: &EnergyState,
) -> Row {
    let kwh = |wh: Option<f64>| wh.map(|wh| language.energy(wh).text());
    Row {
        name,
        depth,
        activity,
        power: energy.power_w.map(|watts| language.power(watts).text()),
        today: kwh(energy.today_wh),
        yesterday: kwh(energy.yesterday_wh),
        month: kwh(energy.month_wh),
        coverage: language.percent(energy.coverage),
        quality: language.quality(energy.energy_quality),
        complete: language.coverage(energy).is_none() && energy.today_wh.is_some(),
    }
}
