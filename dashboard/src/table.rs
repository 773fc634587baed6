//! Tables as CSV: for a French spreadsheet, and for programs.

/// How a file is written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Form {
    delimiter: char,
    decimal: char,
    end: &'static str,
    begin: &'static str,
}

impl Form {
    /// For a spreadsheet as it is set up in France: byte order mark, semicolon, decimal comma.
    pub(crate) const PEOPLE: Self =
        Self { delimiter: ';', decimal: ',', end: "\r\n", begin: "\u{feff}" };

    /// For programs: comma and decimal point.
    pub(crate) const PROGRAMS: Self = Self { delimiter: ',', decimal: '.', end: "\n", begin: "" };

    /// Begins a file with its header.
    pub(crate) fn begin(&self, header: &[&str]) -> String {
        let mut text = self.begin.to_owned();
        self.line(&mut text, header);
        text
    }

    /// A number with at most so many decimals.
    pub(crate) fn number(&self, value: f64, decimals: usize) -> String {
        let text = format!("{value:.decimals$}");
        let text = if text.contains('.') {
            text.trim_end_matches('0').trim_end_matches('.')
        } else {
            &text
        };
        let text = if text == "-0" { "0" } else { text };
        text.replace('.', &self.decimal.to_string())
    }

    /// Adds a line.
    pub(crate) fn line(&self, text: &mut String, fields: &[&str]) {
        for (place, field) in fields.iter().enumerate() {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_no_needless_decimals_and_keep_their_zeros() {
        let of = |value, decimals| Form::PEOPLE.number(value, decimals);
        assert_eq!([of(1234.5, 3), of(100.0, 0), of(-0.0001, 3)], ["1234,5", "100", "0"]);
    }

    #[test]
    fn a_field_with_a_delimiter_or_a_quote_stays_one_field() {
        let mut text = Form::PROGRAMS.begin(&["name"]);
        Form::PROGRAMS.line(&mut text, &["a, \"b\""]);
        assert_eq!(text, "name\n\"a, \"\"b\"\"\"\n");
    }
}
