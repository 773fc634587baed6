//! Readings and audit entries that another store does not have yet.
//!
//! A reading that was not forwarded is in the log, or its hour is owed: sealing moves it out of the one and notes the
//! other in one transaction. So an outage costs a row per series and hour, whatever its length, and a restart forwards
//! the log again.

use std::collections::HashMap;

use domain::audit::{Entry as AuditEntry, EntryId};
use domain::{Reading, Source};
use rusqlite::Connection;

use super::codec::entry::{Entry, in_order};
use super::codec::series_id::SeriesId;
use super::codec::slot::{Slot, Tier};
use super::read::reader::SqliteReader;
use super::tables::backlog::{self, Debt, Mark, NotForwarded};
use super::tables::{audit, blocks, log, series};
use crate::ports::StoreError;

/// Readings in the order of arrival.
#[derive(Debug)]
pub(crate) struct Arrivals {
    /// The readings.
    pub(crate) readings: Vec<Reading>,
    /// The place where they end.
    pub(crate) up_to: Mark,
}

/// Part of the backlog.
#[derive(Debug, Default)]
pub(crate) struct Backlog {
    /// Its slots.
    pub(crate) slots: Vec<Debt>,
    /// All readings of these slots, also those that are not owed.
    pub(crate) readings: Vec<Reading>,
    /// How many of these slots cannot be read, and will therefore not be forwarded.
    pub(crate) damaged: u64,
}

impl SqliteReader {
    /// The first readings that arrived after `mark` and are not sealed yet, in the order of arrival.
    pub(crate) async fn arrivals(&self, mark: Mark, limit: usize) -> Result<Arrivals, StoreError> {
        self.ask(move |connection| arrivals(connection, mark, limit)).await
    }

    /// The newest part of the backlog: whole slots, until there are `enough` readings.
    pub(crate) async fn backlog(&self, enough: usize) -> Result<Backlog, StoreError> {
        self.ask(move |connection| owed(connection, enough)).await
    }

    /// Entries of the audit log after `entry`, oldest first.
    pub(crate) async fn entries_after(
        &self,
        entry: EntryId,
    ) -> Result<Vec<AuditEntry>, StoreError> {
        self.ask(move |connection| audit::after(connection, entry)).await
    }

    /// Number of readings that are not forwarded when those up to `mark` are.
    pub(crate) async fn unforwarded(&self, mark: Mark) -> Result<u64, StoreError> {
        let count = move |connection: &Connection| {
            Ok(log::count_after(connection, mark.seq())? + backlog::count(connection)?)
        };
        self.ask(count).await
    }

    /// Lines that the store to which readings are forwarded refused for good, newest first; the last 1000 at most.
    ///
    /// # Errors
    /// Those of [`crate::SeriesReader`].
    pub async fn not_forwarded(&self, limit: usize) -> Result<Vec<NotForwarded>, StoreError> {
        self.ask(move |connection| backlog::refused(connection, limit)).await
    }
}

fn arrivals(connection: &Connection, mark: Mark, limit: usize) -> Result<Arrivals, StoreError> {
    let rows = log::after(connection, mark.seq(), limit)?;
    let Some(last) = rows.last() else {
        return Ok(Arrivals { readings: Vec::new(), up_to: mark });
    };
    let up_to = Mark::at(last.seq);
    let sources = Sources::read(connection)?;
    let readings = rows.iter().filter_map(|row| sources.reading(row.series, row.entry));
    Ok(Arrivals { readings: readings.collect(), up_to })
}

fn owed(connection: &Connection, enough: usize) -> Result<Backlog, StoreError> {
    let mut found = Backlog::default();
    let sources = Sources::read(connection)?;
    backlog::newest_first(connection, |debt| {
        let series = debt.slot.series;
        match sealed(connection, debt.slot) {
            Ok(entries) => {
                let readings = entries.into_iter().filter_map(|e| sources.reading(series, e));
                found.readings.extend(readings);
            }
            Err(StoreError::Damaged { what }) => {
                tracing::error!(what, "a damaged block of the store is not forwarded");
                found.damaged += 1;
            }
            Err(other) => return Err(other),
        }
        found.slots.push(debt);
        Ok(found.readings.len() < enough)
    })?;
    Ok(found)
}

/// The sealed readings of a slot. Those of an hour may be in the block of its day by now.
fn sealed(connection: &Connection, slot: Slot) -> Result<Vec<Entry>, StoreError> {
    let mut entries = blocks::read(connection, slot)?;
    if slot.tier == Tier::Hour {
        let day = blocks::read(connection, slot.day())?;
        entries.extend(day.into_iter().filter(|e| slot.start() <= e.ts && e.ts < slot.end()));
    }
    Ok(in_order(entries))
}

/// Sources by the number of their series.
struct Sources(HashMap<SeriesId, Source>);

impl Sources {
    fn read(connection: &Connection) -> Result<Self, StoreError> {
        Ok(Self(series::all(connection)?.into_iter().collect()))
    }

    /// `None` for a series of a source that this build does not know, which was logged.
    fn reading(&self, series: SeriesId, entry: Entry) -> Option<Reading> {
        let source = self.0.get(&series)?.clone();
        let observation = entry.observation(source.quantity.kind());
        Some(Reading { source, observation })
    }
}
