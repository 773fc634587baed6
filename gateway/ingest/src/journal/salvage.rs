//! What was read of a segment of the journal: every record that is sound, wherever it stands, and what is not.

use std::collections::BTreeMap;
use std::ops::Range;

use super::record::{Journaled, Mark};

/// What a disk writes at once at least: a power cut leaves whole ones of these unwritten.
const SECTOR: usize = 512;

/// Contents of a segment.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Salvage {
    /// Every sound record, by its number.
    pub(super) records: BTreeMap<u64, Journaled>,
    /// Places of what was written whole once and cannot be read, in order.
    pub(super) damaged: Vec<Range<usize>>,
    /// Length of what was never written whole: a record at the end that was cut.
    pub(super) torn: usize,
    /// The mark of the segment, when more may be added to it as it is, up to `sound_len`.
    pub(super) goes_on: Option<Mark>,
    /// Length up to the torn record.
    pub(super) sound_len: usize,
    /// Where a stretch begins that cannot be read, and has no end yet.
    open: Option<usize>,
}

/// What an unreadable end of a segment is, as far as its format tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tail {
    /// A record that was begun and never ended.
    Torn,
    /// A record that was written whole.
    Damaged,
    /// What the disk left shows.
    Unknown,
}

impl Salvage {
    /// Nothing yet of a segment, whose header names this mark.
    pub(super) fn begin(goes_on: Option<Mark>) -> Self {
        Self { goes_on, ..Self::default() }
    }

    /// Adds a record at this place, which ends what could not be read.
    pub(super) fn sound(&mut self, at: usize, number: u64, record: Journaled) {
        if let Some(start) = self.open.take() {
            self.damaged.push(start..at);
        }
        self.records.entry(number).or_insert(record);
    }

    /// What is at this place cannot be read.
    pub(super) fn harmed(&mut self, at: usize) {
        self.open.get_or_insert(at);
    }

    /// Where the end begins that cannot be read.
    pub(super) const fn open_at(&self) -> Option<usize> {
        self.open
    }

    /// The contents, when all bytes were gone through.
    pub(super) fn end(mut self, bytes: &[u8], tail: Tail) -> Self {
        self.sound_len = bytes.len();
        if let Some(start) = self.open.take() {
            let is_torn = match tail {
                Tail::Torn => true,
                Tail::Damaged => false,
                Tail::Unknown => was_never_written(bytes, start),
            };
            if is_torn {
                self.torn = bytes.len() - start;
                self.sound_len = start;
            } else {
                self.damaged.push(start..bytes.len());
            }
        }
        self
    }

    /// Whether the file may stay as it is, up to `sound_len`.
    pub(super) fn is_as_written(&self) -> bool {
        self.damaged.is_empty() && self.goes_on.is_some()
    }

    /// How many records are known to be missing by the numbers of the others.
    pub(super) fn missing(&self) -> u64 {
        let numbers = (self.records.first_key_value(), self.records.last_key_value());
        let (Some((first, _)), Some((last, _))) = numbers else { return 0 };
        (last - first).saturating_add(1).saturating_sub(self.records.len() as u64)
    }
}

/// Whether the end is as a power cut leaves it: nothing but zeros, up to whole sectors of a record that was begun.
fn was_never_written(bytes: &[u8], start: usize) -> bool {
    let zeros = bytes.iter().rev().take_while(|byte| **byte == 0).count();
    let last_sector = (bytes.len() - 1) / SECTOR * SECTOR;
    bytes.len() - zeros <= start.max(last_sector)
}
