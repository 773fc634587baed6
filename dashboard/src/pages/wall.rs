//! `/wall`: the same for a screen in the hall, dark, readable from the door.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::shell::{Choice, Shell};
use crate::app::App;
use crate::live::screen::Screen;

#[derive(Template)]
#[template(path = "wall.html")]
struct Wall {
    shell: Shell,
}

pub(crate) async fn show(State(app): State<Arc<App>>, choice: Choice) -> Response {
    let mut shell = Shell::new(
        "/wall",
        "",
        Screen::Wall,
        choice.language,
        &app.live.snapshot_for(choice.visibility),
    );
    shell.lead_with_the_answer();
    choice.page(&Wall { shell })
}
