//! One file of the outbox: `00000042.readings`.

use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::record::{Record, decode};
use crate::durable::sync_folder_of;

const EXTENSION: &str = "readings";

/// A file of lines, and how much is in it.
#[derive(Debug)]
pub(super) struct Segment {
    /// Its place in the order.
    pub(super) number: u64,
    path: PathBuf,
    /// Its size.
    pub(super) bytes: u64,
    /// Number of lines.
    pub(super) readings: u64,
    /// Open while it grows.
    file: Option<File>,
}

/// Content of a segment.
#[derive(Debug, Default)]
pub(super) struct Content {
    /// The readings, oldest first.
    pub(super) records: Vec<Record>,
    /// Lines that could not be read.
    pub(super) damaged: u64,
}

impl Segment {
    /// All segments in `folder`, oldest first. Other files are left alone.
    pub(super) fn all(folder: &Path) -> io::Result<VecDeque<Self>> {
        let mut segments = Vec::new();
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            let number = path.file_stem().and_then(|stem| stem.to_str()?.parse::<u64>().ok());
            if path.extension().is_some_and(|extension| extension == EXTENSION)
                && let Some(number) = number
            {
                let content = fs::read(&path)?;
                let readings = content.split_inclusive(|byte| *byte == b'\n').count() as u64;
                let bytes = content.len() as u64;
                segments.push(Self { number, path, bytes, readings, file: None });
            }
        }
        segments.sort_by_key(|segment| segment.number);
        Ok(segments.into())
    }

    /// A new, empty segment.
    pub(super) fn create(folder: &Path, number: u64) -> io::Result<Self> {
        let path = folder.join(format!("{number:08}.{EXTENSION}"));
        let file = File::options().create_new(true).append(true).open(&path)?;
        sync_folder_of(&path)?;
        Ok(Self { number, path, bytes: 0, readings: 0, file: Some(file) })
    }

    /// Adds lines with so many readings, and has them on disk when it returns.
    pub(super) fn append(&mut self, lines: &[u8], readings: u64) -> io::Result<()> {
        if self.file.is_none() {
            self.file = Some(File::options().append(true).open(&self.path)?);
        }
        if let Some(file) = &mut self.file {
            file.write_all(lines)?;
            file.sync_data()?;
        }
        self.bytes += lines.len() as u64;
        self.readings += readings;
        Ok(())
    }

    /// All readable lines.
    pub(super) fn read(&self) -> io::Result<Content> {
        Ok(read(&fs::read(&self.path)?))
    }

    /// Removes the file. That it comes back after a power cut does no harm, so nothing is waited for.
    pub(super) fn remove(self) -> io::Result<()> {
        fs::remove_file(self.path)
    }
}

/// The lines of a segment. What stands behind the last line end was being written when the power went.
fn read(bytes: &[u8]) -> Content {
    let mut content = Content::default();
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        match line.strip_suffix(b"\n").map(decode) {
            Some(Some(record)) => content.records.push(record),
            Some(None) => content.damaged += 1,
            // Torn: it was never promised to be there.
            None => {}
        }
    }
    content
}
