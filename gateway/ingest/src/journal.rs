//! Crash journal: deliveries that were acknowledged to their sensor, until the store has committed them.
//!
//! Two files in the data folder take turns. One takes new records; the other waits until all it holds is committed,
//! and is then emptied. So no file is rewritten while deliveries come in, and hardly any of it reaches the card.
//! A plain write survives the end of the program at any moment, though not a power cut.

mod record;

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::Instant;
use tokio::sync::Notify;

pub use record::Journaled;

/// One of the two files of the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Segment {
    /// `journal-a`.
    A,
    /// `journal-b`.
    B,
}

impl Segment {
    const BOTH: [Self; 2] = [Self::A, Self::B];

    const fn file_name(self) -> &'static str {
        match self {
            Self::A => "journal-a",
            Self::B => "journal-b",
        }
    }

    const fn other(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }
}

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
    order: u64,
    buffer: Vec<u8>,
}

#[derive(Debug)]
struct SegmentFile {
    file: File,
    len: u64,
    uncommitted: u64,
}

/// Deliveries that an earlier run left in the journal.
#[derive(Debug, Default)]
pub struct Leftover {
    /// Deliveries that the store may not have, oldest first, each with the segment that holds it.
    pub deliveries: Vec<(Segment, Journaled)>,
    /// Segments whose last record was torn, and never acknowledged.
    pub torn: usize,
}

impl Journal {
    /// Both files together never grow beyond this; until there is room nothing is acknowledged.
    pub const MAX_BYTES: u64 = 64 * 1024 * 1024;

    /// Opens the journal of `folder`. The leftover must be stored before anything new is taken.
    pub fn open(folder: &Path) -> Result<(Self, Leftover), JournalError> {
        let mut leftover = Leftover::default();
        let (a, records_a) = SegmentFile::open(folder, Segment::A, &mut leftover.torn)?;
        let (b, records_b) = SegmentFile::open(folder, Segment::B, &mut leftover.torn)?;
        // The later one goes on to take records, unless the other one is free.
        let later = if records_b.order > records_a.order { Segment::B } else { Segment::A };
        let order = records_a.order.max(records_b.order).unwrap_or(0);
        let mut parts = [(Segment::A, records_a), (Segment::B, records_b)];
        parts.sort_by_key(|(_, records)| records.order);
        for (segment, records) in parts {
            leftover.deliveries.extend(records.records.into_iter().map(|record| (segment, record)));
        }
        let mut files =
            Files { segments: [a, b], active: later, order, buffer: Vec::with_capacity(4096) };
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
        self.lock().append(received_at, topic, payload, payload_len)
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

    fn append(
        &mut self,
        received_at: Instant,
        topic: &str,
        payload: &[u8],
        payload_len: usize,
    ) -> Result<Segment, JournalError> {
        let active = self.active;
        let mut buffer = std::mem::take(&mut self.buffer);
        buffer.clear();
        let begins = self.of(active).len == 0;
        if begins {
            buffer.extend_from_slice(&record::header(self.order + 1));
        }
        record::encode(&mut buffer, received_at, topic, payload, payload_len);
        let held = Segment::BOTH.into_iter().map(|segment| self.of(segment).len).sum::<u64>();
        let outcome = if held + buffer.len() as u64 > Journal::MAX_BYTES {
            Err(JournalError::Full)
        } else {
            self.of(active).write(&buffer).map_err(JournalError::Write)
        };
        self.buffer = buffer;
        outcome?;
        if begins {
            self.order += 1;
        }
        Ok(active)
    }
}

impl SegmentFile {
    fn open(
        folder: &Path,
        segment: Segment,
        torn: &mut usize,
    ) -> Result<(Self, record::Decoded), JournalError> {
        let path = folder.join(segment.file_name());
        let fault = |source| JournalError::Open { path: path.clone(), source };
        let mut file =
            OpenOptions::new().create(true).read(true).append(true).open(&path).map_err(fault)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(fault)?;
        let decoded = record::decode(&bytes);
        if decoded.sound_len < bytes.len() {
            *torn += 1;
        }
        let sound_len = if decoded.records.is_empty() { 0 } else { decoded.sound_len as u64 };
        file.set_len(sound_len).map_err(fault)?;
        let uncommitted = decoded.records.len() as u64;
        Ok((Self { file, len: sound_len, uncommitted }, decoded))
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        if let Err(error) = self.file.write_all(bytes) {
            // A part of a record would hide those behind it.
            self.file.set_len(self.len)?;
            return Err(error);
        }
        self.len += bytes.len() as u64;
        self.uncommitted += 1;
        Ok(())
    }

