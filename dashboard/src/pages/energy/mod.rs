//! `/energy`: the live tables, and views of a chosen scope and span: consumption, power, machines, people, weather and
//! goals, checks. Every figure is one that the API gives.
//!
//! | file | what it shows |
//! |---|---|
//! | `asked` | which view of which scope and span is asked for |
//! | `consumption`, `power`, `machines`, `people`, `climate`, `checks` | one view each |
//! | `tree` | a part of consumption: the meters with what none of them accounts for |
//! | `course`, `demand`, `nights` | parts of power: load curve, subscription, baseload |
//! | `pathway` | a part of the climate: the goals |

mod asked;
mod checks;
mod climate;
mod consumption;
mod course;
mod demand;
mod machines;
mod nights;
mod pathway;
mod people;
mod power;
mod tree;

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use store::SeriesReader;

use self::asked::{Asked, View};
use super::shell::{Choice, Shell};
use super::spans::{Choosable, Tab};

use crate::app::App;
use crate::live::screen::Screen;
use crate::problem::Problem;
use crate::query::Query;
use crate::sheet::Section;
use crate::words::{Labels, Language};

#[derive(Template)]
#[template(path = "energy.html")]
struct Energy {
    shell: Shell,
    t: &'static Labels,
    tabs: Vec<Tab>,
    scopes: Vec<Choosable>,
    spans: Vec<Choosable>,
    view: &'static str,
    is_now: bool,
    /// "FabLab, ce mois".
    title: String,
    /// As of when.
    known_at: String,
    /// The same energy as CSV: address and name; only where the view shows it.
    files: Vec<(String, &'static str)>,
    sections: Vec<Section>,
    /// Whether the store did not answer.
    failed: bool,
}

pub(crate) async fn show<R: SeriesReader>(
    State(app): State<Arc<App<R>>>,
    choice: Choice,
    query: Query,
) -> Response {
    let (language, snapshot) = (choice.language, app.live.snapshot_for(choice.visibility));
    let (t, words) = (language.labels(), language.energy_labels());
    let asked = Asked::read(&query, &app.site, snapshot.now);
    let zone = asked.scope(&app).zone;
    let answer =
        if asked.view == View::People && choice.visibility.withholds(&app.site, zone.as_ref()) {
            let z = language.zone_labels();
            Ok(vec![Section::saying(z.withheld, z.withheld_note)])
        } else {
            sections(&app, choice, &asked).await
        };
    let page = Energy {
        shell: Shell::new("/energy", t.energy, Screen::Energy, language, &snapshot),
        t,
        tabs: asked.tabs(language),
        scopes: asked.scopes(language, &app.site),
        spans: asked.spans(t),
        view: asked.view.name(),
        is_now: asked.view == View::Now,
        title: asked.title(language, &app.site),
        known_at: words
            .known_at
            .replace("{}", &snapshot.locale(language).day_and_clock(snapshot.now)),
        files: files(&asked, language),
        failed: answer.is_err(),
        sections: answer.unwrap_or_default(),
    };
    choice.page(&page)
}

fn files(asked: &Asked, language: Language) -> Vec<(String, &'static str)> {
    let t = language.energy_labels();
    let files = [("people", t.csv_people), ("programs", t.csv_programs)];
    match asked.view {
        View::Consumption => {
            files.map(|(reader, name)| (asked.csv(reader, language), name)).to_vec()
        }
        _ => Vec::new(),
    }
}

async fn sections<R: SeriesReader>(
    app: &App<R>,
    choice: Choice,
    asked: &Asked,
) -> Result<Vec<Section>, Problem> {
    let language = choice.language;
    match asked.view {
        View::Now => Ok(Vec::new()),
        View::Consumption => consumption::sections(app, language, asked).await,
        View::Power => power::sections(app, language, asked).await,
        View::Machines => machines::sections(app, language, asked).await,
        View::People => people::sections(app, language, asked, choice.visibility).await,
        View::Climate => climate::sections(app, language, asked).await,
        View::Checks => checks::sections(app, language, asked).await,
    }
}
