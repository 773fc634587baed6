//! `/energy`: today, yesterday and this month by meter and zone.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use store::SeriesReader;

use super::shell::{Choice, Shell};
use crate::app::App;
use crate::audience::Screen;

#[derive(Template)]
#[template(path = "energy.html")]
struct Energy {
    shell: Shell,
}

pub(crate) async fn show<R: SeriesReader>(
    State(app): State<Arc<App<R>>>,
    choice: Choice,
) -> Response {
    let (t, scene) = (choice.language.labels(), app.feed.scene());
    let shell = Shell::new("/energy", t.energy, Screen::Energy, choice.language, &scene);
    choice.page(&Energy { shell })
}
