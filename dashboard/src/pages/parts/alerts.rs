//! What a person should know now.

use askama::Template;

use super::html;
use crate::audience::{Part, Scene};
use crate::words::{AlertWords, Labels, Language};

#[derive(Template)]
#[template(path = "parts/alerts.html")]
struct Alerts {
    t: &'static Labels,
    items: Vec<AlertWords>,
    /// Whether the gateway was ever heard; before that nobody can say that there is nothing.
    heard: bool,
}

pub(super) fn part(language: Language, scene: &Scene) -> Part {
    let teller = scene.teller(language);
    let items = scene.view.alerts().iter();
    let items = items.map(|alert| AlertWords::of(alert, &teller, &scene.site)).collect();
    let heard = scene.view.gateway().is_some();
    html("alerts", &Alerts { t: language.labels(), items, heard })
}
