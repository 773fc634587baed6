//! What a person should know now.

use askama::Template;

use super::html;
use crate::live::part::Part;
use crate::live::snapshot::Snapshot;
use crate::words::{AlertWords, Labels, Language};

#[derive(Template)]
#[template(path = "parts/alerts.html")]
struct Alerts {
    t: &'static Labels,
    items: Vec<AlertWords>,
    /// Whether the gateway was ever heard; before that nobody can say that there is nothing.
    heard: bool,
}

pub(super) fn part(language: Language, snapshot: &Snapshot) -> Part {
    let locale = snapshot.locale(language);
    let items =
        snapshot.view.alerts().iter().map(|alert| locale.alert(alert, &snapshot.site)).collect();
    let heard = snapshot.view.gateway().is_some();
    html("alerts", &Alerts { t: language.labels(), items, heard })
}
