//! CSV for spreadsheets and for programs: the only file outside of tests that names the library for writing.

use csv::{Terminator, WriterBuilder};

/// How a CSV file is written: field delimiter, decimal mark, line end and byte order mark.
#[derive(Clone, Copy, Debug)]
pub struct CsvDialect {
    delimiter: u8,
    decimal: char,
    end: Terminator,
    begin: &'static str,
}

impl CsvDialect {
    /// Dialect of a French spreadsheet: byte order mark, semicolon, decimal comma, CR LF.
    pub const PEOPLE: Self =
        Self { delimiter: b';', decimal: ',', end: Terminator::CRLF, begin: "\u{feff}" };

    /// Dialect of programs: comma, decimal point, LF.
    pub const PROGRAMS: Self =
        Self { delimiter: b',', decimal: '.', end: Terminator::Any(b'\n'), begin: "" };

    /// Beginning of a file: byte order mark, if any, and header.
    pub fn begin(&self, header: &[&str]) -> String {
        let mut text = self.begin.to_owned();
        self.line(&mut text, header);
        text
    }

    /// Appends a row to `text`; fields are quoted where they need it.
    pub fn line(&self, text: &mut String, fields: &[&str]) {
        let mut writer = WriterBuilder::new()
            .delimiter(self.delimiter)
            .terminator(self.end)
            .buffer_capacity(128)
            .from_writer(Vec::with_capacity(128));
        writer.write_record(fields).expect("a vector takes every row");
        let row = writer.into_inner().expect("a vector takes every row");
        text.push_str(std::str::from_utf8(&row).expect("fields are text"));
    }

    /// A number rounded to at most `decimals` decimals, without trailing zeros.
    pub fn number(&self, value: f64, decimals: usize) -> String {
        let text = format!("{value:.decimals$}");
        let text = if text.contains('.') {
            text.trim_end_matches('0').trim_end_matches('.')
        } else {
            &text
        };
        self.marked(if text == "-0" { "0" } else { text })
    }

    /// A number with all its digits and without an exponent, which a spreadsheet may take for a text.
    pub fn exact(&self, value: f64) -> String {
        self.marked(&value.to_string())
    }

    fn marked(&self, number: &str) -> String {
        number.replace('.', self.decimal.encode_utf8(&mut [0; 4]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_no_needless_decimals_and_keep_their_zeros() {
        let of = |value, decimals| CsvDialect::PEOPLE.number(value, decimals);
        assert_eq!([of(1234.5, 3), of(100.0, 0), of(-0.0001, 3)], ["1234,5", "100", "0"]);
    }

    #[test]
    fn an_exact_number_keeps_every_digit() {
        assert_eq!(CsvDialect::PEOPLE.exact(0.1 + 0.2), "0,30000000000000004");
        assert_eq!(CsvDialect::PROGRAMS.exact(1e21), "1000000000000000000000");
    }

    #[test]
    fn a_field_with_a_delimiter_or_a_quote_stays_one_field() {
        let mut text = CsvDialect::PROGRAMS.begin(&["name"]);
        CsvDialect::PROGRAMS.line(&mut text, &["a, \"b\""]);
        assert_eq!(text, "name\n\"a, \"\"b\"\"\"\n");
    }

    #[test]
    fn a_file_for_a_spreadsheet_begins_with_the_mark_by_which_it_knows_utf_8() {
        let text = CsvDialect::PEOPLE.begin(&["Heure", "Énergie"]);
        assert_eq!(text, "\u{feff}Heure;Énergie\r\n");
    }
}
