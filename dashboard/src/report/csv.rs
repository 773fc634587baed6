//! The tables of a report as CSV: one line a figure, the same numbers as on the page.

use super::document::Document;
use crate::sheet::Cell;
use crate::words::CsvDialect;
use crate::words::Language;

const HEADER_FR: [&str; 6] = ["Rubrique", "Tableau", "Ligne", "Grandeur", "Valeur", "Unité"];
const HEADER_EN: [&str; 6] = ["section", "table", "line", "figure", "value", "unit"];
/// To the thousandth: Wh of kWh, grams of kg.
const DECIMALS: usize = 3;

/// For a French spreadsheet.
pub(crate) fn for_people(document: &Document) -> String {
    let header = match document.language {
        Language::French => HEADER_FR,
        Language::English => HEADER_EN,
    };
    write(document, CsvDialect::PEOPLE, header)
}

/// For programs.
pub(crate) fn for_programs(document: &Document) -> String {
    write(document, CsvDialect::PROGRAMS, HEADER_EN)
}

fn write(document: &Document, form: Form, header: [&str; 6]) -> String {
    let mut text = form.begin(&header);
    for section in &document.sections {
        for table in &section.tables {
            for row in &table.rows {
                for (column, cell) in table.columns.iter().zip(&row.cells) {
                    let value = match cell {
                        Cell::Number { value, .. } => form.number(*value, DECIMALS),
                        Cell::Text(text) => text.clone(),
                        Cell::Unknown => String::new(),
                    };
                    let line = [
                        section.heading.as_str(),
                        &table.caption,
                        &row.name,
                        &column.name,
                        &value,
                        column.unit,
                    ];
                    form.line(&mut text, &line);
                }
            }
        }
    }
    text
}
