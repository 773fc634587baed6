//! What the writer knows of the file by heart, so that it can tell new readings from repeated ones without an index.

use std::collections::HashMap;

use domain::{Instant, Source};
use rusqlite::Connection;

use super::entry::Entry;
use super::sealed::SealedTimes;
use super::series::{self, SeriesId};
use super::slot::{Slot, Tier};
use super::{blocks, log};
use crate::ports::StoreError;

/// The series and what is newest of them. It follows from the file and is loaded again whenever the two may differ.
#[derive(Debug, Default)]
pub(super) struct Known {
    ids: HashMap<Source, SeriesId>,
    series: HashMap<SeriesId, Series>,
    logged: usize,
    sealed: SealedTimes,
}

#[derive(Debug, Default)]
struct Series {
    /// The `ts` of the newest reading.
    newest: Option<i64>,
    /// The `ts` of its readings in the log, in order.
    logged: Vec<i64>,
}

impl Known {
    /// Learns the file.
    pub(super) fn load(connection: &Connection) -> Result<Self, StoreError> {
        let mut known = Self::default();
        for (id, source) in series::all(connection)? {
            known.ids.insert(source, id);
            let newest = &mut known.series.entry(id).or_default().newest;
            for tier in [Tier::Hour, Tier::Day] {
                blocks::newest_first(connection, tier, id, |_, last| {
                    *newest = (*newest).max(Some(last));
                    Ok(false)
                })?;
            }
        }
        log::all(connection, |row| known.note(row.series, row.entry.ts))?;
        Ok(known)
    }

    /// How many readings the log holds.
    pub(super) const fn logged(&self) -> usize {
        self.logged
    }

    /// The series of `source`, which gets one when it has none.
    pub(super) fn series(
        &mut self,
        connection: &Connection,
        source: &Source,
    ) -> Result<SeriesId, StoreError> {
        if let Some(id) = self.ids.get(source) {
            return Ok(*id);
        }
        let id = series::add(connection, source)?;
        self.ids.insert(source.clone(), id);
        Ok(id)
    }

    /// Whether a reading of `id` at `ts` is stored.
    pub(super) fn is_stored(
        &mut self,
        connection: &Connection,
        id: SeriesId,
        ts: i64,
    ) -> Result<bool, StoreError> {
        let series = self.series.entry(id).or_default();
        if series.newest.is_none_or(|newest| ts > newest) {
            return Ok(false);
        }
        if series.logged.binary_search(&ts).is_ok() {
            return Ok(true);
        }
        self.sealed.contains(connection, Slot::of(Tier::Day, id, ts), ts)
    }

    /// Remembers that a reading was added to the log.
    pub(super) fn note(&mut self, id: SeriesId, ts: i64) {
        let series = self.series.entry(id).or_default();
        series.newest = series.newest.max(Some(ts));
        // Readings mostly come in order, so this mostly appends.
        let place = series.logged.partition_point(|logged| *logged < ts);
        series.logged.insert(place, ts);
        self.logged += 1;
    }

    /// Remembers that readings of an hour moved from the log into its block.
    pub(super) fn moved(&mut self, hour: Slot, entries: &[Entry]) {
        self.sealed.forget(hour.day());
        let Some(series) = self.series.get_mut(&hour.series) else { return };
        let (before, moved) =
            (series.logged.len(), |ts: &i64| entries.binary_search_by_key(ts, |e| e.ts).is_ok());
        series.logged.retain(|ts| !moved(ts));
        self.logged -= before - series.logged.len();
    }

    /// Remembers that the blocks of a day are gone.
    pub(super) fn given_up(&mut self, day: Slot) {
        self.sealed.forget(day);
    }

    /// When the newest reading of all was observed.
    pub(super) fn newest(&self) -> Option<Instant> {
        self.series.values().filter_map(|series| series.newest).max().map(Instant::from_millis)
    }
}
