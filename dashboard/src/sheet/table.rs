//! Tables whose cells are text for people and numbers for programs.

use crate::words::{Figure, Language};
use domain::figure::is_complete;

/// Rows of figures.
#[derive(Default)]
pub(crate) struct Table {
    /// Empty where the section has only one table.
    pub(crate) caption: String,
    /// Name of the first column, which names the rows.
    pub(crate) of: &'static str,
    pub(crate) columns: Vec<Column>,
    pub(crate) rows: Vec<Row>,
    /// Whether it is shown on demand only.
    pub(crate) folded: bool,
}

/// Heading of a column.
pub(crate) struct Column {
    pub(crate) name: String,
    /// Unit of all its numbers; empty where each cell has its own.
    pub(crate) unit: &'static str,
    /// Whether its cells are numbers.
    pub(crate) is_number: bool,
}

/// Row of a table.
#[derive(Default)]
pub(crate) struct Row {
    pub(crate) name: String,
    /// Depth in a tree, at most 4 for the eye.
    pub(crate) depth: usize,
    pub(crate) cells: Vec<Cell>,
}

/// Figure or word of a table.
#[derive(Default)]
pub(crate) struct Cell {
    /// Text for people; `None` is unknown.
    pub(crate) text: Option<String>,
    /// Number for programs, not rounded; `None` for words.
    pub(crate) value: Option<f64>,
    /// Whether a person should look at it.
    pub(crate) attention: bool,
}

impl Table {
    /// Table whose first heading names the rows.
    pub(crate) fn new(head: Vec<&'static str>, rows: Vec<Row>) -> Self {
        let mut head = head.into_iter();
        let of = head.next().unwrap_or_default();
        let columns = head.map(|name| Column::number(name, "")).collect();
        Self { of, columns, rows, ..Self::default() }
    }

    /// Table that is shown on demand only, since a drawing stands before it.
    pub(crate) fn folded(head: Vec<&'static str>, rows: Vec<Row>) -> Self {
        Self { folded: true, ..Self::new(head, rows) }
    }
}

impl Column {
    pub(crate) fn number(name: impl Into<String>, unit: &'static str) -> Self {
        Self { name: name.into(), unit, is_number: true }
    }

    pub(crate) fn text(name: impl Into<String>) -> Self {
        Self { name: name.into(), unit: "", is_number: false }
    }
}

impl Row {
    pub(crate) fn new(name: impl Into<String>, cells: Vec<Cell>) -> Self {
        Self { name: name.into(), depth: 0, cells }
    }
}

impl Cell {
    /// Cell without a known value.
    pub(crate) const UNKNOWN: Self = Self { text: None, value: None, attention: false };

    /// Figure with its unit.
    pub(crate) fn of(figure: Option<Figure>) -> Self {
        Self { text: figure.map(|figure| figure.text()), ..Self::UNKNOWN }
    }

    /// Words.
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self { text: Some(text.into()), ..Self::UNKNOWN }
    }

    /// A number, as it is shown and as it is.
    pub(crate) fn shown(text: String, value: f64) -> Self {
        Self { text: Some(text), value: Some(value), attention: false }
    }

    /// The cell, marked when a person should look at it.
    pub(crate) fn when(self, attention: bool) -> Self {
        Self { attention, ..self }
    }

    /// Share of the time that was measured, marked where it is not complete.
    pub(crate) fn measured(language: Language, coverage: f64) -> Self {
        Self::text(language.percent(coverage)).when(!is_complete(coverage))
    }

    /// Number with so many decimals.
    pub(crate) fn number(language: Language, value: Option<f64>, decimals: usize) -> Self {
        let shown = |value| Self::shown(language.number(value, decimals), value);
        value.map_or(Self::UNKNOWN, shown)
    }

    /// Energy in kWh, with the decimals of every energy.
    pub(crate) fn kwh(language: Language, wh: Option<f64>) -> Self {
        let shown = |wh: f64| Self::shown(language.energy(wh).number, wh / 1000.0);
        wh.map_or(Self::UNKNOWN, shown)
    }

    /// Share in percent with a decimal.
    pub(crate) fn percent(language: Language, share: Option<f64>) -> Self {
        Self::number(language, share.map(|share| share * 100.0), 1)
    }

    /// Measured share in percent, marked where it is not complete.
    pub(crate) fn coverage(language: Language, share: f64) -> Self {
        let text = language.percent(share);
        let text = text.trim_end_matches(['%', '\u{202f}', '\u{a0}']).to_owned();
        Self::shown(text, share * 100.0).when(!is_complete(share))
    }

    /// Change in percent with its sign.
    pub(crate) fn change(language: Language, change: f64) -> Self {
        let text = language.number(change * 100.0, 1);
        let is_more = change > 0.0 && text.chars().any(|c| ('1'..='9').contains(&c));
        Self::shown(if is_more { format!("+{text}") } else { text }, change * 100.0)
    }
}
