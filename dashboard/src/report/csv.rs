//! The tables of a report as CSV.

use super::document::Document;
use crate::sheet;
use crate::words::CsvDialect;

const HEADER_FR: [&str; 6] = ["Rubrique", "Tableau", "Ligne", "Grandeur", "Valeur", "Unité"];
const HEADER_EN: [&str; 6] = ["section", "table", "line", "figure", "value", "unit"];

/// Report for a French spreadsheet.
pub(crate) fn for_people(document: &Document) -> String {
    let header = document.language.pick(HEADER_FR, HEADER_EN);
    sheet::csv::write(&document.sections, CsvDialect::PEOPLE, header)
}

/// Report for programs.
pub(crate) fn for_programs(document: &Document) -> String {
    sheet::csv::write(&document.sections, CsvDialect::PROGRAMS, HEADER_EN)
}
