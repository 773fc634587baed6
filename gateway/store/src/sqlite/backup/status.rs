//! The outcome of the last backup, kept in the data folder for the pages, the checks and the alerts.

use std::path::{Path, PathBuf};

use domain::Instant;
use serde::{Deserialize, Serialize};

use super::fault::BackupError;
use super::make::Made;
use super::shelf::write;

const FILE: &str = "backup-status.json";

/// Outcome of the backups of a data folder.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupStatus {
    /// The last one that was restored and found the same.
    pub compared: Option<Compared>,
    /// The last attempt, whatever came of it.
    pub attempt: Option<Attempt>,
}

/// A backup that was restored and found the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Compared {
    /// As of when it holds the store.
    pub made_at: Instant,
    /// Where it is.
    pub place: PathBuf,
    /// How large it is, without the full one that it may lean on.
    pub bytes: u64,
    /// Whether it lies on the disk of the data.
    pub same_disk: bool,
}

/// An attempt to make one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// When it ended.
    pub at: Instant,
    /// Why it failed; `None` when it did not.
    pub failure: Option<String>,
}

impl BackupStatus {
    /// The status in the data folder `data`; the empty one where there is none, or none that can be understood.
    pub fn read(data: &Path) -> Self {
        let text = std::fs::read(data.join(FILE)).unwrap_or_default();
        serde_json::from_slice(&text).unwrap_or_default()
    }

    /// Writes an attempt that ended at `at`, with what was made or why nothing was.
    ///
    /// # Errors
    /// When the data folder cannot be written.
    pub fn note(
        data: &Path,
        at: Instant,
        outcome: Result<&Made, String>,
    ) -> Result<Self, BackupError> {
        let mut status = Self::read(data);
        let failure = match outcome {
            Ok(made) => {
                status.compared = Some(Compared {
                    made_at: made.manifest.made_at,
                    place: made.place.clone(),
                    bytes: made.manifest.bytes,
                    same_disk: made.same_disk,
                });
                None
            }
            Err(failure) => Some(failure),
        };
        status.attempt = Some(Attempt { at, failure });
        write(&data.join(FILE), &status)?;
        Ok(status)
    }
}
