//! `/zones`: the live table, and views of a chosen scope and span: attendance, air, counting at the doors, CO2 sensors.
//!
//! | file | what it shows |
//! |---|---|
//! | `asked` | which view of which scope and span is asked for |
//! | `attendance`, `air`, `doors`, `instruments` | one view each |

mod air;
mod asked;
mod attendance;
mod doors;
mod instruments;

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use self::asked::{Asked, Panel};
use super::shell::{Choice, Shell};
use super::spans::{Choosable, Tab};
use crate::app::App;
use crate::live::screen::Screen;
use crate::privacy::Visibility;
use crate::problem::Problem;
use crate::query::Query;
use crate::sheet::{Section, numbered};
use crate::words::{Labels, Language, ZoneLabels};

#[derive(Template)]
#[template(path = "zones.html")]
struct Zones {
    shell: Shell,
    t: &'static Labels,
    z: &'static ZoneLabels,
    tabs: Vec<Tab>,
    scopes: Vec<Choosable>,
    spans: Vec<Choosable>,
    view: &'static str,
    is_now: bool,
    /// "FabLab, ce mois".
    title: String,
    sections: Vec<Section>,
    /// Whether the store did not answer.
    failed: bool,
}

pub(crate) async fn show(State(app): State<Arc<App>>, choice: Choice, query: Query) -> Response {
    let (language, snapshot) = (choice.language, app.live.snapshot_for(choice.visibility));
    let (t, z) = (language.labels(), language.zone_labels());
    let asked = Asked::read(&query, &app.site, snapshot.now);
    let answer = sections(&app, language, choice.visibility, &asked).await;
    let is_now = asked.panel == Panel::Now;
    let screen = if is_now { Screen::Zones } else { Screen::Plain };
    let page = Zones {
        shell: Shell::new("/zones", t.zones, screen, language, &snapshot),
        t,
        z,
        tabs: asked.tabs(z),
        scopes: asked.scopes(language, &app.site),
        spans: asked.spans(t),
        view: asked.panel.name(),
        is_now,
        title: asked.title(language, &app.site),
        failed: answer.is_err(),
        sections: numbered(answer.unwrap_or_default()),
    };
    choice.page(&page)
}

async fn sections(
    app: &App,
    language: Language,
    visibility: Visibility,
    asked: &Asked,
) -> Result<Vec<Section>, Problem> {
    let tells_people = matches!(asked.panel, Panel::Attendance | Panel::Doors);
    if tells_people && visibility.withholds(&app.site, asked.of(&app.site).zone().as_ref()) {
        let z = language.zone_labels();
        return Ok(vec![Section::saying(z.withheld, z.withheld_note)]);
    }
    if asked.panel == Panel::Now {
        return Ok(Vec::new());
    }
    let view = &app.figures.view(None).await?;
    let sections = match asked.panel {
        Panel::Now => Ok(Vec::new()),
        Panel::Attendance => attendance::sections(view, language, visibility, asked).await,
        Panel::Air => air::sections(view, language, asked).await,
        Panel::Doors => doors::sections(view, language, visibility, asked).await,
        Panel::Instruments => instruments::sections(view, language, asked).await,
    };
    Ok(sections?)
}
