//! What a view is made of. A section says its finding first, then shows it, then gives the numbers as a table.

use crate::sheet::drawing::Drawing;
use crate::words::Figure;

/// One finding with what it stands on.
#[derive(Default)]
pub(super) struct Section {
    /// In the order of the page; names the heading.
    pub(super) id: usize,
    /// The finding.
    pub(super) title: String,
    pub(super) tiles: Vec<Tile>,
    /// Sentences, one for each thing found.
    pub(super) lines: Vec<String>,
    pub(super) drawing: Option<Drawing>,
    pub(super) table: Option<Table>,
    /// What must be known to judge it: coverage, sources, what is missing.
    pub(super) notes: Vec<String>,
}

/// A figure with its name.
pub(super) struct Tile {
    pub(super) name: &'static str,
    /// `None` is unknown.
    pub(super) figure: Option<Figure>,
}

/// The numbers behind a finding.
pub(super) struct Table {
    /// The first column names the rows.
    pub(super) head: Vec<&'static str>,
    pub(super) rows: Vec<Row>,
    /// Whether it is behind a drawing, one click away.
    pub(super) folded: bool,
}

/// One row.
#[derive(Default)]
pub(super) struct Row {
    pub(super) name: String,
    /// How deep it lies in a tree, at most 4 for the eye.
    pub(super) depth: usize,
    pub(super) cells: Vec<Cell>,
}

/// A number; `None` is unknown.
pub(super) struct Cell {
    pub(super) text: Option<String>,
    pub(super) attention: bool,
}

impl Section {
    pub(super) fn titled(title: impl Into<String>) -> Self {
        Self { title: title.into(), ..Self::default() }
    }

    /// A section that only says something.
    pub(super) fn saying(title: &str, note: &str) -> Self {
        Self { notes: vec![note.to_owned()], ..Self::titled(title) }
    }
}

/// Numbers them in their order.
pub(super) fn numbered(sections: Vec<Section>) -> Vec<Section> {
    let number = |(id, section)| Section { id, ..section };
    sections.into_iter().enumerate().map(number).collect()
}

impl Row {
    pub(super) fn new(name: impl Into<String>, cells: Vec<Cell>) -> Self {
        Self { name: name.into(), depth: 0, cells }
    }
}

impl Tile {
    pub(super) fn new(name: &'static str, figure: Option<Figure>) -> Self {
        Self { name, figure }
    }
}

impl Cell {
    pub(super) fn of(figure: Option<Figure>) -> Self {
        Self { text: figure.map(|figure| figure.text()), attention: false }
    }

    pub(super) fn text(text: impl Into<String>) -> Self {
        Self { text: Some(text.into()), attention: false }
    }

    pub(super) fn when(self, attention: bool) -> Self {
        Self { attention, ..self }
    }
}
