//! What a node sends when: live readings first, the backlog beside them at its own rate.
//!
//! ```text
//! take ──▶ recent (memory) ──▶ next ──▶ (broker) ──▶ settle
//!            │ not acknowledged in time       ▲
//!            └──▶ outbox (disk) ── backlog ───┘
//! ```
//!
//! | file | what it does |
//! |---|---|
//! | `recent` | readings in memory |
//! | `backlog` | readings on disk, sent at their own rate |
//!
//! While the broker answers, nothing is written to the card. No tasks and no waiting: it is told the time, gives the
//! messages that may go, and is told their tickets.

mod backlog;
mod recent;

use std::io;

use domain::Source;
use domain::ids::{DeviceId, SiteId};
use domain::native;

use super::config::OutboxTable;
use super::crew::Find;
use super::dating::Dating;
use super::numbering::Numbering;
use crate::instruments::Moment;
use crate::outbox::{Dropped, Outbox, Record, Subject, When};
use crate::publisher::{Outbound, Ticket};
use crate::uptime::{BootId, Uptime};
use backlog::Backlog;
use recent::Recent;

/// How many readings go into one message.
const IN_A_MESSAGE: usize = 100;

/// More readings than this in memory go to disk at once.
const RECENT: usize = 2000;

/// When the card takes nothing, so many readings are held in memory; then the oldest go, and are counted.
const HELD: usize = 20_000;

/// The readings of one node on their way to the broker.
#[derive(Debug)]
pub(super) struct Post {
    sender: Sender,
    table: OutboxTable,
    numbering: Numbering,
    recent: Recent,
    backlog: Backlog,
}

/// A message that may go now.
#[derive(Debug)]
pub(super) struct Parcel {
    /// The message.
    pub(super) message: Outbound,
    /// Which recent readings it carries; those of the backlog have none.
    live: Vec<u64>,
}

/// Who the readings are of.
#[derive(Clone, Debug)]
pub(super) struct Sender {
    pub(super) site: SiteId,
    pub(super) device: DeviceId,
    pub(super) boot: BootId,
}

impl Post {
    pub(super) fn new(
        sender: Sender,
        table: OutboxTable,
        outbox: Outbox,
        numbering: Numbering,
        now: Uptime,
    ) -> Self {
        let backlog = Backlog::new(outbox, f64::from(table.backlog_per_second), now);
        Self { sender, table, numbering, recent: Recent::default(), backlog }
    }

    /// The numbers of the node.
    pub(super) const fn numbering(&self) -> &Numbering {
        &self.numbering
    }

    /// How many readings wait on disk.
    pub(super) fn backlog(&self) -> u64 {
        self.backlog.len()
    }

    /// How many readings are only in memory.
    pub(super) fn in_memory(&self) -> usize {
        self.recent.len()
    }

    /// Takes a reading.
    pub(super) fn take(&mut self, find: Find, now: Uptime) {
        let when = match find.measured.at {
            Moment::Told(at) => When::At(at),
            Moment::Uptime(uptime) => When::Uptime(self.sender.boot.clone(), uptime),
        };
        self.recent.take(Record { subject: find.subject, when, value: find.measured.value }, now);
    }

    /// Lets go what the broker has acknowledged.
    ///
    /// # Errors
    /// When a part of the outbox that is done with cannot be removed.
    pub(super) fn settle(&mut self, has_acknowledged: impl Fn(Ticket) -> bool) -> io::Result<()> {
        self.recent.settle(&has_acknowledged);
        self.backlog.settle(has_acknowledged)
    }

    /// Dates what can be dated, for good: a reading that is sent twice is the same one.
    pub(super) fn date(&mut self, dating: &Dating) {
        self.recent.date(&self.sender.boot, dating);
    }

    /// The next message that may go: of the live readings, or else of the backlog as its rate allows.
    ///
    /// # Errors
    /// When the outbox cannot be read, or no number can be given.
    pub(super) fn next(&mut self, dating: &Dating, now: Uptime) -> io::Result<Option<Parcel>> {
        if let Some(ready) = self.recent.ready() {
            return self.parcel(&ready.subject, &ready.records, ready.ids).map(Some);
        }
        let undatable = self.backlog.open(&self.sender.boot, dating, now)?;
        if !undatable.is_empty() {
            let readings: u64 = undatable.values().sum();
            tracing::warn!(
                readings,
                "are of an earlier start that never knew the time, and are let go"
            );
            self.numbering.drop(&undatable)?;
        }
        let unsent = self.backlog.next();
        unsent.map(|(subject, records)| self.parcel(&subject, &records, Vec::new())).transpose()
    }

    /// A message is on its way.
    pub(super) fn sent(&mut self, parcel: &Parcel, ticket: Ticket) {
        if parcel.live.is_empty() {
            self.backlog.sent(ticket);
        } else {
            self.recent.sent(&parcel.live, ticket);
        }
    }

    /// Writes to disk what the broker has not acknowledged in time, or everything; gives what had to go for it.
    ///
    /// # Errors
    /// When the card takes nothing; the readings stay in memory.
    pub(super) fn write(&mut self, now: Uptime, everything: bool) -> io::Result<Dropped> {
        let too_many = self.recent.len() > RECENT;
        let is_old = |taken: Uptime| now.since(taken) >= self.table.write_after;
        if !everything && !too_many && !self.recent.oldest().is_some_and(is_old) {
            return Ok(Dropped::new());
        }
        // Younger ones go with the old, so that the card is written once and not for each.
        let dropped = match self.backlog.append(&self.recent.records()) {
            Ok(dropped) => {
                self.recent.clear();
                dropped
            }
            Err(error) if self.recent.len() <= HELD => return Err(error),
            Err(_) => self.recent.let_go(HELD / 10),
        };
        if !dropped.is_empty() {
            self.numbering.drop(&dropped)?;
        }
        Ok(dropped)
    }

    /// Everything is on disk, and the numbers that were not needed are given back.
    ///
    /// # Errors
    /// When the card takes nothing: what is in memory is lost.
    pub(super) fn close(&mut self, now: Uptime, dating: &Dating) -> io::Result<()> {
        self.write(now, true)?;
        self.numbering.close(dating.date(now))
    }

    fn parcel(
        &mut self,
        subject: &Subject,
        records: &[Record],
        live: Vec<u64>,
    ) -> io::Result<Parcel> {
        let source = Source {
            device: self.sender.device.clone(),
            quantity: subject.quantity,
            channel: subject.channel.clone(),
        };
        let mut reports = Vec::with_capacity(records.len());
        for record in records {
            if let When::At(at) = record.when {
                reports.push((Some(at), record.value, Some(self.numbering.next(subject)?)));
            }
        }
        let topic = native::reading_topic(&self.sender.site, &source);
        let message = Outbound { topic, payload: native::encode(&reports), retain: false };
        Ok(Parcel { message, live })
    }
}

/// Dates a reading of this start of the machine, if the clock is right.
fn date(record: &mut Record, boot: &BootId, dating: &Dating) {
    if let When::Uptime(of, uptime) = &record.when
        && of == boot
        && let Some(at) = dating.date(*uptime)
    {
        record.when = When::At(at);
    }
}

#[cfg(test)]
mod tests;
