//! Watch over changes of the building: entries of the staff, and edits of the site file by hand.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::Duration;

use tokio::sync::watch;

use super::site_file::SiteFile;

/// Pause between two looks at the file. A state that is seen twice is read: an editor may be in the middle of writing.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Inode, time of modification and length, by which two states of a file differ.
type Stamp = (u64, i64, i64, u64);

/// Changes of the site file and of the ledger, as they come.
#[derive(Debug)]
pub(super) struct Changes {
    file: Option<SiteFile>,
    seen: Option<Stamp>,
    entered: watch::Receiver<u64>,
}

impl Changes {
    /// Changes of `file` from its present state on, and of the count of entries.
    pub(super) fn new(file: Option<SiteFile>, entered: watch::Receiver<u64>) -> Self {
        let seen = file.as_ref().and_then(|file| stamp(file.path()));
        Self { file, seen, entered }
    }

    /// The site file; none for the demonstration.
    pub(super) fn file(&self) -> Option<&SiteFile> {
        self.file.as_ref()
    }

    /// Returns when something was entered in the ledger, or the file is another one. Cancel-safe.
    pub(super) async fn next(&mut self) {
        let mut unsettled = None;
        loop {
            tokio::select! {
                entered = self.entered.changed() => {
                    if entered.is_ok() {
                        return;
                    }
                    // Without a dashboard nobody enters anything; the file may still change.
                    tokio::time::sleep(LOOK_EVERY).await;
                }
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
            let found = self.file.as_ref().and_then(|file| stamp(file.path()));
            if found != self.seen {
                if unsettled == Some(found) {
                    self.seen = found;
                    return;
                }
                unsettled = Some(found);
            }
        }
    }
}

fn stamp(path: &Path) -> Option<Stamp> {
    let meta = fs::metadata(path).ok()?;
    Some((meta.ino(), meta.mtime(), meta.mtime_nsec(), meta.len()))
}
