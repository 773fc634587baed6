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

use self::asked::{Asked, Panel};
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

pub(crate) async fn show(State(app): State<Arc<App>>, choice: Choice, query: Query) -> Response {
    let (language, snapshot) = (choice.language, app.live.snapshot_for(choice.visibility));
    let (t, words) = (language.labels(), language.energy_labels());
    let asked = Asked::read(&query, &app.site, snapshot.now);
    let zone = asked.scope(&app.site).zone;
    let answer =
        if asked.panel == Panel::People && choice.visibility.withholds(&app.site, zone.as_ref()) {
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
        view: asked.panel.name(),
        is_now: asked.panel == Panel::Now,
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
    match asked.panel {
        Panel::Consumption => {
            files.map(|(reader, name)| (asked.csv(reader, language), name)).to_vec()
        }
        _ => Vec::new(),
    }
}

async fn sections(app: &App, choice: Choice, asked: &Asked) -> Result<Vec<Section>, Problem> {
    if asked.panel == Panel::Now {
        return Ok(Vec::new());
    }
    let (language, view) = (choice.language, &app.figures.view(None).await?);
    let sections = match asked.panel {
        Panel::Now => Ok(Vec::new()),
        Panel::Consumption => consumption::sections(view, language, asked).await,
        Panel::Power => power::sections(view, language, asked).await,
        Panel::Machines => machines::sections(view, language, asked).await,
        Panel::People => people::sections(view, language, asked, choice.visibility).await,
        Panel::Climate => climate::sections(view, language, asked).await,
        Panel::Checks => checks::sections(view, language, asked).await,
    };
    Ok(sections?)
}
