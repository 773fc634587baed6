//! What the writer knows of the file by heart, so that it can tell new readings from repeated ones without an index.

use std::collections::HashMap;

use domain::Source;
use rusqlite::Connection;

use super::series::{self, SeriesId};
use crate::ports::StoreError;

/// The series and what is newest of them. It follows from the file and is loaded again whenever the two may differ.
#[derive(Debug, Default)]
pub(super) struct Known {
    ids: HashMap<Source, SeriesId>,
    series: HashMap<SeriesId, Series>,
    logged: usize,
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
        }
        let mut statement = connection.prepare_cached("SELECT series, ts FROM log")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            known.note(row.get(0)?, row.get(1)?);
        }
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

    /// Whether a reading of `series` at `ts` is stored.
    pub(super) fn is_stored(
        &mut self,
        _connection: &Connection,
        series: SeriesId,
        ts: i64,
    ) -> bool {
        let series = self.series.entry(series).or_default();
        if series.newest.is_none_or(|newest| ts > newest) {
            return false;
        }
        series.logged.binary_search(&ts).is_ok()
    }

    /// Remembers that a reading was added to the log.
    pub(super) fn note(&mut self, series: SeriesId, ts: i64) {
        let series = self.series.entry(series).or_default();
        series.newest = series.newest.max(Some(ts));
        // Readings mostly come in order, so this mostly appends.
        let place = series.logged.partition_point(|logged| *logged < ts);
        series.logged.insert(place, ts);
        self.logged += 1;
    }
}
