//! The outbox: a node's readings that the broker has not acknowledged, on disk.
//!
//! ```text
//! append ──▶ newest segment │ … │ oldest segment ──▶ head ──▶ (broker) ──▶ confirm
//! ```
//!
//! Segments are small files of lines (`record`), written once and removed when all of it is acknowledged: nothing is
//! ever rewritten, as is good for an SD card. Each [`Outbox::append`] is one write and one `fsync`. It holds so many
//! readings and bytes and no more; then the oldest segment goes, and what it held is counted.
//!
//! After a crash the segment that was being sent is sent again from its beginning; a reading is the same reading
//! however often it comes. A torn last line, and lines that a bad card has changed, are left out and counted.

mod record;
mod segment;

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::path::{Path, PathBuf};

pub use record::{Record, Subject, When, decode};

use segment::Segment;

/// A segment that has grown beyond this gets no more readings.
const SEGMENT_BYTES: u64 = 64 * 1024;

/// Capacity of an outbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// At most so many bytes on disk; at least two segments.
    pub bytes: u64,
    /// At most so many readings.
    pub readings: u64,
}

/// Readings on disk, oldest first.
#[derive(Debug)]
pub struct Outbox {
    folder: PathBuf,
    limits: Limits,
    segments: VecDeque<Segment>,
    /// The oldest segment, read; what is confirmed is gone from it.
    front: Option<Front>,
    /// Whether the newest segment may still grow.
    is_growing: bool,
    next: u64,
}

#[derive(Debug)]
struct Front {
    number: u64,
    records: VecDeque<Record>,
}

/// Number of dropped readings of each subject.
pub type Dropped = BTreeMap<Subject, u64>;

/// Part of the oldest segment, to be sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Head {
    segment: u64,
    /// Oldest first; never empty.
    pub records: Vec<Record>,
    /// Lines of the segment that could not be read and are lost; counted once.
    pub damaged: u64,
}

impl Outbox {
    /// Opens the outbox in `folder`, which is made when it is not there.
    ///
    /// # Errors
    /// When the folder cannot be made or read.
    pub fn open(folder: &Path, limits: Limits) -> io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let segments = Segment::all(folder)?;
        let next = segments.back().map_or(1, |newest| newest.number + 1);
        // A segment from before is never added to: its last line may be torn.
        let (front, is_growing) = (None, false);
        let folder = folder.to_owned();
        Ok(Self { folder, limits, segments, front, is_growing, next })
    }

    /// Number of readings in it.
    pub fn len(&self) -> u64 {
        let waiting: u64 = self.segments.iter().map(|segment| segment.readings).sum();
        let confirmed = self.front.as_ref().map_or(0, |front| {
            let whole = self.segments.front().map_or(0, |oldest| oldest.readings);
            whole.saturating_sub(front.records.len() as u64)
        });
        waiting - confirmed
    }

    /// Whether none waits.
    pub fn is_empty(&self) -> bool {
        self.segments.is_empty()
    }

    /// Bytes on disk.
    pub fn bytes(&self) -> u64 {
        self.segments.iter().map(|segment| segment.bytes).sum()
    }

    /// Adds readings, and has them on disk when it returns; gives what had to go for them.
    ///
    /// # Errors
    /// When they cannot be written; then none of them is in the outbox.
    pub fn append(&mut self, records: &[Record]) -> io::Result<Dropped> {
        if records.is_empty() {
            return Ok(Dropped::new());
        }
        let lines: Vec<u8> = records.iter().flat_map(record::encode).collect();
        let grows = self.is_growing
            && self.segments.back().is_some_and(|newest| newest.bytes < SEGMENT_BYTES);
        let segment = match self.segments.back_mut() {
            Some(newest) if grows => newest,
            _ => {
                let segment = Segment::create(&self.folder, self.next)?;
                self.next += 1;
                self.segments.push_back(segment);
                self.is_growing = true;
                self.segments.back_mut().expect("a segment was just added")
            }
        };
        if let Err(error) = segment.append(&lines, records.len() as u64) {
            // What got there of it may be torn, so nothing is written behind it.
            self.is_growing = false;
            return Err(error);
        }
        self.make_room()
    }

    /// The oldest readings, at most `count` of them; `None` when none waits.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn head(&mut self, count: usize) -> io::Result<Option<Head>> {
        let mut damaged = 0;
        loop {
            let Some(oldest) = self.segments.front() else { return Ok(None) };
            if self.front.is_none() {
                let content = oldest.read()?;
                damaged += content.damaged;
                self.front = Some(Front { number: oldest.number, records: content.records.into() });
                if self.segments.len() == 1 {
                    self.is_growing = false;
                }
            }
            let front = self.front.as_ref().expect("it was just read");
            if front.records.is_empty() {
                self.remove_oldest()?;
                continue;
            }
            let records = front.records.iter().take(count).cloned().collect();
            return Ok(Some(Head { segment: front.number, records, damaged }));
        }
    }

    /// The broker has the readings of `head`, or they are given up: they leave the outbox.
    ///
    /// # Errors
    /// When their segment cannot be removed; they have left all the same, until the next start.
    pub fn confirm(&mut self, head: &Head) -> io::Result<()> {
        let Some(front) = self.front.as_mut().filter(|front| front.number == head.segment) else {
            // Dropped meanwhile, for want of room.
            return Ok(());
        };
        front.records.drain(..head.records.len().min(front.records.len()));
        if front.records.is_empty() { self.remove_oldest() } else { Ok(()) }
    }

    fn remove_oldest(&mut self) -> io::Result<()> {
        self.front = None;
        let oldest = self.segments.pop_front();
        self.is_growing &= !self.segments.is_empty();
        oldest.map_or(Ok(()), Segment::remove)
    }

    fn make_room(&mut self) -> io::Result<Dropped> {
        let mut dropped = Dropped::new();
        while self.segments.len() > 1
            && (self.bytes() > self.limits.bytes || self.len() > self.limits.readings)
        {
            let records = match self.front.take() {
                Some(front) => front.records.into(),
                None => self.segments[0].read().map(|content| content.records).unwrap_or_default(),
            };
            for record in records {
                *dropped.entry(record.subject).or_default() += 1;
            }
            self.remove_oldest()?;
        }
        Ok(dropped)
    }
}

#[cfg(test)]
mod tests;
