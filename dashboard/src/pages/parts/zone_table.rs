//! Table of all zones with their current figures.

use askama::Template;
use domain::Quantity;
use domain::figure::Quality;
use domain::occupancy::Residual;
use domain::site::Zone;

use super::gauges::{self, Cell};
use super::html;
use super::zones::second_line;
use crate::live::part::Part;
use crate::live::snapshot::Snapshot;
use crate::words::{Labels, Language, Locale, Tone};

#[derive(Template)]
#[template(path = "parts/zone_table.html")]
struct ZoneTable {
    t: &'static Labels,
    rows: Vec<Row>,
    residual: Option<String>,
}

struct Row {
    name: String,
    note: Option<String>,
    people: String,
    known: bool,
    between: Option<String>,
    quality: Option<&'static str>,
    capacity: Option<String>,
    co2: Cell,
    air: Option<(&'static str, Tone)>,
    temperature: Cell,
    humidity: Cell,
    power: Option<String>,
    today: Option<String>,
    /// A point whose history the name leads to.
    point: Option<String>,
}

pub(super) fn part(language: Language, snapshot: &Snapshot) -> Part {
    let rows = snapshot.site.zones.iter().map(|zone| row(language, snapshot, zone)).collect();
    let residual = snapshot.view.building(&snapshot.site).people.last_residual;
    let residual = residual.map(|it| residual_words(&snapshot.locale(language), it));
    html("zone-table", &ZoneTable { t: language.labels(), rows, residual })
}

fn row(language: Language, snapshot: &Snapshot, zone: &Zone) -> Row {
    let (locale, state) = (snapshot.locale(language), snapshot.view.zone(zone));
    let cell = |quantity| gauges::cell(&locale, &snapshot.site, zone, &state, quantity);
    let known = state.people.people.is_some();
    let point = snapshot.site.points.iter().find(|point| point.zone == zone.id);
    Row {
        name: zone.name.clone(),
        note: second_line(&snapshot.site, zone),
        people: if snapshot.withholds(zone) {
            language.zone_labels().withheld.to_owned()
        } else {
            language.people(&state.people)
        },
        known,
        between: language.between(&state.people),
        // What was measured needs no word.
        quality: (known && state.people.quality != Quality::Measured)
            .then(|| language.quality(state.people.quality)),
        capacity: zone.capacity.map(|capacity| language.number(f64::from(capacity), 0)),
        co2: cell(Quantity::Co2),
        air: gauges::air(&state, &snapshot.site).map(|level| language.air_level(level)),
        temperature: cell(Quantity::Temperature),
        humidity: cell(Quantity::RelativeHumidity),
        power: state.energy.power_w.map(|watts| language.power(watts).text()),
        today: state.energy.today_wh.map(|wh| language.energy(wh).text()),
        point: point.map(|point| point.id.to_string()),
    }
}

fn residual_words(locale: &Locale, residual: Residual) -> String {
    let sign = if residual.people.round() > 0.0 { "+" } else { "" };
    let number = locale.language.number(residual.people, 0);
    format!("{sign}{number} ({})", locale.moment(residual.at))
}
