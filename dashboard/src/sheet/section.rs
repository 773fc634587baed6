//! Finding with what it stands on: heading, tiles, drawing and tables, in this order.

use super::table::Table;
use crate::sheet::drawing::Drawing;
use crate::words::Figure;

/// Part of a page or of a report.
#[derive(Default)]
pub(crate) struct Section {
    /// Name within the page.
    pub(crate) id: String,
    /// Heading, which is the finding where there is one.
    pub(crate) title: String,
    pub(crate) tiles: Vec<Tile>,
    /// Sentences, one for each thing found.
    pub(crate) lines: Vec<String>,
    /// Drawing of the first table.
    pub(crate) drawing: Option<Drawing>,
    pub(crate) tables: Vec<Table>,
    /// Coverage, sources, and what is missing.
    pub(crate) notes: Vec<String>,
}

/// Figure with its name.
pub(crate) struct Tile {
    pub(crate) name: &'static str,
    /// `None` is unknown.
    pub(crate) figure: Option<Figure>,
}

impl Section {
    /// Section with nothing but a heading.
    pub(crate) fn titled(title: impl Into<String>) -> Self {
        Self { title: title.into(), ..Self::default() }
    }

    /// Section of a heading and a note.
    pub(crate) fn saying(title: &str, note: &str) -> Self {
        Self { notes: vec![note.to_owned()], ..Self::titled(title) }
    }

    /// The section under a name of its own.
    pub(crate) fn named(self, id: &str) -> Self {
        Self { id: id.to_owned(), ..self }
    }
}

/// Sections named by their place, from 0.
pub(crate) fn numbered(sections: Vec<Section>) -> Vec<Section> {
    let number = |(place, section): (usize, Section)| section.named(&place.to_string());
    sections.into_iter().enumerate().map(number).collect()
}

impl Tile {
    pub(crate) fn new(name: &'static str, figure: Option<Figure>) -> Self {
        Self { name, figure }
    }
}
