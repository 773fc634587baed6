//! The writing side of the file, one call at a time.

use std::path::Path;
use std::time::Instant as Stopwatch;

use rusqlite::{Connection, TransactionBehavior};

use super::entry::Entry;
use super::known::Known;
use super::lock::FolderLock;
use super::{FILE, SqliteSettings, log, refusals, schema};
use crate::kept;
use crate::ports::{Appended, Batch, StoreError};

/// A data folder, held for writing.
#[derive(Debug)]
pub(super) struct Database {
    connection: Connection,
    /// None when the last transaction failed: whether it took place is for the file to say.
    known: Option<Known>,
    _lock: FolderLock,
}

impl Database {
    /// Opens the folder's file, making both if need be.
    pub(super) fn open(folder: &Path, _settings: &SqliteSettings) -> Result<Self, StoreError> {
        let lock = FolderLock::take(folder)?;
        let connection = schema::open_to_write(&folder.join(FILE))?;
        let known = Some(Known::load(&connection)?);
        Ok(Self { connection, known, _lock: lock })
    }

    /// Stores the batch in one transaction, which is on the disk when this returns.
    pub(super) fn append(&mut self, batch: Batch) -> Result<Appended, StoreError> {
        batch.readings.iter().try_for_each(kept::check)?;
        let started = Stopwatch::now();
        let mut known = match self.known.take() {
            Some(known) => known,
            None => Known::load(&self.connection)?,
        };
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let appended = write(&transaction, &mut known, batch)?;
        transaction.commit()?;
        self.known = Some(known);
        metrics::histogram!("vigie_store_commit_seconds").record(started.elapsed().as_secs_f64());
        Ok(appended)
    }

    /// Closes the file and gives the folder free.
    pub(super) fn close(self) -> Result<(), StoreError> {
        self.connection.close().map_err(|(_, error)| error.into())
    }
}

fn write(connection: &Connection, known: &mut Known, batch: Batch) -> Result<Appended, StoreError> {
    let mut appended = Appended::default();
    for id in batch.healed {
        refusals::remove(connection, id)?;
    }
    for reading in &batch.readings {
        let series = known.series(connection, &reading.source)?;
        let entry = Entry::from(&reading.observation);
        if known.is_stored(connection, series, entry.ts) {
            appended.repeated += 1;
        } else {
            log::add(connection, series, entry)?;
            known.note(series, entry.ts);
            appended.stored += 1;
        }
    }
    if !batch.refused.is_empty() {
        for refused in batch.refused {
            refusals::add(connection, refused)?;
        }
        appended.dropped = refusals::drop_oldest(connection)?;
    }
    Ok(appended)
}
