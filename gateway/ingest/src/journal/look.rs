//! A look at the journal beside a gateway that may be running. Nothing is changed.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::damage::{Damage, kept};
use super::formats;
use super::segment::Segment;

/// State of a journal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JournalLook {
    /// Number of sound records in it; a gateway that is stopped leaves none.
    pub records: usize,
    /// Damage that the next start of the gateway will put right.
    pub damage: Vec<Damage>,
    /// Files in which the unreadable bytes of earlier damage are kept.
    pub kept: Vec<PathBuf>,
}

impl JournalLook {
    /// Looks at the journal in `folder`; an empty one where there is none.
    ///
    /// # Errors
    /// When a file is there and cannot be read.
    pub fn at(folder: &Path) -> io::Result<Self> {
        let mut look = Self::default();
        for segment in Segment::BOTH {
            let path = folder.join(segment.file_name());
            let bytes = match fs::read(&path) {
                Ok(bytes) => bytes,
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(error),
            };
            let salvage = formats::read(&bytes);
            look.records += salvage.records.len();
            look.damage.extend(Damage::of(&path, &salvage));
            look.kept.extend(kept(&path).filter(|path| path.exists()));
        }
        Ok(look)
    }
}
