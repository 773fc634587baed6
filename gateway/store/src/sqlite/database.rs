//! The writing side of the file, one call at a time.

use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant as Stopwatch};

use domain::alerts::Change;
use domain::audit::{Draft, EntryId};
use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::codec::entry::Entry;
use super::dedup::Dedup;
use super::fault::file_fault;
use super::lock::FolderLock;
use super::schema;
use super::settings::{FILE, SqliteSettings};
use super::tables::backlog::{Mark, Receipt};
use super::tables::rollups::Rules;
use super::tables::{alerts, audit, backlog, learned, log, refusals, rollups, series};
use super::upkeep::disk::{self, Disk, disk_of};
use super::upkeep::seal::Pass;
use super::write_ahead_log;
use crate::kept;
use crate::ports::{Appended, Batch, StoreError};

/// How many readings the log holds at most before it is packed without a command. Every query reads the whole log.
const LONG_LOG: usize = 100_000;

/// How often free space is checked, and how often after some was freed.
const PAUSE: Duration = Duration::from_secs(10);
const PAUSE_WHEN_SHORT: Duration = Duration::from_mins(10);

/// A data folder, held for writing.
#[derive(Debug)]
pub(super) struct Database {
    connection: Connection,
    rules: Rules,
    /// `None` when the last transaction failed: only the file shows whether it took place.
    dedup: Option<Dedup>,
    /// How much of the log is forwarded; `None` without forwarding. Not in the file: after a start the log is forwarded
    /// again, which changes nothing, and while InfluxDB keeps up no byte is written for it.
    forwarded: Option<Mark>,
    folder: PathBuf,
    /// Measures the disk of the folder.
    disk: fn(&Path) -> io::Result<Disk>,
    /// When it was last measured, and how long to wait until it is again.
    space_checked: Option<(Stopwatch, Duration)>,
    _lock: FolderLock,
}

impl Database {
    /// Opens the folder's file, making both if need be.
    pub(super) fn open(folder: &Path, settings: &SqliteSettings) -> Result<Self, StoreError> {
        let lock = FolderLock::take(folder)?;
        write_ahead_log::keep_if_damaged(folder);
        let mut connection = schema::open_to_write(&folder.join(FILE))?;
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        backlog::begin(&transaction, settings.forward_to.as_deref())?;
        rollups::begin(&transaction, settings.longest_gap)?;
        transaction.commit()?;
        let dedup = Some(Dedup::load(&connection)?);
        let forwarded = settings.forward_to.is_some().then(Mark::default);
        let rules = Rules::of(settings);
        Ok(Self {
            connection,
            rules,
            dedup,
            forwarded,
            folder: folder.to_owned(),
            disk: disk_of,
            space_checked: None,
            _lock: lock,
        })
    }

    /// Stores the batch in one transaction, which is on the disk when this returns.
    pub(super) fn append(&mut self, batch: Batch) -> Result<Appended, StoreError> {
        batch.readings.iter().try_for_each(kept::check)?;
        let started = Stopwatch::now();
        let appended = self.transact(|transaction, dedup| write(transaction, dedup, batch))?;
        metrics::histogram!("vigie_store_commit_seconds").record(started.elapsed().as_secs_f64());
        Ok(appended)
    }

    /// Does the next step of a seal.
    pub(super) fn seal_step(&mut self, pass: &mut Pass) -> Result<(), StoreError> {
        let (rules, forwarded) = (self.rules.clone(), self.forwarded);
        self.transact(|transaction, dedup| {
            let moved = pass.step(transaction, &rules, forwarded, dedup.newest())?;
            for (hour, entries) in moved.sealed {
                dedup.moved(hour, &entries);
            }
            for day in moved.given_up {
                dedup.given_up(day);
            }
            Ok(())
        })?;
        if pass.frees_space() && !self.is_short_of_space()? {
            pass.has_space();
        }
        Ok(())
    }

    /// Whether old readings must go at once, since the disk is nearly full. Measures it now and then.
    pub(super) fn needs_space(&mut self) -> bool {
        if self.space_checked.is_some_and(|(at, pause)| at.elapsed() < pause) {
            return false;
        }
        let is_short = self.is_short_of_space().unwrap_or(false);
        // What could be given up has been by then; another pass would go through the same blocks.
        let pause = if is_short { PAUSE_WHEN_SHORT } else { PAUSE };
        self.space_checked = Some((Stopwatch::now(), pause));
        is_short
    }

    fn is_short_of_space(&self) -> Result<bool, StoreError> {
        let disk =
            (self.disk)(&self.folder).map_err(file_fault("ask for the room of", &self.folder))?;
        let guard = &self.rules.retention.disk;
        Ok(disk::is_short(guard, disk, disk::reusable(&self.connection)?))
    }

    /// Makes the disk seem to be another one.
    #[cfg(test)]
    pub(super) fn pretend(&mut self, disk: fn(&Path) -> io::Result<Disk>) {
        self.disk = disk;
    }

    /// Adds an entry to the audit log; it is on the disk when this returns.
    pub(super) fn record(&mut self, draft: &Draft) -> Result<EntryId, StoreError> {
        self.transact(|transaction, _| audit::add(transaction, draft))
    }

    /// Writes the present state of alerts to their log.
    pub(super) fn keep_alerts(&mut self, changes: &[Change]) -> Result<(), StoreError> {
        self.transact(|transaction, _| alerts::keep(transaction, changes))
    }

    /// Records readings that were forwarded, or refused for good.
    pub(super) fn settle(&mut self, receipt: &Receipt) -> Result<(), StoreError> {
        if !receipt.is_only_a_mark() {
            self.transact(|transaction, _| backlog::settle(transaction, receipt))?;
        }
        self.forwarded = self.forwarded.max(receipt.up_to);
        Ok(())
    }

    /// Whether the log must be packed without a command.
    pub(super) fn has_a_long_log(&self) -> bool {
        self.dedup.as_ref().is_some_and(|dedup| dedup.logged() > LONG_LOG)
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
        work: impl FnOnce(&Transaction<'_>, &mut Dedup) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut dedup = match self.dedup.take() {
            Some(dedup) => dedup,
            None => Dedup::load(&self.connection)?,
        };
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let done = work(&transaction, &mut dedup)?;
        transaction.commit()?;
        self.dedup = Some(dedup);
        Ok(done)
    }
}

fn write(connection: &Connection, dedup: &mut Dedup, batch: Batch) -> Result<Appended, StoreError> {
    let mut appended = Appended::default();
    for id in batch.healed {
        refusals::remove(connection, id)?;
    }
    let mut new = Vec::with_capacity(batch.readings.len());
    for reading in &batch.readings {
        let series = dedup.series(connection, &reading.source)?;
        let entry = Entry::from(&reading.observation);
        if dedup.is_stored(connection, series, entry.ts)? {
            appended.repeated += 1;
        } else {
            new.push((series, entry));
            dedup.note(series, entry.ts);
            appended.stored += 1;
        }
    }
    log::append(connection, &new)?;
    for (source, family) in &batch.families {
        let series = dedup.series(connection, source)?;
        series::set_family(connection, series, family)?;
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
