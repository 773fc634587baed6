//! Replay of quarantine: refused messages are admitted again, after the site file or the program has changed.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use domain::admission::Admission;
use domain::message::{Message, ReasonLabel};
use store::{Batch, Learned, SeriesWriter, StandingRefusal, StoreError, StoreReader};

/// Refusals that are read, and healed, at once.
const PAGE: usize = 200;

/// Outcome of a replay.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Replayed {
    /// Messages that were admitted whole, and left quarantine.
    pub healed: u64,
    /// New readings that are stored now.
    pub stored: u64,
    /// Messages that still stand in quarantine.
    pub standing: u64,
}

/// Admits every standing refusal again whose payload is whole. The readings of an admitted one are stored, and it
/// leaves quarantine, in the same commit. Undated readings keep the time at which they arrived first.
///
/// # Errors
/// Those of the store; what was healed before stays healed.
pub async fn replay_quarantine(
    mut admission: Admission,
    writer: &impl SeriesWriter,
    reader: &impl StoreReader,
) -> Result<Replayed, StoreError> {
    let mut replayed = Replayed::default();
    let mut below = None;
    loop {
        let page = reader.quarantine(below, PAGE).await?;
        let Some(last) = page.last() else { return Ok(replayed) };
        below = Some(last.id);
        let mut batch = Batch::default();
        for standing in &page {
            if !readmit(&mut admission, standing, &mut batch) {
                replayed.standing += 1;
            }
        }
        replayed.healed += batch.healed.len() as u64;
        if !batch.healed.is_empty() {
            replayed.stored += writer.append(batch).await?.stored;
        }
    }
}

fn readmit(admission: &mut Admission, standing: &StandingRefusal, batch: &mut Batch) -> bool {
    let refused = &standing.refused;
    if refused.payload.len() < refused.payload_len {
        return false;
    }
    let admitted = admission.admit(&Message {
        topic: &refused.topic,
        payload: &refused.payload,
        retained: refused.reason.label == ReasonLabel::UndatedRetained,
        received_at: refused.received_at,
    });
    // Nobody's message is not healed: it would vanish without a trace.
    let healed = admitted.refused.is_empty() && admitted.family.is_some();
    if healed {
        if admitted.learned {
            let (topic, payload) = (refused.topic.clone(), refused.payload.clone());
            batch.learned.push(Learned { topic, payload });
        }
        batch.readings.extend(admitted.readings);
        batch.healed.push(standing.id);
    }
    healed
}

/// Mark in the data folder of the rules under which quarantine was last replayed.
#[derive(Debug)]
pub struct ReplayMark {
    path: PathBuf,
    rules: String,
}

impl ReplayMark {
    /// The mark of `folder` for these rules: anything that changes when admission may decide otherwise.
    pub fn new(folder: &Path, rules: &[&str]) -> Self {
        let mut hash = crc32fast::Hasher::new();
        for part in rules {
            hash.update(part.as_bytes());
            hash.update(&[0]);
        }
        let rules = format!("{:08x}\n", hash.finalize());
        Self { path: folder.join("quarantine-replayed"), rules }
    }

    /// Whether the rules are other than those of the last replay.
    pub fn differs(&self) -> bool {
        fs::read_to_string(&self.path).map_or(true, |last| last != self.rules)
    }

    /// Quarantine was replayed under these rules.
    pub fn set(&self) -> io::Result<()> {
        fs::write(&self.path, &self.rules)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quarantine_is_replayed_when_the_site_file_changed_and_not_otherwise() {
        let folder = tempfile::tempdir().unwrap();
        let mark = ReplayMark::new(folder.path(), &["0.1.0", "[site]"]);
        assert!(mark.differs());
        mark.set().unwrap();
        assert!(!mark.differs());
        assert!(ReplayMark::new(folder.path(), &["0.1.0", "[site] "]).differs());
    }
}
