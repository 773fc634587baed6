//! The tables of sections as CSV: one line a figure, the same numbers as on the page.

use super::Section;
use crate::words::CsvDialect;

/// To the thousandth: Wh of kWh, grams of kg.
const DECIMALS: usize = 3;

/// All tables of `sections` under a header of six names: section, table, row, column, value, unit.
pub(crate) fn write(sections: &[Section], dialect: CsvDialect, header: [&str; 6]) -> String {
    let mut text = dialect.begin(&header);
    for section in sections {
        for table in &section.tables {
            for row in &table.rows {
                for (column, cell) in table.columns.iter().zip(&row.cells) {
                    let value = cell.value.map(|value| dialect.number(value, DECIMALS));
                    let value = value.or_else(|| cell.text.clone()).unwrap_or_default();
                    let line = [
                        section.title.as_str(),
                        &table.caption,
                        &row.name,
                        &column.name,
                        &value,
                        column.unit,
                    ];
                    dialect.line(&mut text, &line);
                }
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sheet::{Cell, Column, Row, Table};
    use crate::words::Language;

    #[test]
    fn programs_get_the_number_that_was_rounded_for_people_and_nothing_for_the_unknown() {
        let cells = [Some(1_234_567.8), None].map(|wh| Cell::kwh(Language::French, wh));
        let rows = cells.map(|cell| Row::new("Laser", vec![cell])).into();
        let columns = vec![Column::number("energy", "kWh")];
        let table = Table { of: "meter", columns, rows, ..Table::default() };
        let section = Section { tables: vec![table], ..Section::titled("Use") };
        let text = write(&[section], CsvDialect::PROGRAMS, ["a", "b", "c", "d", "e", "f"]);
        let lines: Vec<&str> = text.lines().skip(1).collect();
        assert_eq!(lines, ["Use,,Laser,energy,1234.568,kWh", "Use,,Laser,energy,,kWh"]);
    }
}
