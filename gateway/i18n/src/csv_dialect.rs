//! CSV for spreadsheets and for programs: the only file outside of tests that names the library for writing.

use std::borrow::Cow;

use csv::{Terminator, WriterBuilder};

/// How a CSV file is written: field delimiter, decimal mark, line end and byte order mark.
#[derive(Clone, Copy, Debug)]
pub struct CsvDialect {
    delimiter: u8,
    decimal: char,
    end: Terminator,
    begin: &'static str,
    /// Whether a spreadsheet opens it, which takes some texts for formulas.
    is_for_people: bool,
}

impl CsvDialect {
    /// Dialect of a French spreadsheet: byte order mark, semicolon, decimal comma, CR LF.
    pub const PEOPLE: Self = Self {
        delimiter: b';',
        decimal: ',',
        end: Terminator::CRLF,
        begin: "\u{feff}",
        is_for_people: true,
    };

    /// Dialect of programs: comma, decimal point, LF.
    pub const PROGRAMS: Self = Self {
        delimiter: b',',
        decimal: '.',
        end: Terminator::Any(b'\n'),
        begin: "",
        is_for_people: false,
    };

    /// Beginning of a file: byte order mark, if any, and header.
    pub fn begin(&self, header: &[&str]) -> String {
        let mut text = self.begin.to_owned();
        self.line(&mut text, header);
        text
    }

    /// Appends a row to `text`; fields are quoted where they need it. For people, a text that a spreadsheet would take for
    /// a formula begins with an apostrophe, which shows it as it is; numbers stay numbers.
    pub fn line(&self, text: &mut String, fields: &[&str]) {
        let mut writer = WriterBuilder::new()
            .delimiter(self.delimiter)
            .terminator(self.end)
            .buffer_capacity(128)
            .from_writer(Vec::with_capacity(128));
        let fields = fields.iter().map(|field| {
            if self.is_for_people { without_formula(field) } else { Cow::Borrowed(*field) }
        });
        let fields: Vec<Cow<'_, str>> = fields.collect();
        let row = fields.iter().map(|field| field.as_bytes());
        writer.write_record(row).expect("a vector takes every row");
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

/// Signs at the beginning of a text by which spreadsheets know a formula, those of wide scripts included.
const FORMULA: [char; 8] = ['=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'];

/// The text of a cell that no spreadsheet works out.
fn without_formula(text: &str) -> Cow<'_, str> {
    // Blanks and control signs before it do not keep a spreadsheet from seeing the formula.
    let begin = text.trim_start_matches(|sign: char| sign.is_whitespace() || sign.is_control());
    let is_led_by_control = text.starts_with(char::is_control);
    if !is_led_by_control && (!begin.starts_with(FORMULA) || is_number(text)) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(format!("'{text}"))
}

/// A number or an offset of time: a sign and digits, with a mark or a colon between them.
fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let parts: Vec<&str> = digits.split([',', '.', ':']).collect();
    let is_digits = |part: &&str| !part.is_empty() && part.bytes().all(|it| it.is_ascii_digit());
    parts.len() <= 2 && parts.iter().all(is_digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_for_people_begins_as_a_formula_and_numbers_stay_numbers() {
        let cell = |dialect: CsvDialect, text: &str| {
            let mut line = String::new();
            dialect.line(&mut line, &[text, "x"]);
            line
        };
        for formula in [
            "=1+1",
            "+1+1",
            "-1+1",
            "@SUM(A1)",
            "=HYPERLINK(http://evil.example)",
            "\tx",
            "\rx",
            " =1+1",
            "\u{a0}=1",
            "\u{ff1d}1",
            "-",
            "-1-1,5",
            "+",
        ] {
            let line = cell(CsvDialect::PEOPLE, formula);
            assert!(line.trim_start_matches('"').starts_with('\''), "{formula:?}: {line:?}");
            assert!(!cell(CsvDialect::PROGRAMS, formula).contains('\''), "{formula:?}");
        }
        for plain in ["-12,5", "0", "+01:00", "-3", "air-3", "a=b", "23/11/2026 15:03:07", "", "'x"]
        {
            assert_eq!(cell(CsvDialect::PEOPLE, plain), format!("{plain};x\r\n"));
        }
    }

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
