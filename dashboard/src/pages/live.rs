//! `/`: how full, which room needs air, what the FabLab draws, what needs a person.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::shell::{Choice, Shell};
use crate::app::App;
use crate::live::power::{shown_meter, shown_zone};
use crate::live::screen::Screen;
use crate::power_today;

#[derive(Template)]
#[template(path = "live.html")]
struct Live {
    shell: Shell,
    /// What the energy panel is about; none without meters.
    energy_of: Option<String>,
}

pub(crate) async fn show(State(app): State<Arc<App>>, choice: Choice) -> Response {
    power_today::prepare(&app).await;
    let snapshot = app.live.snapshot_for(choice.visibility);
    let mut shell = Shell::new("/", "", Screen::Live, choice.language, &snapshot);
    shell.lead_with_the_answer();
    let zone = shown_zone(&app.site).map(|zone| zone.name.clone());
    let energy_of = zone.or_else(|| shown_meter(&app.site).map(|meter| meter.name.clone()));
    choice.page(&Live { shell, energy_of })
}
