//! `/energy`: the live tables, and views of a chosen scope and span: consumption, power, machines, people, weather and
//! goals, checks. Every figure is one that the API gives.
//!
//! | file | what it shows |
//! |---|---|
//! | `panel` | the panels, and what a selection means for meters |
//! | `consumption`, `power`, `machines`, `people`, `climate`, `checks` | one view each |
//! | `tree` | a part of consumption: the meters with what none of them accounts for |
//! | `course`, `demand`, `nights` | parts of power: load curve, subscription, baseload |
//! | `pathway` | a part of the climate: the goals |

mod checks;
mod climate;
mod consumption;
mod course;
mod demand;
mod machines;
mod nights;
mod panel;
mod pathway;
mod people;
mod power;
mod tree;

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;

use self::panel::{Panel, Selection};
use super::panels::{Names, Panels, withheld};
use super::shell::{Choice, Shell};
use crate::app::App;
use crate::live::screen::Screen;
use crate::problem::Problem;
use crate::query::Query;
use crate::sheet::Section;
use crate::words::Language;

pub(crate) async fn show(State(app): State<Arc<App>>, choice: Choice, query: Query) -> Response {
    let (language, snapshot) = (choice.language, app.live.snapshot_for(choice.visibility));
    let (t, words) = (language.labels(), language.energy_labels());
    let selection = Selection::read(&query, &app.site, snapshot.now);
    let answer = sections(&app, choice, &selection).await;
    let shell = Shell::new("/energy", t.energy, Screen::Energy, language, &snapshot);
    let names = Names { heading: t.energy, tabs: t.energy_views, live: "energy-tables" };
    let as_of = snapshot.locale(language).day_and_clock(snapshot.now);
    let mut page = Panels::new(&selection, language, shell, &names, answer);
    page.live_note = Some(t.energy_note);
    page.as_of = Some(words.known_at.replace("{}", &as_of));
    page.files = files(&selection, language);
    choice.page(&page)
}

/// The figures of the panel as CSV: address and name; only where the panel shows the same.
fn files(selection: &Selection<'_>, language: Language) -> Vec<(String, &'static str)> {
    let t = language.energy_labels();
    let files = [("people", t.csv_people), ("programs", t.csv_programs)];
    match selection.panel {
        Panel::Consumption => {
            files.map(|(reader, name)| (selection.csv(reader, language), name)).to_vec()
        }
        _ => Vec::new(),
    }
}

async fn sections(
    app: &App,
    choice: Choice,
    selection: &Selection<'_>,
) -> Result<Vec<Section>, Problem> {
    let (language, visibility) = (choice.language, choice.visibility);
    if selection.is_live() {
        return Ok(Vec::new());
    }
    let zone = selection.scope.zone();
    if selection.panel == Panel::People && visibility.withholds(&app.site, zone.as_ref()) {
        return Ok(withheld(language));
    }
    let view = &app.figures.view(None).await?;
    let sections = match selection.panel {
        Panel::Now => Ok(Vec::new()),
        Panel::Consumption => consumption::sections(view, language, selection).await,
        Panel::Power => power::sections(view, language, selection).await,
        Panel::Machines => machines::sections(view, language, selection).await,
        Panel::People => people::sections(view, language, selection, visibility).await,
        Panel::Climate => climate::sections(view, language, selection).await,
        Panel::Checks => checks::sections(view, language, selection).await,
    };
    Ok(sections?)
}
