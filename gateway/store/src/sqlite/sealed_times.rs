//! Cache of the instants of sealed readings, by day, for the deduplication of late readings.

use std::collections::{HashMap, VecDeque};

use rusqlite::Connection;

use super::codec::slot::Slot;
use super::tables::blocks;
use crate::ports::StoreError;

/// How many instants are held; a backlog goes through few days at a time, so this is enough for most.
const HELD: usize = 1 << 20;

/// The instants of all blocks of a day, by day.
#[derive(Debug, Default)]
pub(super) struct SealedTimes {
    days: HashMap<Slot, Vec<i64>>,
    oldest_first: VecDeque<Slot>,
    held: usize,
}

impl SealedTimes {
    /// Whether a block of the day holds a reading at `ts`.
    pub(super) fn contains(
        &mut self,
        connection: &Connection,
        day: Slot,
        ts: i64,
    ) -> Result<bool, StoreError> {
        if let Some(times) = self.days.get(&day) {
            return Ok(times.binary_search(&ts).is_ok());
        }
        let times = read(connection, day)?;
        let contains = times.binary_search(&ts).is_ok();
        self.hold(day, times);
        Ok(contains)
    }

    /// Drops a day whose blocks get more readings.
    pub(super) fn forget(&mut self, day: Slot) {
        if let Some(times) = self.days.remove(&day) {
            self.held -= times.len();
            self.oldest_first.retain(|held| *held != day);
        }
    }

    fn hold(&mut self, day: Slot, times: Vec<i64>) {
        // A day without readings takes room as well.
        self.held += times.len();
        self.days.insert(day, times);
        self.oldest_first.push_back(day);
        while self.held > HELD || self.days.len() > HELD / 1024 {
            let Some(oldest) = self.oldest_first.pop_front() else { break };
            self.held -= self.days.remove(&oldest).map_or(0, |times| times.len());
        }
    }
}

fn read(connection: &Connection, day: Slot) -> Result<Vec<i64>, StoreError> {
    let mut times = Vec::new();
    for slot in blocks::hours_of(connection, day)?.into_iter().chain([day]) {
        match blocks::read_times(connection, slot) {
            Ok(block) => times.extend(block),
            // Readings of a damaged block are lost; when they come again, they are new.
            Err(StoreError::Damaged { what }) => {
                tracing::error!(what, "store holds a damaged block; its readings are taken again");
            }
            Err(other) => return Err(other),
        }
    }
    times.sort_unstable();
    Ok(times)
}
