//! Current alerts.

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
    /// Whether any message of the gateway came; before that, no alert does not mean that nothing is wrong.
    has_state: bool,
}

pub(super) fn part(language: Language, snapshot: &Snapshot) -> Part {
    let locale = snapshot.locale(language);
    let items = snapshot.view.alerts().iter();
    let items = items.map(|alert| AlertWords::of(alert, &locale, &snapshot.site)).collect();
    let has_state = snapshot.view.gateway().is_some();
    html("alerts", &Alerts { t: language.labels(), items, has_state })
}
