//! Deduplication: the writer holds in memory which readings are stored, so that it needs no index to recognise a
//! repeated one.

use std::collections::HashMap;

use domain::Source;
use rusqlite::Connection;

use super::codec::entry::Entry;
use super::codec::series_id::SeriesId;
use super::codec::slot::{Slot, Tier};
use super::sealed_times::SealedTimes;
use super::tables::series;
use super::tables::{blocks, log};
use crate::ports::StoreError;

/// Numbers of all series, with the instants of their readings in the log and their newest reading. It follows from the
/// file and is loaded again whenever the two may differ.
#[derive(Debug, Default)]
pub(super) struct Dedup {
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

impl Dedup {
    /// Reads the state of the file.
    pub(super) fn load(connection: &Connection) -> Result<Self, StoreError> {
        let mut dedup = Self::default();
        for (id, source) in series::all(connection)? {
            dedup.ids.insert(source, id);
            let newest = &mut dedup.series.entry(id).or_default().newest;
            for tier in [Tier::Hour, Tier::Day] {
                blocks::newest_first(connection, tier, id, |_, last| {
                    *newest = (*newest).max(Some(last));
                    Ok(false)
                })?;
            }
        }
        log::all(connection, |row| dedup.note(row.series, row.entry.ts))?;
        Ok(dedup)
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

    /// Whether a reading of the series at `ts` is stored.
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

    /// Adds a reading that went to the log.
    pub(super) fn note(&mut self, id: SeriesId, ts: i64) {
        let series = self.series.entry(id).or_default();
        series.newest = series.newest.max(Some(ts));
        // Readings mostly come in order, so this mostly appends.
        let place = series.logged.partition_point(|logged| *logged < ts);
        series.logged.insert(place, ts);
        self.logged += 1;
    }

    /// Moves readings of an hour from the log to its block.
    pub(super) fn moved(&mut self, hour: Slot, entries: &[Entry]) {
        self.sealed.forget(hour.day());
        let Some(series) = self.series.get_mut(&hour.series) else { return };
        let (before, moved) =
            (series.logged.len(), |ts: &i64| entries.binary_search_by_key(ts, |e| e.ts).is_ok());
        series.logged.retain(|ts| !moved(ts));
        self.logged -= before - series.logged.len();
    }

    /// Removes a day whose blocks are gone.
    pub(super) fn given_up(&mut self, day: Slot) {
        self.sealed.forget(day);
    }
}
