//! The writing side of the file, one call at a time.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant as Stopwatch;

use domain::Reading;
use domain::alerts::Change;
use domain::audit::{Draft, EntryId};
use domain::site::Retention;
use domain::storage::Imported;
use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::codec::entry::Entry;
use super::codec::series_id::SeriesId;
use super::codec::slot::{Slot, Tier};
use super::dedup::Dedup;
use super::lock::FolderLock;
use super::schema;
use super::settings::{FILE, SqliteSettings};
use super::tables::backlog::{Mark, Receipt};
use super::tables::rollups::Rules;
use super::tables::{alerts, audit, backlog, imported, learned, log, refusals, rollups, series};
use super::upkeep::disk::{Disk, Measure, disk_of};
use super::upkeep::future::{Future, take_out};
use super::upkeep::seal::Pass;
use super::write_ahead_log;
use crate::kept;
use crate::ports::{Appended, Batch, StoreError};

/// How many readings the log holds at most before it is packed without a command. Every query reads the whole log.
const LONG_LOG: usize = 100_000;

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
        let measure = Measure { folder: self.folder.clone(), disk: self.disk };
        self.transact(|transaction, dedup| {
            let moved = pass.step(transaction, &rules, forwarded, &measure)?;
            for (hour, entries) in moved.sealed {
                dedup.moved(hour, &entries);
            }
            for day in moved.given_up {
                dedup.given_up(day);
            }
            Ok(())
        })
    }

    /// Keeps what is stored for so long from now on.
    pub(super) fn follow(&mut self, retention: Retention) {
        self.rules.retention = Arc::new(retention);
    }

    /// Makes the disk seem to be another one.
    #[cfg(test)]
    pub(super) fn pretend(&mut self, disk: fn(&Path) -> io::Result<Disk>) {
        self.disk = disk;
    }

    /// Takes the readings of the future out, given to `keep`, and adds the entries of `finish` to the audit log.
    pub(super) fn take_out(
        &mut self,
        future: &Future<'_>,
        keep: &mut dyn FnMut(&[Reading]) -> Result<(), StoreError>,
        finish: impl FnOnce() -> Result<Vec<Draft>, StoreError>,
    ) -> Result<(), StoreError> {
        let rules = self.rules.clone();
        self.transact(|transaction, _| {
            take_out(transaction, &rules, future, keep)?;
            for draft in finish()? {
                audit::add(transaction, &draft)?;
            }
            Ok(())
        })?;
        self.dedup = None;
        Ok(())
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
    let mut days = HashMap::<SeriesId, (i64, i64)>::new();
    for reading in &batch.readings {
        let series = dedup.series(connection, &reading.source)?;
        let entry = Entry::from(&reading.observation);
        if dedup.is_stored(connection, series, entry.ts)? {
            appended.repeated += 1;
        } else {
            if batch.imported_at.is_some() {
                let day = Slot::of(Tier::Day, series, entry.ts).number();
                let (first, last) = days.entry(series).or_insert((day, day));
                (*first, *last) = (day.min(*first), day.max(*last));
            }
            new.push((series, entry));
            dedup.note(series, entry.ts);
            appended.stored += 1;
        }
    }
    log::append(connection, &new)?;
    if let Some(at) = batch.imported_at {
        for (series, (first, last)) in days {
            let on = Slot::of(Tier::Day, series, at.as_millis()).number();
            imported::note(connection, series, Imported { first, last, on })?;
        }
    }
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
