//! The tables of a report as CSV: one line a figure, the same numbers as on the page.

use super::document::Document;
use super::sheet::Cell;
use crate::words::Language;

/// How a file is written.
struct Form {
    delimiter: char,
    decimal: char,
    end: &'static str,
    begin: &'static str,
    header: [&'static str; 6],
}

const HEADER_FR: [&str; 6] = ["Rubrique", "Tableau", "Ligne", "Grandeur", "Valeur", "Unité"];
const HEADER_EN: [&str; 6] = ["section", "table", "line", "figure", "value", "unit"];

/// For a French spreadsheet: byte order mark, semicolon, decimal comma.
pub(crate) fn for_people(document: &Document) -> String {
    let header = match document.language {
        Language::French => HEADER_FR,
        Language::English => HEADER_EN,
    };
    let form = Form { delimiter: ';', decimal: ',', end: "\r\n", begin: "\u{feff}", header };
    write(document, &form)
}

/// For programs: comma and decimal point.
pub(crate) fn for_programs(document: &Document) -> String {
    let form = Form { delimiter: ',', decimal: '.', end: "\n", begin: "", header: HEADER_EN };
    write(document, &form)
}

fn write(document: &Document, form: &Form) -> String {
    let mut text = form.begin.to_owned();
    form.line(&mut text, form.header);
    for section in &document.sections {
        for table in &section.tables {
            for row in &table.rows {
                for (column, cell) in table.columns.iter().zip(&row.cells) {
                    let value = match cell {
                        Cell::Number { value, .. } => form.number(*value),
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
                    form.line(&mut text, line);
                }
            }
        }
    }
    text
}

impl Form {
    /// To the thousandth: Wh of kWh, grams of kg.
    fn number(&self, value: f64) -> String {
        let text = format!("{value:.3}");
        let text = text.trim_end_matches('0').trim_end_matches('.');
        let text = if text == "-0" { "0" } else { text };
        text.replace('.', &self.decimal.to_string())
    }

    fn line(&self, text: &mut String, fields: [&str; 6]) {
        for (place, field) in fields.into_iter().enumerate() {
            if place > 0 {
                text.push(self.delimiter);
            }
            if field.contains([self.delimiter, '"', '\n', '\r']) {
                text.push('"');
                text.push_str(&field.replace('"', "\"\""));
                text.push('"');
            } else {
                text.push_str(field);
            }
        }
        text.push_str(self.end);
    }
}
