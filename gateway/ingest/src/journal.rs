//! Crash journal: deliveries that were acknowledged to their sensor, until the store has committed them.
//!
//! Two files in the data folder take turns. One takes new records; the other waits until all it holds is committed,
//! and is then emptied. So no file is rewritten while deliveries come in, and hardly any of it reaches the card.
//! A plain write survives the end of the program at any moment, though not a power cut.
//!
//! ```text
//! Journal ──▶ segment ──▶ formats ─┬─▶ version_2 ──▶ record
//!                │                 └─▶ version_1       │
//!                └─▶ damage ◀── salvage ◀──────────────┘
//! ```
//!
//! | file | what it is |
//! |---|---|
//! | `segment` | one of the two files: opened and put right, written, emptied |
//! | `record` | the format of a delivery |
//! | `formats`, `version_2`, `version_1` | a file read, in the present format or the one before |
//! | `salvage` | what was read of a file: sound records, damaged places, a torn end |
//! | `damage` | damage told to people, and its bytes kept beside |
//! | `look` | both files looked at, and nothing changed |
//! | `fault` | failures |

mod damage;
mod fault;
mod formats;
mod look;
mod record;
mod salvage;
mod segment;
mod version_1;
mod version_2;

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::Instant;
use tokio::sync::Notify;

pub use damage::Damage;
pub use fault::JournalError;
pub use look::JournalLook;
pub use record::Journaled;
use record::Record;
pub use segment::Segment;
use segment::SegmentFile;

/// The journal of one data folder. Only whoever has the store open for writing may open it.
#[derive(Debug)]
pub struct Journal {
    files: Mutex<Files>,
    room: Notify,
}

#[derive(Debug)]
struct Files {
    segments: [SegmentFile; 2],
    active: Segment,
    /// Of the last record.
    number: u64,
    buffer: Vec<u8>,
}

/// Deliveries that an earlier run left in the journal.
#[derive(Debug, Default)]
pub struct Leftover {
    /// Deliveries that the store may not have, oldest first, each with the segment that holds it.
    pub deliveries: Vec<(Segment, Journaled)>,
    /// Segments whose last record was cut, as a power cut does.
    pub torn: usize,
    /// Damage of the files. What is sound behind it is among the deliveries.
    pub damage: Vec<Damage>,
}

impl Journal {
    /// Both files together never grow beyond this; until there is room nothing is acknowledged.
    pub const MAX_BYTES: u64 = 64 * 1024 * 1024;

    /// Opens the journal of `folder`. The leftover must be stored before anything new is taken.
    pub fn open(folder: &Path) -> Result<(Self, Leftover), JournalError> {
        let (a, found_a) = SegmentFile::open(folder, Segment::A)?;
        let (b, found_b) = SegmentFile::open(folder, Segment::B)?;
        let mut leftover = Leftover::default();
        let mut numbered = Vec::new();
        for (segment, found) in [(Segment::A, found_a), (Segment::B, found_b)] {
            leftover.torn += usize::from(found.is_torn);
            leftover.damage.extend(found.damage);
            numbered.extend(found.records.into_iter().map(|(number, it)| (number, segment, it)));
        }
        numbered.sort_by_key(|(number, ..)| *number);
        // The later one goes on to take records, unless the other one is free.
        let (number, active) =
            numbered.last().map_or((0, Segment::A), |(number, segment, _)| (*number, *segment));
        leftover.deliveries = numbered.into_iter().map(|(_, segment, it)| (segment, it)).collect();
        let mut files =
            Files { segments: [a, b], active, number, buffer: Vec::with_capacity(4096) };
        files.take_turns();
        Ok((Self { files: Mutex::new(files), room: Notify::new() }, leftover))
    }

    /// Writes one delivery down; when this returns it survives the end of the program.
    ///
    /// # Errors
    /// When the journal is full or cannot be written; then the delivery must not be acknowledged.
    pub fn append(
        &self,
        received_at: Instant,
        topic: &str,
        payload: &[u8],
        payload_len: usize,
    ) -> Result<Segment, JournalError> {
        self.lock().append(&Record { received_at, topic, payload, payload_len })
    }

    /// Waits until something was committed since the call, which may have made room.
    pub async fn room(&self) {
        self.room.notified().await;
    }

    /// Counts one more delivery of this segment as stored.
    pub fn committed(&self, segment: Segment) {
        let mut files = self.lock();
        let file = files.of(segment);
        file.uncommitted = file.uncommitted.saturating_sub(1);
        if file.uncommitted == 0 && file.len > 0 {
            // What cannot be emptied now is stored again at the next start, and found to be there.
            if let Err(error) = file.empty() {
                tracing::warn!(%error, "the crash journal could not be emptied");
            }
            self.room.notify_waiters();
        }
        files.take_turns();
    }

    fn lock(&self) -> MutexGuard<'_, Files> {
        // A panic in between leaves at worst a record that is not counted, which is then stored twice.
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Files {
    fn of(&mut self, segment: Segment) -> &mut SegmentFile {
        &mut self.segments[segment as usize]
    }

    /// New records go to the other file as soon as that is free, so that this one can empty.
    fn take_turns(&mut self) {
        let other = self.active.other();
        if self.of(self.active).len > 0 && self.of(other).len == 0 {
            self.active = other;
        }
    }

    fn append(&mut self, record: &Record<'_>) -> Result<Segment, JournalError> {
        let (active, number) = (self.active, self.number + 1);
        let mut buffer = std::mem::take(&mut self.buffer);
        buffer.clear();
        self.of(active).encode(&mut buffer, number, record);
        let held = Segment::BOTH.into_iter().map(|segment| self.of(segment).len).sum::<u64>();
        let outcome = if held + buffer.len() as u64 > Journal::MAX_BYTES {
            Err(JournalError::Full)
        } else {
            self.of(active).write(&buffer).map_err(JournalError::Write)
        };
        self.buffer = buffer;
        outcome?;
        self.number = number;
        Ok(active)
    }
}

#[cfg(test)]
mod tests;
