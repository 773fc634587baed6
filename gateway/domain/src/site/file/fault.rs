//! Faults of a site file: collected while it is read, and reported all at once.

use std::cell::RefCell;
use std::fmt;

/// Everything that is wrong with a site file, in the order of its lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteErrors {
    faults: Vec<SiteFault>,
}

/// One thing that is wrong with a site file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteFault {
    /// The file as it was named.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// Text of the fault, with the remedy.
    pub text: String,
}

impl SiteErrors {
    /// The faults in the order of their lines; never none.
    pub fn faults(&self) -> &[SiteFault] {
        &self.faults
    }
}

/// More than these are not read at once; the wrong file altogether has a fault on each line.
const SHOWN: usize = 20;

impl fmt::Display for SiteErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fault) in self.faults.iter().take(SHOWN).enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            write!(f, "{fault}")?;
        }
        match self.faults.len().saturating_sub(SHOWN) {
            0 => Ok(()),
            more => write!(f, "\nand {more} more"),
        }
    }
}

impl std::error::Error for SiteErrors {}

impl fmt::Display for SiteFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.text)
    }
}

/// Collector of faults; reading goes on after each, so that one run finds everything.
pub(super) struct Faults<'a> {
    text: &'a str,
    /// Byte offset and message.
    found: RefCell<Vec<(usize, String)>>,
}

impl<'a> Faults<'a> {
    /// Nothing is wrong yet with the file of this text.
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, found: RefCell::default() }
    }

    /// Notes what is wrong at this byte of the file.
    pub(super) fn report(&self, at: usize, text: impl Into<String>) {
        self.found.borrow_mut().push((at, text.into()));
    }

    /// The line of this byte, from 1.
    pub(super) fn line(&self, at: usize) -> usize {
        let before = &self.text.as_bytes()[..at.min(self.text.len())];
        before.split(|byte| *byte == b'\n').count()
    }

    /// Everything that was noted; `None` when the file is good.
    pub(super) fn into_errors(self, file: &str) -> Option<SiteErrors> {
        let mut found = self.found.take();
        if found.is_empty() {
            return None;
        }
        found.sort();
        found.dedup();
        let fault = |(at, text)| SiteFault { file: file.to_owned(), line: self.line(at), text };
        Some(SiteErrors { faults: found.into_iter().map(fault).collect() })
    }
}

/// The one of `candidates` that `word` was most likely meant to be.
pub(super) fn nearest<'k>(
    word: &str,
    candidates: impl IntoIterator<Item = &'k str>,
) -> Option<&'k str> {
    let near = |name: &'k str| (edits(word, name), name);
    let (distance, name) = candidates.into_iter().map(near).min()?;
    (distance <= 1 + word.chars().count() / 4).then_some(name)
}

/// Edit distance: characters to put in, take out or change to make one word of the other.
fn edits(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in other.iter().enumerate() {
            let changed = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_keyboard_is_recognised() {
        assert_eq!(nearest("capcity", ["id", "capacity", "area_m2"]), Some("capacity"));
        assert_eq!(nearest("surface", ["id", "capacity", "area_m2"]), None);
    }

    #[test]
    fn faults_are_reported_in_the_order_of_the_lines() {
        let faults = Faults::new("a\nb\nc");
        faults.report(4, "third");
        faults.report(0, "first");
        let errors = faults.into_errors("site.toml").unwrap();
        assert_eq!(errors.to_string(), "site.toml:1: first\nsite.toml:3: third");
    }
}
