//! The running numbers of a node: how often it has started, and the number of each reading as it is sent.
//!
//! Numbers go up in the order in which readings are sent, one row for each subject, and none is ever given twice: each
//! start takes a block of them that no earlier start has touched. What the outbox had to let go takes numbers without
//! being sent, so the gateway sees the hole and counts it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

use domain::Instant;
use serde::{Deserialize, Serialize};

use crate::durable::replace;
use crate::outbox::{Dropped, Subject};

/// Numbers taken at once, so that the card is written seldom.
const BLOCK: u64 = 100_000;

/// Largest number of a node: JSON is exact up to here.
const LARGEST: u64 = 1 << 53;

/// Running numbers of a node, and their file.
#[derive(Debug)]
pub(super) struct Numbering {
    path: PathBuf,
    memory: Memory,
    first: u64,
    next: BTreeMap<Subject, u64>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Memory {
    /// Number of starts of the node.
    boot: u64,
    /// First number that was never given.
    free_from: u64,
    /// Dropped readings whose numbers are still to be left out.
    owed: Vec<(Subject, u64)>,
    /// Number of readings ever dropped.
    dropped: u64,
    /// A time that is certainly over.
    seen: Option<Instant>,
}

impl Memory {
    fn numbers(&self) -> impl Iterator<Item = u64> {
        let owed = self.owed.iter().map(|(_, count)| *count);
        [self.boot, self.free_from, self.dropped].into_iter().chain(owed)
    }
}

impl Numbering {
    /// Counts a start, and has it on disk when it returns.
    ///
    /// # Errors
    /// When the memory cannot be read or written. A file that says nothing is an error, too: numbers are never begun anew
    /// by accident.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let mut memory: Memory = match fs::read(path) {
            Ok(bytes) => serde_json::from_slice(&bytes)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Memory::default(),
            Err(error) => return Err(error),
        };
        if memory.numbers().any(|number| number > LARGEST) {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "a number no node counts to"));
        }
        memory.boot += 1;
        let first = memory.free_from.max(1);
        memory.free_from = first + BLOCK;
        replace(path, &memory)?;
        Ok(Self { path: path.to_owned(), memory, first, next: BTreeMap::new() })
    }

    /// Number of starts of the node.
    pub(super) const fn boot(&self) -> u64 {
        self.memory.boot
    }

    /// Number of readings ever dropped.
    pub(super) const fn dropped(&self) -> u64 {
        self.memory.dropped
    }

    /// A time that is certainly over.
    pub(super) const fn seen(&self) -> Option<Instant> {
        self.memory.seen
    }

    /// The number of the next reading of `subject`.
    ///
    /// # Errors
    /// When a new block of numbers cannot be taken.
    pub(super) fn next(&mut self, subject: &Subject) -> io::Result<u64> {
        let next = self.next.get(subject).copied();
        // The first number of a start shows no hole; what is owed is left out behind it.
        let owed = match next {
            None => 0,
            Some(_) => self.settle(subject),
        };
        let number = next.unwrap_or(self.first) + owed;
        if number >= self.memory.free_from {
            self.memory.free_from = number + BLOCK;
            replace(&self.path, &self.memory)?;
        }
        self.next.insert(subject.clone(), number + 1);
        Ok(number)
    }

    /// Counts dropped readings; the count is on disk on return.
    ///
    /// # Errors
    /// When that cannot be written; it is counted all the same.
    pub(super) fn drop(&mut self, dropped: &Dropped) -> io::Result<()> {
        for (subject, count) in dropped {
            self.memory.dropped += count;
            match self.memory.owed.iter_mut().find(|(owed, _)| owed == subject) {
                Some((_, owed)) => *owed += count,
                None => self.memory.owed.push((subject.clone(), *count)),
            }
        }
        replace(&self.path, &self.memory)
    }

    /// Gives back the numbers that were not needed, at the end.
    ///
    /// # Errors
    /// When it cannot be written; then some numbers are left out.
    pub(super) fn close(&mut self, seen: Option<Instant>) -> io::Result<()> {
        self.memory.free_from = self.next.values().copied().max().unwrap_or(self.first);
        self.memory.seen = seen.or(self.memory.seen);
        replace(&self.path, &self.memory)
    }

    /// Takes the numbers that `subject` still leaves out. That this is settled is written with the next change: a crash leaves it out once more.
    fn settle(&mut self, subject: &Subject) -> u64 {
        let place = self.memory.owed.iter().position(|(owed, _)| owed == subject);
        place.map_or(0, |place| self.memory.owed.swap_remove(place).1)
    }
}

