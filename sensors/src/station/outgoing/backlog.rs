//! Readings on disk, and the part of them that is being sent, at a rate that leaves room for live ones.

use std::collections::{BTreeMap, VecDeque};
use std::io;

use super::{Dating, IN_A_MESSAGE, date};
use crate::outbox::{Dropped, Head, Outbox, Record, Subject, When};
use crate::publisher::Ticket;
use crate::uptime::{BootId, Uptime};

/// The outbox, sent from its oldest reading on.
#[derive(Debug)]
pub(super) struct Backlog {
    outbox: Outbox,
    /// Readings a second.
    rate: f64,
    batch: Option<Batch>,
    /// Number of old readings that may be sent now, and when it was computed.
    allowance: f64,
    allowed_at: Uptime,
}

/// Old readings that are being sent.
#[derive(Debug)]
struct Batch {
    head: Head,
    unsent: VecDeque<(Subject, Vec<Record>)>,
    tickets: Vec<Ticket>,
}

impl Backlog {
    /// The readings of `outbox`, to be sent at `rate` a second from `now` on.
    pub(super) const fn new(outbox: Outbox, rate: f64, now: Uptime) -> Self {
        Self { outbox, rate, batch: None, allowance: 0.0, allowed_at: now }
    }

    /// Number of readings on disk.
    pub(super) fn len(&self) -> u64 {
        self.outbox.len()
    }

    /// Writes readings to disk; returns what was dropped for them.
    ///
    /// # Errors
    /// When the card takes nothing.
    pub(super) fn append(&mut self, records: &[Record]) -> io::Result<Dropped> {
        self.outbox.append(records)
    }

    /// Removes a part that the broker has acknowledged as a whole.
    ///
    /// # Errors
    /// When it cannot be removed.
    pub(super) fn settle(&mut self, has_acknowledged: impl Fn(Ticket) -> bool) -> io::Result<()> {
        let is_done = |batch: &mut Batch| {
            batch.unsent.is_empty() && batch.tickets.iter().all(|ticket| has_acknowledged(*ticket))
        };
        match self.batch.take_if(is_done) {
            Some(batch) => self.outbox.confirm(&batch.head),
            None => Ok(()),
        }
    }

    /// Opens the next part when its rate allows one and none is open; returns what can never be dated and is dropped.
    ///
    /// # Errors
    /// When the outbox cannot be read.
    pub(super) fn open(
        &mut self,
        boot: &BootId,
        dating: &Dating,
        now: Uptime,
    ) -> io::Result<Dropped> {
        let mut undatable = Dropped::new();
        if self.batch.is_some() {
            return Ok(undatable);
        }
        let seconds = now.since(self.allowed_at).as_secs_f64();
        self.allowed_at = now;
        self.allowance = (self.allowance + seconds * self.rate).min(self.rate.max(1.0));
        if self.allowance < 1.0 {
            return Ok(undatable);
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between 1 and the rate, which is a u32"
        )]
        let count = (self.allowance as usize).min(IN_A_MESSAGE);
        let Some(mut head) = self.outbox.head(count)? else { return Ok(undatable) };
        if head.damaged > 0 {
            tracing::error!(
                readings = head.damaged,
                "were damaged on the card and are lost; is it worn out?"
            );
        }
        for record in &mut head.records {
            date(record, boot, dating);
        }
        // Of this start of the machine, whose time is not known yet: what follows waits, too.
        let is_early = |record: &Record| matches!(&record.when, When::Uptime(of, _) if of == boot);
        if let Some(early) = head.records.iter().position(is_early) {
            head.records.truncate(early);
        }
        self.allowance -= head.records.len() as f64;
        let mut by_subject: BTreeMap<Subject, Vec<Record>> = BTreeMap::new();
        for record in &head.records {
            match record.when {
                When::At(_) => {
                    by_subject.entry(record.subject.clone()).or_default().push(record.clone());
                }
                When::Uptime(..) => *undatable.entry(record.subject.clone()).or_default() += 1,
            }
        }
        if !head.records.is_empty() {
            let unsent = by_subject.into_iter().collect();
            self.batch = Some(Batch { head, unsent, tickets: Vec::new() });
        }
        Ok(undatable)
    }

    /// The readings of one subject that go next.
    pub(super) fn next(&mut self) -> Option<(Subject, Vec<Record>)> {
        self.batch.as_mut()?.unsent.pop_front()
    }

    /// Notes that the readings of the last `next` were handed to the publisher.
    pub(super) fn sent(&mut self, ticket: Ticket) {
        if let Some(batch) = &mut self.batch {
            batch.tickets.push(ticket);
        }
    }
}
