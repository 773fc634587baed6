//! `/staff`: where those with an account find what they may change.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use store::SeriesReader;

use super::shell::{Choice, Shell};
use crate::access::{Known, Staff};
use crate::app::App;
use crate::audience::Screen;
use crate::words::Labels;

#[derive(Template)]
#[template(path = "staff.html")]
struct StaffPage {
    shell: Shell,
    t: &'static Labels,
    me: Me,
}

/// Who is logged in: the head of every page of the staff.
pub(crate) struct Me {
    pub(crate) sentence: String,
    /// What each form carries.
    pub(crate) token: String,
}

impl Me {
    pub(crate) fn of(account: &Known, t: &Labels) -> Self {
        let sentence = t.logged_in_as.replace("{}", account.name.as_str());
        Self { sentence, token: account.token.clone().unwrap_or_default() }
    }
}

pub(crate) async fn show<R: SeriesReader>(
    State(app): State<Arc<App<R>>>,
    staff: Staff,
    choice: Choice,
) -> Response {
    let (t, scene) = (choice.language.labels(), app.feed.scene());
    choice.page(&StaffPage {
        shell: Shell::new("/staff", t.staff, Screen::Plain, choice.language, &scene),
        t,
        me: Me::of(&staff.0, t),
    })
}
