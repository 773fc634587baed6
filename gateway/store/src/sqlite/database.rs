//! The writing side of the file, one call at a time.

use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant as Stopwatch};

use domain::alerts::Change;
use domain::audit::{Draft, EntryId};
use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::entry::Entry;
use super::fault::file_fault;
use super::forwarding::{Mark, Receipt};
use super::known::Known;
use super::lock::FolderLock;
use super::rollups::Rules;
use super::room::{self, Disk, disk_of};
use super::seal::Pass;
use super::{
    FILE, SqliteSettings, alerts, learned, ledger, log, owed, refusals, rollups, schema, series,
};
use crate::kept;
use crate::ports::{Appended, Batch, StoreError};

/// How many readings the log holds before it is packed without being asked. Every question reads the whole log.
const LONG_LOG: usize = 100_000;

/// How often the room of the disk is looked at, and how often after some was made.
const PAUSE: Duration = Duration::from_secs(10);
const PAUSE_WHEN_SHORT: Duration = Duration::from_mins(10);

/// A data folder, held for writing.
#[derive(Debug)]
pub(super) struct Database {
    connection: Connection,
    rules: Rules,
    /// None when the last transaction failed: whether it took place is for the file to say.
    known: Option<Known>,
    /// How much of the log is forwarded; none when nothing is. Not in the file: after a start the log is forwarded
    /// again, which changes nothing, and while InfluxDB keeps up no byte is written for it.
    forwarded: Option<Mark>,
    folder: PathBuf,
    /// Asks how much room the folder's disk has.
    disk: fn(&Path) -> io::Result<Disk>,
    /// When it was last asked, and what must have passed until it is again.
    room_looked_at: Option<(Stopwatch, Duration)>,
    _lock: FolderLock,
}

impl Database {
    /// Opens the folder's file, making both if need be.
    pub(super) fn open(folder: &Path, settings: &SqliteSettings) -> Result<Self, StoreError> {
        let lock = FolderLock::take(folder)?;
        let mut connection = schema::open_to_write(&folder.join(FILE))?;
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        owed::begin(&transaction, settings.forward_to.as_deref())?;
        rollups::begin(&transaction, settings.longest_gap)?;
        transaction.commit()?;
        let known = Some(Known::load(&connection)?);
        let forwarded = settings.forward_to.is_some().then(Mark::default);
        let rules = Rules::of(settings);
        Ok(Self {
            connection,
            rules,
            known,
            forwarded,
            folder: folder.to_owned(),
            disk: disk_of,
            room_looked_at: None,
            _lock: lock,
        })
    }

    /// Stores the batch in one transaction, which is on the disk when this returns.
    pub(super) fn append(&mut self, batch: Batch) -> Result<Appended, StoreError> {
        batch.readings.iter().try_for_each(kept::check)?;
        let started = Stopwatch::now();
        let appended = self.transact(|transaction, known| write(transaction, known, batch))?;
        metrics::histogram!("vigie_store_commit_seconds").record(started.elapsed().as_secs_f64());
        Ok(appended)
    }

    /// Does the next step of a seal.
    pub(super) fn seal_step(&mut self, pass: &mut Pass) -> Result<(), StoreError> {
        let (rules, forwarded) = (self.rules.clone(), self.forwarded);
        self.transact(|transaction, known| {
            let moved = pass.step(transaction, &rules, forwarded, known.newest())?;
            for (hour, entries) in moved.sealed {
                known.moved(hour, &entries);
            }
            for day in moved.given_up {
                known.given_up(day);
            }
            Ok(())
        })?;
        if pass.makes_room() && !self.is_short_of_room()? {
            pass.has_room();
        }
        Ok(())
    }

    /// Whether old readings should go at once, since the disk is nearly full. Looks at it now and then.
    pub(super) fn wants_room(&mut self) -> bool {
        if self.room_looked_at.is_some_and(|(at, pause)| at.elapsed() < pause) {
            return false;
        }
        let is_short = self.is_short_of_room().unwrap_or(false);
        // What could be given up has been by then; asking at once again would go through the same blocks.
        let pause = if is_short { PAUSE_WHEN_SHORT } else { PAUSE };
        self.room_looked_at = Some((Stopwatch::now(), pause));
        is_short
    }

    fn is_short_of_room(&self) -> Result<bool, StoreError> {
        let disk =
            (self.disk)(&self.folder).map_err(file_fault("ask for the room of", &self.folder))?;
        let guard = &self.rules.retention.disk;
        Ok(room::is_short(guard, disk, room::reusable(&self.connection)?))
    }

    /// Makes the disk seem to be another one.
    #[cfg(test)]
    pub(super) fn pretend(&mut self, disk: fn(&Path) -> io::Result<Disk>) {
        self.disk = disk;
    }

    /// Enters something in the ledger; it is on the disk when this returns.
    pub(super) fn record(&mut self, draft: &Draft) -> Result<EntryId, StoreError> {
        self.transact(|transaction, _| ledger::add(transaction, draft))
    }

    /// Writes down how alerts stand.
    pub(super) fn keep_alerts(&mut self, changes: &[Change]) -> Result<(), StoreError> {
        self.transact(|transaction, _| alerts::keep(transaction, changes))
    }

    /// Takes note of what was forwarded, or refused for good.
    pub(super) fn settle(&mut self, receipt: &Receipt) -> Result<(), StoreError> {
        if !receipt.is_only_a_mark() {
            self.transact(|transaction, _| owed::settle(transaction, receipt))?;
        }
        self.forwarded = self.forwarded.max(receipt.up_to);
        Ok(())
    }

    /// Whether the log should be packed before anyone asks for it.
    pub(super) fn has_a_long_log(&self) -> bool {
        self.known.as_ref().is_some_and(|known| known.logged() > LONG_LOG)
    }

    /// Closes the file and gives the folder free.
    pub(super) fn close(self) -> Result<(), StoreError> {
        self.connection.close().map_err(|(_, error)| error.into())
    }

    /// Makes the disk seem full beyond so many pages, or those that are used already.
    #[cfg(test)]
    pub(super) fn limit_pages(&self, pages: i64) {
        self.connection.pragma_update(None, "max_page_count", pages).unwrap();
    }

    fn transact<T>(
        &mut self,
        work: impl FnOnce(&Transaction<'_>, &mut Known) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut known = match self.known.take() {
            Some(known) => known,
            None => Known::load(&self.connection)?,
        };
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let done = work(&transaction, &mut known)?;
        transaction.commit()?;
        self.known = Some(known);
        Ok(done)
    }
}

fn write(connection: &Connection, known: &mut Known, batch: Batch) -> Result<Appended, StoreError> {
    let mut appended = Appended::default();
    for id in batch.healed {
        refusals::remove(connection, id)?;
    }
    let mut new = Vec::with_capacity(batch.readings.len());
    for reading in &batch.readings {
        let series = known.series(connection, &reading.source)?;
        let entry = Entry::from(&reading.observation);
        if known.is_stored(connection, series, entry.ts)? {
            appended.repeated += 1;
        } else {
            new.push((series, entry));
            known.note(series, entry.ts);
            appended.stored += 1;
        }
    }
    log::append(connection, &new)?;
    for (source, family) in &batch.families {
        let series = known.series(connection, source)?;
        series::told_by(connection, series, family)?;
    }
    for learned in &batch.learned {
        learned::keep(connection, learned)?;
    }
    if !batch.refused.is_empty() {
        for refused in batch.refused {
            refusals::add(connection, refused)?;
        }
        appended.dropped = refusals::drop_oldest(connection)?;
    }
    Ok(appended)
}
