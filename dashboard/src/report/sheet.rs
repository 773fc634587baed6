//! Tables whose cells are text for people and numbers for programs.

use domain::figure::is_complete;

use crate::words::Language;

/// A part of the report.
pub(crate) struct Section {
    /// Its name within the page.
    pub(crate) id: &'static str,
    pub(crate) heading: String,
    /// Sentences before the tables.
    pub(crate) notes: Vec<String>,
    /// A drawing, as SVG, which its first table tells in numbers.
    pub(crate) chart: Option<super::bars::Bars>,
    pub(crate) tables: Vec<Table>,
}

/// Rows of figures.
pub(crate) struct Table {
    pub(crate) caption: String,
    /// What the rows are.
    pub(crate) of: &'static str,
    pub(crate) columns: Vec<Column>,
    pub(crate) rows: Vec<Row>,
    /// Whether it is shown on demand only.
    pub(crate) folded: bool,
}

/// What stands above the cells.
pub(crate) struct Column {
    pub(crate) name: String,
    /// The unit of all its numbers.
    pub(crate) unit: &'static str,
    /// Whether its cells are numbers.
    pub(crate) is_number: bool,
}

/// A line of a table.
pub(crate) struct Row {
    pub(crate) name: String,
    /// How deep it lies in a tree, at most 4 for the eye.
    pub(crate) depth: usize,
    pub(crate) cells: Vec<Cell>,
}

/// A figure, or that there is none.
pub(crate) enum Cell {
    /// A number, as it is shown and as it is.
    Number {
        text: String,
        value: f64,
        /// Whether a person should look at it.
        attention: bool,
    },
    /// Words.
    Text(String),
    /// Nothing is known.
    Unknown,
}

impl Column {
    pub(crate) fn number(name: impl Into<String>, unit: &'static str) -> Self {
        Self { name: name.into(), unit, is_number: true }
    }

    pub(crate) fn text(name: impl Into<String>) -> Self {
        Self { name: name.into(), unit: "", is_number: false }
    }
}

impl Cell {
    /// A number with so many decimals.
    pub(crate) fn number(language: Language, value: Option<f64>, decimals: usize) -> Self {
        value.map_or(Self::Unknown, |value| Self::Number {
            text: language.number(value, decimals),
            value,
            attention: false,
        })
    }

    /// Energy in kWh, as precise as everywhere else.
    pub(crate) fn kwh(language: Language, wh: Option<f64>) -> Self {
        wh.map_or(Self::Unknown, |wh| Self::Number {
            text: language.energy(wh).number,
            value: wh / 1000.0,
            attention: false,
        })
    }

    /// A share in percent with a decimal.
    pub(crate) fn percent(language: Language, share: Option<f64>) -> Self {
        Self::number(language, share.map(|share| share * 100.0), 1)
    }

    /// How much was measured in percent, to be looked at where it is not nearly all.
    pub(crate) fn coverage(language: Language, share: f64) -> Self {
        let text = language.percent(share);
        let text = text.trim_end_matches(['%', '\u{202f}', '\u{a0}']).to_owned();
        Self::Number { text, value: share * 100.0, attention: !is_complete(share) }
    }

    /// A change in percent with its sign.
    pub(crate) fn change(language: Language, change: f64) -> Self {
        let text = language.number(change * 100.0, 1);
        let is_more = change > 0.0 && text.chars().any(|c| ('1'..='9').contains(&c));
        let text = if is_more { format!("+{text}") } else { text };
        Self::Number { text, value: change * 100.0, attention: false }
    }
}