#[cfg(test)]
mod tests {
    use domain::Quantity;
    use proptest::prelude::*;
    use tempfile::TempDir;

    use super::*;

    fn co2() -> Subject {
        Subject { quantity: Quantity::Co2, channel: None }
    }

    fn open(folder: &TempDir) -> Numbering {
        Numbering::open(&folder.path().join("node.json")).unwrap()
    }

    #[test]
    fn no_number_is_given_twice_over_crashes_and_ordered_ends() {
        let folder = TempDir::new().unwrap();
        let mut given = Vec::new();
        for is_crash in [true, false, true, false] {
            let mut numbering = open(&folder);
            given.extend((0..3).map(|_| numbering.next(&co2()).unwrap()));
            if !is_crash {
                numbering.close(None).unwrap();
            }
        }
        assert!(given.is_sorted_by(|one, next| one < next), "{given:?}");
        assert_eq!(open(&folder).boot(), 5);
    }

    #[test]
    fn after_an_ordered_end_the_numbers_go_on_without_a_hole() {
        let folder = TempDir::new().unwrap();
        let mut numbering = open(&folder);
        assert_eq!([numbering.next(&co2()).unwrap(), numbering.next(&co2()).unwrap()], [1, 2]);
        numbering.close(None).unwrap();
        assert_eq!(open(&folder).next(&co2()).unwrap(), 3);
    }

    #[test]
    fn what_was_let_go_leaves_a_hole_of_its_size_also_after_a_restart() {
        let folder = TempDir::new().unwrap();
        let mut numbering = open(&folder);
        numbering.next(&co2()).unwrap();
        numbering.drop(&Dropped::from([(co2(), 40)])).unwrap();
        assert_eq!(numbering.next(&co2()).unwrap(), 42);

        numbering.drop(&Dropped::from([(co2(), 7)])).unwrap();
        numbering.close(None).unwrap();
        let mut numbering = open(&folder);
        assert_eq!(numbering.dropped(), 47);
        assert_eq!([numbering.next(&co2()).unwrap(), numbering.next(&co2()).unwrap()], [43, 51]);
    }

    #[test]
    fn a_block_that_is_used_up_is_followed_by_another_that_is_on_the_card_first() {
        let folder = TempDir::new().unwrap();
        let mut numbering = open(&folder);
        for _ in 0..=BLOCK {
            numbering.next(&co2()).unwrap();
        }
        assert!(open(&folder).next(&co2()).unwrap() > BLOCK + 1);
    }

    #[test]
    fn a_memory_that_cannot_be_read_is_not_begun_anew() {
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("node.json"), "{").unwrap();
        assert!(Numbering::open(&folder.path().join("node.json")).is_err());
    }

    proptest! {
        #[test]
        fn whatever_was_kept_numbers_go_on_from_it_or_the_file_is_left_as_it_is(
            boot in any_number(), free_from in any_number(), owed in any_number(), dropped in any_number(),
            cut in 0usize..200,
        ) {
            let folder = TempDir::new().unwrap();
            let path = folder.path().join("node.json");
            let mut text = format!(
                r#"{{"boot":{boot},"free_from":{free_from},"owed":[[{{"quantity":"co2"}},{owed}]],"dropped":{dropped},"seen":null}}"#
            );
            text.truncate(if cut < 20 { cut } else { text.len() });
            fs::write(&path, &text).unwrap();
            if let Ok(mut numbering) = Numbering::open(&path) {
                let given = [numbering.next(&co2()).unwrap(), numbering.next(&co2()).unwrap()];
                prop_assert!(given[0] >= free_from.parse::<u64>().unwrap() && given[1] > given[0]);
            } else {
                prop_assert_eq!(fs::read_to_string(&path).unwrap(), text);
            }
        }
    }

    fn any_number() -> impl Strategy<Value = String> {
        let edges = prop::sample::select(vec![0, 1, LARGEST, LARGEST + 1, u64::MAX]);
        prop_oneof![4 => 0..1_000_000u64, 1 => edges].prop_map(|number| number.to_string())
    }
}
