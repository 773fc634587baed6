//! Outgoing readings of a node: live ones first, the backlog beside them at its own rate.
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
//! While the broker answers, nothing is written to the card. Pure but for the disk: the time is an argument, messages
//! that may go are returned, and their tickets are handed back in.

mod backlog;
mod recent;

use std::io;

use domain::Source;
use domain::ids::{DeviceId, SiteId};
use domain::native;

use super::config::OutboxTable;
use super::dating::Dating;
use super::numbering::Numbering;
use crate::instruments::{Measurement, Moment};
use crate::outbox::{Dropped, Outbox, Record, Subject, When};
use crate::publisher::{Outbound, Ticket};
use crate::uptime::{BootId, Uptime};
use backlog::Backlog;
use recent::Recent;

/// Most readings in one message.
const IN_A_MESSAGE: usize = 100;

/// Most readings in memory; more go to disk at once.
const RECENT: usize = 2000;

/// Most readings in memory while the card takes nothing; then the oldest are dropped, and counted.
const HELD: usize = 20_000;

/// Readings of one node on their way to the broker.
#[derive(Debug)]
pub(super) struct Outgoing {
    origin: Origin,
    table: OutboxTable,
    numbering: Numbering,
    recent: Recent,
    backlog: Backlog,
}

/// A message that may be sent now.
#[derive(Debug)]
pub(super) struct OutgoingMessage {
    /// The message.
    pub(super) message: Outbound,
    /// Ids of the recent readings in it; empty for a message of the backlog.
    recent: Vec<u64>,
}

/// Node that the readings come from.
#[derive(Clone, Debug)]
pub(super) struct Origin {
    pub(super) site: SiteId,
    pub(super) device: DeviceId,
    pub(super) boot: BootId,
}

impl Outgoing {
    pub(super) fn new(
        origin: Origin,
        table: OutboxTable,
        outbox: Outbox,
        numbering: Numbering,
        now: Uptime,
    ) -> Self {
        let backlog = Backlog::new(outbox, f64::from(table.backlog_per_second), now);
        Self { origin, table, numbering, recent: Recent::default(), backlog }
    }

    /// The numbers of the node.
    pub(super) const fn numbering(&self) -> &Numbering {
        &self.numbering
    }

    /// Number of readings on disk.
    pub(super) fn backlog(&self) -> u64 {
        self.backlog.len()
    }

    /// Number of readings only in memory.
    pub(super) fn in_memory(&self) -> usize {
        self.recent.len()
    }

    /// Takes a reading.
    pub(super) fn take(&mut self, measurement: Measurement, now: Uptime) {
        let Measurement { quantity, channel, value, at } = measurement;
        let when = match at {
            Moment::Dated(at) => When::At(at),
            Moment::Uptime(uptime) => When::Uptime(self.origin.boot.clone(), uptime),
        };
        self.recent.take(Record { subject: Subject { quantity, channel }, when, value }, now);
    }

    /// Removes what the broker has acknowledged.
    ///
    /// # Errors
    /// When a part of the outbox that is done with cannot be removed.
    pub(super) fn settle(&mut self, has_acknowledged: impl Fn(Ticket) -> bool) -> io::Result<()> {
        self.recent.settle(&has_acknowledged);
        self.backlog.settle(has_acknowledged)
    }

    /// Dates what can be dated, for good: a reading that is sent twice is the same one.
    pub(super) fn date(&mut self, dating: &Dating) {
        self.recent.date(&self.origin.boot, dating);
    }

    /// The next message that may go: of the live readings, or else of the backlog as its rate allows.
    ///
    /// # Errors
    /// When the outbox cannot be read, or no number can be given.
    pub(super) fn next(
        &mut self,
        dating: &Dating,
        now: Uptime,
    ) -> io::Result<Option<OutgoingMessage>> {
        if let Some(ready) = self.recent.ready() {
            return self.message(&ready.subject, &ready.records, ready.ids).map(Some);
        }
        let undatable = self.backlog.open(&self.origin.boot, dating, now)?;
        if !undatable.is_empty() {
            let readings: u64 = undatable.values().sum();
            tracing::warn!(
                readings,
                "are of an earlier start that never knew the time, and are let go"
            );
            self.numbering.drop(&undatable)?;
        }
        let unsent = self.backlog.next();
        unsent.map(|(subject, records)| self.message(&subject, &records, Vec::new())).transpose()
    }

    /// Notes that a message was handed to the publisher.
    pub(super) fn sent(&mut self, message: &OutgoingMessage, ticket: Ticket) {
        if message.recent.is_empty() {
            self.backlog.sent(ticket);
        } else {
            self.recent.sent(&message.recent, ticket);
        }
    }

    /// Writes to disk what the broker has not acknowledged in time, or everything; returns what was dropped for it.
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

    /// Writes everything to disk and gives back the numbers that were not needed.
    ///
    /// # Errors
    /// When the card takes nothing: what is in memory is lost.
    pub(super) fn close(&mut self, now: Uptime, dating: &Dating) -> io::Result<()> {
        self.write(now, true)?;
        self.numbering.close(dating.date(now))
    }

    fn message(
        &mut self,
        subject: &Subject,
        records: &[Record],
        recent: Vec<u64>,
    ) -> io::Result<OutgoingMessage> {
        let source = Source {
            device: self.origin.device.clone(),
            quantity: subject.quantity,
            channel: subject.channel.clone(),
        };
        let mut reports = Vec::with_capacity(records.len());
        for record in records {
            if let When::At(at) = record.when {
                reports.push((Some(at), record.value, Some(self.numbering.next(subject)?)));
            }
        }
        let topic = native::reading_topic(&self.origin.site, &source);
        let message = Outbound { topic, payload: native::encode(&reports), retain: false };
        Ok(OutgoingMessage { message, recent })
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
