//! `/zones`: every zone of the site with all that is known of it now.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use store::SeriesReader;

use super::shell::{Choice, Shell};
use crate::app::App;
use crate::audience::Screen;

#[derive(Template)]
#[template(path = "zones.html")]
struct Zones {
    shell: Shell,
}

pub(crate) async fn show<R: SeriesReader>(
    State(app): State<Arc<App<R>>>,
    choice: Choice,
) -> Response {
    let (t, scene) = (choice.language.labels(), app.feed.scene());
    let shell = Shell::new("/zones", t.zones, Screen::Zones, choice.language, &scene);
    choice.page(&Zones { shell })
}
