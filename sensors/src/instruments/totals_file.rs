//! Totals that outlive restarts and power cuts. A total is published only once it is on the card, so no restart
//! makes one fall back behind what was published.
//!
//! One small JSON file for all totals of the node, written beside and moved into place: a power cut leaves the old
//! one or the new one.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::{fs, io};

use crate::durable::replace;

/// Largest total: numbers are exact up to here wherever they are published.
const LARGEST: u64 = 1 << 53;

/// The file with the totals of a node, shared by its instruments.
#[derive(Clone, Debug)]
pub struct TotalsFile(Arc<Mutex<Contents>>);

#[derive(Debug)]
struct Contents {
    path: PathBuf,
    totals: BTreeMap<String, u64>,
}

/// Reason why totals cannot be read or saved.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TotalsError {
    /// The file exists but cannot be parsed. It is left as it is.
    #[error(
        "{path}: the totals of the counters cannot be read; mend the file, or move it away to begin at 0"
    )]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The card is full, or worn out.
    #[error("{path}: the totals of the counters cannot be written; is the card full or broken?")]
    Unwritable {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

impl TotalsFile {
    /// Opens the totals at `path`; a file that is not there is one without totals.
    ///
    /// # Errors
    /// When there is a file that is none of ours: totals are not begun anew by accident.
    pub fn open(path: &Path) -> Result<Self, TotalsError> {
        let unreadable = |source| TotalsError::Unreadable { path: path.to_owned(), source };
        let totals: BTreeMap<String, u64> = match fs::read(path) {
            Ok(bytes) => {
                serde_json::from_slice(&bytes).map_err(io::Error::from).map_err(unreadable)?
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => BTreeMap::new(),
            Err(error) => return Err(unreadable(error)),
        };
        if totals.values().any(|total| *total > LARGEST) {
            let text = "a total that nothing counts to";
            return Err(unreadable(io::Error::new(io::ErrorKind::InvalidData, text)));
        }
        Ok(Self(Arc::new(Mutex::new(Contents { path: path.to_owned(), totals }))))
    }

    /// The total under `key`; 0 when there is none.
    pub fn total(&self, key: &str) -> u64 {
        self.lock().totals.get(key).copied().unwrap_or(0)
    }

    /// Has the total under `key` on the card when it returns.
    ///
    /// # Errors
    /// When it cannot be written; then it must not be published.
    pub fn save(&self, key: &str, total: u64) -> Result<(), TotalsError> {
        self.save_all([(key, total)])
    }

    /// The same for several totals at once.
    ///
    /// # Errors
    /// When they cannot be written; then none may be published.
    pub fn save_all<'a>(
        &self,
        totals: impl IntoIterator<Item = (&'a str, u64)>,
    ) -> Result<(), TotalsError> {
        let mut inner = self.lock();
        let mut next = inner.totals.clone();
        next.extend(totals.into_iter().map(|(key, total)| (key.to_owned(), total)));
        if next == inner.totals {
            return Ok(());
        }
        replace(&inner.path, &next)
            .map_err(|source| TotalsError::Unwritable { path: inner.path.clone(), source })?;
        inner.totals = next;
        Ok(())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Contents> {
        // Every change under the lock is complete before anything could panic.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
