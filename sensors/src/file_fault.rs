//! Faults of files that people write: file, line and remedy.

use std::ops::Range;

/// Fault of a file, with its place and the remedy: `node.toml:5: 40 is no pin: give its BCM number`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {text}")]
pub struct FileFault {
    file: String,
    line: usize,
    text: String,
}

/// Text of a file and its name in messages.
pub(crate) struct TextFile<'a> {
    pub(crate) text: &'a str,
    pub(crate) name: &'a str,
}

impl TextFile<'_> {
    /// A fault at the line where `span` begins.
    pub(crate) fn fault(&self, span: Range<usize>, text: impl Into<String>) -> FileFault {
        let before = self.text.get(..span.start).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        FileFault { file: self.name.to_owned(), line, text: text.into() }
    }
}
