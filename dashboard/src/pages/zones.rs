//! `/zones`: every zone of the site with all that is known of it now.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use domain::Quantity;
use domain::site::Zone;
use domain::wire::state::Residual;
use store::SeriesReader;

use super::parts::gauges::{self, Cell};
use super::parts::second_line;
use super::shell::{Choice, Shell};
use crate::app::App;
use crate::audience::{Scene, Screen};
use crate::words::{Labels, Language, Teller, Tone};

#[derive(Template)]
#[template(path = "zones.html")]
struct Zones {
    shell: Shell,
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

pub(crate) async fn show<R: SeriesReader>(
    State(app): State<Arc<App<R>>>,
    choice: Choice,
) -> Response {
    let scene = app.feed.scene();
    let (language, t) = (choice.language, choice.language.labels());
    let rows = scene.site.zones.iter().map(|zone| row(language, &scene, zone)).collect();
    let residual = scene.view.building(&scene.site).people.last_residual;
    let residual = residual.map(|it| residual_words(&scene.teller(language), it));
    let shell = Shell::new("/zones", t.zones, Screen::Plain, language, &scene);
    choice.page(&Zones { shell, t, rows, residual })
}

fn row(language: Language, scene: &Scene, zone: &Zone) -> Row {
    let (teller, state) = (scene.teller(language), scene.view.zone(zone));
    let cell = |quantity| gauges::cell(&teller, &scene.site, zone, &state, quantity);
    let known = state.people.people.is_some();
    let point = scene.site.points.iter().find(|point| point.zone == zone.id);
    Row {
        name: zone.name.clone(),
        note: second_line(&scene.site, zone),
        people: language.people(&state.people),
        known,
        between: language.between(&state.people),
        quality: known.then(|| language.quality(state.people.quality)),
        capacity: zone.capacity.map(|capacity| language.number(f64::from(capacity), 0)),
        co2: cell(Quantity::Co2),
        air: gauges::air(&state).map(|air| (language.air(air), air.tone())),
        temperature: cell(Quantity::Temperature),
        humidity: cell(Quantity::RelativeHumidity),
        power: state.energy.power_w.map(|watts| language.power(watts).text()),
        today: state.energy.today_wh.map(|wh| language.energy(wh).text()),
        point: point.map(|point| point.id.to_string()),
    }
}

fn residual_words(teller: &Teller, residual: Residual) -> String {
    let sign = if residual.people.round() > 0.0 { "+" } else { "" };
    let number = teller.language.number(residual.people, 0);
    format!("{sign}{number} ({})", teller.moment(residual.at))
}
