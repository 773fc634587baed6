//! Lines of a file, however long or broken.

use std::io::{self, BufRead, Read};

/// A line longer than this is no reading.
const LONGEST_BYTES: u64 = 16 * 1024;

/// A line of a file with its number, from 1.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// Number of the line.
    pub(super) number: u64,
    /// Its text without the line feed; or the reason why it has none.
    pub(super) text: Result<String, &'static str>,
}

/// Lines of a file, one by one; a line longer than a reading is never in memory.
#[derive(Debug)]
pub(super) struct Lines<R> {
    from: R,
    number: u64,
}

impl<R: BufRead> Lines<R> {
    pub(super) fn new(from: R) -> Self {
        Self { from, number: 0 }
    }

    /// The next line; `None` after the last.
    pub(super) fn next(&mut self) -> io::Result<Option<Line>> {
        let mut bytes = Vec::new();
        (&mut self.from).take(LONGEST_BYTES).read_until(b'\n', &mut bytes)?;
        if bytes.is_empty() {
            return Ok(None);
        }
        self.number += 1;
        let number = self.number;
        if bytes.last() != Some(&b'\n') && bytes.len() as u64 == LONGEST_BYTES {
            self.skip_to_the_end_of_the_line()?;
            return Ok(Some(Line { number, text: Err("a line longer than 16 KiB is no reading") }));
        }
        while bytes.last().is_some_and(|last| matches!(last, b'\n' | b'\r')) {
            bytes.pop();
        }
        let text = String::from_utf8(bytes).map_err(|_| "no text in UTF-8; save the file as UTF-8");
        let text = text.map(|text| match number {
            1 => text.strip_prefix('\u{feff}').map_or(text.clone(), str::to_owned),
            _ => text,
        });
        Ok(Some(Line { number, text }))
    }

    fn skip_to_the_end_of_the_line(&mut self) -> io::Result<()> {
        loop {
            let available = self.from.fill_buf()?;
            let found = available.iter().position(|byte| *byte == b'\n');
            let (used, ends) = match found {
                Some(place) => (place + 1, true),
                None => (available.len(), available.is_empty()),
            };
            self.from.consume(used);
            if ends {
                return Ok(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_is_too_long_or_no_text_costs_no_other() {
        let long = "x".repeat(40_000);
        let mut text = format!("\u{feff}first\r\n{long}\n").into_bytes();
        text.extend(b"\xff\nlast");
        let mut lines = Lines::new(text.as_slice());
        let mut found = Vec::new();
        while let Some(line) = lines.next().unwrap() {
            found.push((line.number, line.text.ok()));
        }
        let expected =
            [(1, Some("first".to_owned())), (2, None), (3, None), (4, Some("last".to_owned()))];
        assert_eq!(found, expected);
    }
}
