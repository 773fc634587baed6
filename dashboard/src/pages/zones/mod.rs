//! `/zones`: the live table, and views of a chosen scope and span: attendance, air, counting at the doors, CO2 sensors.
//!
//! | file | what it shows |
//! |---|---|
//! | `panel` | the panels |
//! | `attendance`, `air`, `doors`, `instruments` | one panel each |

mod air;
mod attendance;
mod doors;
mod instruments;
mod panel;

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
use crate::sheet::{Section, numbered};

pub(crate) async fn show(State(app): State<Arc<App>>, choice: Choice, query: Query) -> Response {
    let (language, snapshot) = (choice.language, app.live.snapshot_for(choice.visibility));
    let (t, z) = (language.labels(), language.zone_labels());
    let selection = Selection::read(&query, &app.site, snapshot.now);
    let answer = sections(&app, choice, &selection).await.map(numbered);
    let screen = if selection.is_live() { Screen::Zones } else { Screen::Plain };
    let shell = Shell::new("/zones", t.zones, screen, language, &snapshot);
    let names = Names { heading: t.zones, tabs: z.views, live: "zone-table" };
    let mut page = Panels::new(&selection, language, shell, &names, answer);
    page.is_of_people = true;
    choice.page(&page)
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
    let (is_of_people, zone) =
        (matches!(selection.panel, Panel::Attendance | Panel::Doors), selection.scope.zone());
    let is_withheld = match selection.panel {
        Panel::Doors => visibility.admit_to_doors(&app.site, zone.as_ref()).is_err(),
        _ => is_of_people && visibility.withholds(&app.site, zone.as_ref()),
    };
    if is_withheld {
        return Ok(withheld(language));
    }
    let view = &app.figures.view(None).await?;
    let sections = match selection.panel {
        Panel::Now => Ok(Vec::new()),
        Panel::Attendance => attendance::sections(view, language, visibility, selection).await,
        Panel::Air => air::sections(view, language, visibility, selection).await,
        Panel::Doors => doors::sections(view, language, visibility, selection).await,
        Panel::Instruments => instruments::sections(view, language, selection).await,
    };
    Ok(sections?)
}
