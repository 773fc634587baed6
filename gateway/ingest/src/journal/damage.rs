//! Damage of the journal: what cannot be read of it, told and kept.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::ops::Range;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use super::fault::JournalError;
use super::salvage::Salvage;

/// How many files of unreadable bytes are kept for each file of the journal.
const KEPT_AT_MOST: u32 = 16;
/// More places than this say nothing new.
const PLACES_SHOWN: usize = 8;

/// Damage of one file of the journal: stretches that were written whole and cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    /// Which file.
    pub file: PathBuf,
    /// The stretches, by the number of their first byte and that behind their last one, in order.
    pub places: Vec<Range<usize>>,
    /// Records of this file that could be read.
    pub recovered: usize,
    /// Records that are known to be missing between those; what was lost at an end has no number.
    pub missing: u64,
    /// File that keeps the unreadable bytes; `None` when none does, as when there are too many of such files already.
    pub kept_in: Option<PathBuf>,
}

impl Damage {
    /// Number of bytes that cannot be read.
    pub fn bytes(&self) -> usize {
        self.places.iter().map(Range::len).sum()
    }

    /// The damage of a file, whose unreadable bytes are kept beside it; `None` when there is none.
    pub(super) fn keep(
        file: &Path,
        bytes: &[u8],
        salvage: &Salvage,
    ) -> Result<Option<Self>, JournalError> {
        let Some(damage) = Self::of(file, salvage) else { return Ok(None) };
        let kept_in = keep_aside(file, bytes, &salvage.damaged)?;
        Ok(Some(Self { kept_in, ..damage }))
    }

    /// The damage of a file, of which nothing is kept yet; `None` when there is none.
    pub(super) fn of(file: &Path, salvage: &Salvage) -> Option<Self> {
        (!salvage.damaged.is_empty()).then(|| Self {
            file: file.to_owned(),
            places: salvage.damaged.clone(),
            recovered: salvage.records.len(),
            missing: salvage.missing(),
            kept_in: None,
        })
    }
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is damaged: {} bytes cannot be read (", self.file.display(), self.bytes())?;
        for (nth, place) in self.places.iter().take(PLACES_SHOWN).enumerate() {
            let comma = if nth == 0 { "" } else { ", " };
            write!(f, "{comma}{} at byte {}", place.len(), place.start)?;
        }
        if self.places.len() > PLACES_SHOWN {
            write!(f, " and {} places more", self.places.len() - PLACES_SHOWN)?;
        }
        write!(f, "), {} records were recovered", self.recovered)?;
        if self.missing > 0 {
            let verb = if self.missing == 1 { "is" } else { "are" };
            write!(f, ", {} {verb} missing", self.missing)?;
        }
        match &self.kept_in {
            Some(path) => write!(f, "; what cannot be read is kept in {}", path.display()),
            None => Ok(()),
        }
    }
}

/// Files beside this one that keep what could not be read of it, whether they are there or not.
pub(super) fn kept(file: &Path) -> impl Iterator<Item = PathBuf> + use<'_> {
    (1..=KEPT_AT_MOST).map(|number| {
        let mut path = file.as_os_str().to_owned();
        path.push(format!(".damaged-{number}"));
        path.into()
    })
}

/// Writes these stretches one after the other into a new file that only its owner reads.
fn keep_aside(
    file: &Path,
    bytes: &[u8],
    places: &[Range<usize>],
) -> Result<Option<PathBuf>, JournalError> {
    for path in kept(file) {
        match OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path) {
            Ok(kept) => {
                let written = write_all(kept, bytes, places);
                return written.map(|()| Some(path.clone())).map_err(|source| {
                    // A part of it would pass for the whole.
                    drop(std::fs::remove_file(&path));
                    JournalError::Keep { path, source }
                });
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(source) => return Err(JournalError::Keep { path, source }),
        }
    }
    Ok(None)
}

fn write_all(mut file: File, bytes: &[u8], places: &[Range<usize>]) -> io::Result<()> {
    for place in places {
        file.write_all(&bytes[place.clone()])?;
    }
    file.sync_all()
}
