//! What another store does not have yet.
//!
//! A reading that was not forwarded is in the log, or its hour is owed: sealing moves it out of the one and notes the
//! other in one transaction. So an outage costs a row per series and hour, whatever its length, and a restart forwards
//! the log again.

use std::collections::HashMap;

use domain::audit::{Entry as LedgerEntry, EntryId};
use domain::{Instant, Reading, Source};
use rusqlite::Connection;

use super::entry::{Entry, in_order};
use super::reader::SqliteReader;
use super::series::{self, SeriesId};
use super::slot::{Slot, Tier};
use super::{blocks, ledger, log, owed};
use crate::ports::StoreError;

/// A place in the order of arrival: everything up to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Mark(i64);

impl Mark {
    /// Whether the row of the log with this `seq` arrived up to here.
    pub(super) const fn covers(self, seq: i64) -> bool {
        seq <= self.0
    }
}

/// Readings as they arrived.
#[derive(Debug)]
pub(crate) struct Arrived {
    /// The readings.
    pub(crate) readings: Vec<Reading>,
    /// Where they end.
    pub(crate) up_to: Mark,
}

/// A stretch of time of a series that is owed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Debt {
    pub(super) slot: Slot,
    /// How many readings were owed when it was looked at. More may have joined since.
    pub(super) count: i64,
}

/// Some of what is owed.
#[derive(Debug, Default)]
pub(crate) struct Debts {
    /// Which stretches of time.
    pub(crate) slots: Vec<Debt>,
    /// All readings of these, also those that are not owed.
    pub(crate) readings: Vec<Reading>,
    /// How many of these stretches cannot be read, and will therefore not be forwarded.
    pub(crate) damaged: u64,
}

/// What became of readings that were to be forwarded.
#[derive(Debug, Default)]
pub(crate) struct Receipt {
    /// All that arrived up to here is there, or was refused.
    pub(crate) up_to: Option<Mark>,
    /// What is no longer owed.
    pub(crate) paid: Vec<Debt>,
    /// What was refused for good.
    pub(crate) refused: Vec<NotForwarded>,
}

impl Receipt {
    /// Whether there is nothing to write.
    pub(super) fn is_only_a_mark(&self) -> bool {
        self.paid.is_empty() && self.refused.is_empty()
    }
}

/// A reading that InfluxDB will never take. It stays in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotForwarded {
    /// When it was refused.
    pub at: Instant,
    /// As it was sent, or as it would have been.
    pub line: String,
    /// Why.
    pub reason: String,
}

impl SqliteReader {
    /// The first readings that arrived after `mark` and are not sealed yet, in the order of arrival.
    pub(crate) async fn arrived(&self, mark: Mark, limit: usize) -> Result<Arrived, StoreError> {
        self.ask(move |connection| arrived(connection, mark, limit)).await
    }

    /// What is owed: whole stretches of time, newest first, until there are `enough` readings.
    pub(crate) async fn debts(&self, enough: usize) -> Result<Debts, StoreError> {
        self.ask(move |connection| debts(connection, enough)).await
    }

    /// What was entered in the ledger after `entry`, oldest first.
    pub(crate) async fn entries_after(
        &self,
        entry: EntryId,
    ) -> Result<Vec<LedgerEntry>, StoreError> {
        self.ask(move |connection| ledger::after(connection, entry)).await
    }

    /// How many readings are not forwarded when those up to `mark` are.
    pub(crate) async fn unforwarded(&self, mark: Mark) -> Result<u64, StoreError> {
        let count = move |connection: &Connection| {
            Ok(log::count_after(connection, mark.0)? + owed::count(connection)?)
        };
        self.ask(count).await
    }

    /// What the store that readings are forwarded to will never take, newest first; the last 1000 at most.
    ///
    /// # Errors
    /// As all questions of [`crate::SeriesReader`].
    pub async fn not_forwarded(&self, limit: usize) -> Result<Vec<NotForwarded>, StoreError> {
        self.ask(move |connection| owed::refused(connection, limit)).await
    }
}

fn arrived(connection: &Connection, mark: Mark, limit: usize) -> Result<Arrived, StoreError> {
    let rows = log::after(connection, mark.0, limit)?;
    let Some(last) = rows.last() else {
        return Ok(Arrived { readings: Vec::new(), up_to: mark });
    };
    let up_to = Mark(last.seq);
    let sources = Sources::read(connection)?;
    let readings = rows.iter().filter_map(|row| sources.reading(row.series, row.entry));
    Ok(Arrived { readings: readings.collect(), up_to })
}

fn debts(connection: &Connection, enough: usize) -> Result<Debts, StoreError> {
    let mut found = Debts::default();
    let sources = Sources::read(connection)?;
    owed::newest_first(connection, |debt| {
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

/// Whose readings are whose.
struct Sources(HashMap<SeriesId, Source>);

impl Sources {
    fn read(connection: &Connection) -> Result<Self, StoreError> {
        Ok(Self(series::all(connection)?.into_iter().collect()))
    }

    /// None for a series that this build cannot name; a warning has said so.
    fn reading(&self, series: SeriesId, entry: Entry) -> Option<Reading> {
        let source = self.0.get(&series)?.clone();
        let observation = entry.observation(source.quantity.kind());
        Some(Reading { source, observation })
    }
}