    fn empty(&mut self) -> io::Result<()> {
        self.file.set_len(0)?;
        self.len = 0;
        Ok(())
    }
}

/// Failure of the journal, cut by what the caller does.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// Stop: the file cannot be used.
    #[error("the crash journal {} cannot be opened", path.display())]
    Open {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Wait: the store has to commit first.
    #[error("the crash journal is full, since the store does not commit")]
    Full,
    /// Wait: a full disk, most likely.
    #[error("the crash journal cannot be written")]
    Write(#[source] io::Error),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arrival() -> Instant {
        domain::testing::at("2026-11-23T14:03:07.250Z")
    }

    fn append(journal: &Journal, payload: &str) -> Segment {
        journal.append(arrival(), "vigie/t", payload.as_bytes(), payload.len()).unwrap()
    }

    fn payloads(leftover: &Leftover) -> Vec<String> {
        let text = |(_, r): &(Segment, Journaled)| String::from_utf8(r.payload.clone()).unwrap();
        leftover.deliveries.iter().map(text).collect()
    }

    fn sizes(folder: &Path) -> [u64; 2] {
        Segment::BOTH.map(|segment| folder.join(segment.file_name()).metadata().unwrap().len())
    }

    #[test]
    fn what_was_not_committed_is_there_after_the_program_was_killed_and_keeps_its_arrival_time() {
        let folder = tempfile::tempdir().unwrap();
        let (journal, _) = Journal::open(folder.path()).unwrap();
        append(&journal, "one");
        append(&journal, "two");
        drop(journal);

        let (_, leftover) = Journal::open(folder.path()).unwrap();

        assert_eq!(payloads(&leftover), ["one", "two"]);
        assert_eq!(leftover.deliveries[0].1.received_at, arrival());
        assert_eq!(leftover.torn, 0);
    }

    #[test]
    fn a_journal_is_empty_when_all_in_it_is_committed() {
        let folder = tempfile::tempdir().unwrap();
        let (journal, _) = Journal::open(folder.path()).unwrap();
        let receipts = [append(&journal, "one"), append(&journal, "two")];
        for segment in receipts {
            journal.committed(segment);
        }

        assert_eq!(sizes(folder.path()), [0, 0]);
    }

    #[test]
    fn under_steady_traffic_the_files_take_turns_and_stay_small() {
        let folder = tempfile::tempdir().unwrap();
        let (journal, _) = Journal::open(folder.path()).unwrap();
        let mut waiting = append(&journal, "0");
        for number in 1..1000 {
            let next = append(&journal, &number.to_string());
            journal.committed(waiting);
            waiting = next;
        }

        assert!(sizes(folder.path()).iter().sum::<u64>() < 200, "{:?}", sizes(folder.path()));
        drop(journal);
        let (_, leftover) = Journal::open(folder.path()).unwrap();
        assert_eq!(payloads(&leftover).last().unwrap(), "999");
    }

    #[test]
    fn the_leftovers_of_both_files_come_in_the_order_of_their_arrival() {
        let folder = tempfile::tempdir().unwrap();
        let (journal, _) = Journal::open(folder.path()).unwrap();
        let first = append(&journal, "one");
        append(&journal, "two");
        journal.committed(first);
        append(&journal, "three");
        drop(journal);

        let (journal, leftover) = Journal::open(folder.path()).unwrap();
        assert_eq!(payloads(&leftover), ["one", "two", "three"]);

        append(&journal, "four");
        drop(journal);
        let (_, leftover) = Journal::open(folder.path()).unwrap();
        assert_eq!(payloads(&leftover), ["one", "two", "three", "four"]);
    }

    #[test]
    fn a_torn_last_record_is_cut_and_counted_and_later_ones_are_not_hidden_by_it() {
        let folder = tempfile::tempdir().unwrap();
        let (journal, _) = Journal::open(folder.path()).unwrap();
        append(&journal, "one");
        append(&journal, "two");
        drop(journal);
        let path = folder.path().join(Segment::A.file_name());
        let file = OpenOptions::new().write(true).open(&path).unwrap();
        file.set_len(file.metadata().unwrap().len() - 1).unwrap();

        let (journal, leftover) = Journal::open(folder.path()).unwrap();
        assert_eq!((payloads(&leftover), leftover.torn), (vec!["one".to_owned()], 1));

        append(&journal, "three");
        drop(journal);
        let (_, leftover) = Journal::open(folder.path()).unwrap();
        assert_eq!((payloads(&leftover).len(), leftover.torn), (2, 0));
    }

    #[test]
    fn a_full_journal_takes_nothing_more_until_the_store_commits() {
        let folder = tempfile::tempdir().unwrap();
        let (journal, _) = Journal::open(folder.path()).unwrap();
        let large = "x".repeat(16 * 1024 * 1024);
        let receipts: Vec<_> = (0..3).map(|_| append(&journal, &large)).collect();

        let refused = journal.append(arrival(), "vigie/t", large.as_bytes(), large.len());
        assert!(matches!(refused, Err(JournalError::Full)));

        for segment in receipts {
            journal.committed(segment);
        }
        append(&journal, &large);
    }
}
