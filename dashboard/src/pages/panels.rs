//! Page of panels: tabs, the choice of a scope and a span, and the sections of the chosen panel.

use askama::Template;

use super::selection::{Panel, Selection};
use super::shell::Shell;
use super::spans::{Choosable, Tab};
use crate::problem::Problem;
use crate::sheet::Section;
use crate::words::{Labels, Language};

/// Page of panels. Its first panel is a live part; the others are sections.
#[derive(Template)]
#[template(path = "panels.html")]
pub(super) struct Panels {
    shell: Shell,
    t: &'static Labels,
    heading: &'static str,
    tabs_name: &'static str,
    tabs: Vec<Tab>,
    scopes: Vec<Choosable>,
    spans: Vec<Choosable>,
    view: &'static str,
    /// "FabLab, ce mois".
    title: String,
    /// Name of the live part, where the live panel is shown.
    live: Option<&'static str>,
    /// Note above the live part.
    pub(super) live_note: Option<&'static str>,
    /// Instant of the figures, as a sentence.
    pub(super) as_of: Option<String>,
    /// The same figures as CSV: address and name.
    pub(super) files: Vec<(String, &'static str)>,
    /// Whether the figures are of people, which have a colour of their own.
    pub(super) is_of_people: bool,
    sections: Vec<Section>,
    /// Whether the store did not answer.
    failed: bool,
}

/// Names of a page of panels.
pub(super) struct Names {
    pub(super) heading: &'static str,
    /// Name of the tabs, for those who cannot see them.
    pub(super) tabs: &'static str,
    /// Name of the live part.
    pub(super) live: &'static str,
}

impl Panels {
    /// Page of a selection with the sections of its panel.
    pub(super) fn new<P: Panel>(
        selection: &Selection<'_, P>,
        language: Language,
        shell: Shell,
        names: &Names,
        answer: Result<Vec<Section>, Problem>,
    ) -> Self {
        Self {
            shell,
            t: language.labels(),
            heading: names.heading,
            tabs_name: names.tabs,
            tabs: selection.tabs(language),
            scopes: selection.scopes(language),
            spans: selection.spans(language),
            view: selection.panel.name(),
            title: selection.title(language),
            live: selection.is_live().then_some(names.live),
            live_note: None,
            as_of: None,
            files: Vec::new(),
            is_of_people: false,
            failed: answer.is_err(),
            sections: answer.unwrap_or_default(),
        }
    }
}

/// Section in place of the people of a small room.
pub(super) fn withheld(language: Language) -> Vec<Section> {
    let z = language.zone_labels();
    vec![Section::saying(z.withheld, z.withheld_note)]
}
