//! One of the two files of the journal: opened, written, emptied.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use super::damage::Damage;
use super::fault::JournalError;
use super::formats;
use super::record::{self, Journaled, Mark, Record};
use super::salvage::Salvage;

/// One of the two files of the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Segment {
    /// `journal-a`.
    A,
    /// `journal-b`.
    B,
}

impl Segment {
    pub(super) const BOTH: [Self; 2] = [Self::A, Self::B];

    pub(super) const fn file_name(self) -> &'static str {
        match self {
            Self::A => "journal-a",
            Self::B => "journal-b",
        }
    }

    pub(super) const fn other(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }
}

/// A file of the journal, to which records are added.
#[derive(Debug)]
pub(super) struct SegmentFile {
    file: File,
    mark: Mark,
    /// Its length in bytes.
    pub(super) len: u64,
    /// How many of its records the store may not have.
    pub(super) uncommitted: u64,
}

/// Contents of a file of the journal at the start.
#[derive(Debug)]
pub(super) struct Found {
    /// Its records in order, each with its number.
    pub(super) records: Vec<(u64, Journaled)>,
    /// Whether its last record was cut.
    pub(super) is_torn: bool,
    /// What cannot be read of it.
    pub(super) damage: Option<Damage>,
}

impl SegmentFile {
    /// Opens the file, and puts it right: afterwards it holds the sound records and nothing else.
    pub(super) fn open(folder: &Path, segment: Segment) -> Result<(Self, Found), JournalError> {
        let path = folder.join(segment.file_name());
        let fault = |source| JournalError::Open { path: path.clone(), source };
        let mut file = open(&path).map_err(fault)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(fault)?;
        let salvage = formats::read(&bytes);
        let damage = Damage::keep(&path, &bytes, &salvage)?;
        let mut mark = salvage.goes_on.unwrap_or_else(Mark::by_chance);
        if salvage.records.is_empty() {
            file.set_len(0).map_err(fault)?;
        } else if salvage.is_as_written() {
            file.set_len(salvage.sound_len as u64).map_err(fault)?;
        } else {
            mark = Mark::by_chance();
            file = rewrite(&path, mark, &salvage).map_err(fault)?;
        }
        let len = file.metadata().map_err(fault)?.len();
        let is_torn = salvage.torn > 0;
        let records: Vec<_> = salvage.records.into_iter().collect();
        let uncommitted = records.len() as u64;
        Ok((Self { file, mark, len, uncommitted }, Found { records, is_torn, damage }))
    }

    /// Appends a record to `buffer`, in an empty file behind its header.
    pub(super) fn encode(&mut self, buffer: &mut Vec<u8>, number: u64, record: &Record<'_>) {
        if self.len == 0 {
            self.mark = Mark::by_chance();
            buffer.extend_from_slice(&record::header(self.mark));
        }
        record::encode(buffer, self.mark, number, record);
    }

    /// Writes the bytes of a record to the file.
    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        if let Err(error) = self.file.write_all(bytes) {
            // A part of a record would pass for a torn one.
            self.file.set_len(self.len)?;
            return Err(error);
        }
        self.len += bytes.len() as u64;
        self.uncommitted += 1;
        Ok(())
    }

    /// Empties the file.
    pub(super) fn empty(&mut self) -> io::Result<()> {
        self.file.set_len(0)?;
        self.len = 0;
        Ok(())
    }
}

fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).read(true).append(true).mode(0o600).open(path)
}

/// Replaces the file by one of the present format with the sound records; at any moment it is one or the other.
fn rewrite(path: &Path, mark: Mark, salvage: &Salvage) -> io::Result<File> {
    let mut bytes = record::header(mark).to_vec();
    for (number, journaled) in &salvage.records {
        record::encode(&mut bytes, mark, *number, &journaled.into());
    }
    let beside = path.with_extension("new");
    let mut file =
        OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(&beside)?;
    file.write_all(&bytes)?;
    file.sync_all()?;
    fs::rename(&beside, path)?;
    open(path)
}
