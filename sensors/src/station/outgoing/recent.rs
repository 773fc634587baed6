//! Readings in memory that the broker has not acknowledged yet.

use std::collections::VecDeque;

use super::{Dating, IN_A_MESSAGE, date};
use crate::outbox::{Dropped, Record, Subject, When};
use crate::publisher::Ticket;
use crate::uptime::{BootId, Uptime};

/// The youngest readings, in the order in which they were taken.
#[derive(Debug, Default)]
pub(super) struct Recent {
    waiting: VecDeque<Waiting>,
    next_id: u64,
}

#[derive(Debug)]
struct Waiting {
    id: u64,
    record: Record,
    taken: Uptime,
    ticket: Option<Ticket>,
}

/// Readings of one subject that may go now.
pub(super) struct Ready {
    pub(super) subject: Subject,
    pub(super) records: Vec<Record>,
    pub(super) ids: Vec<u64>,
}

impl Recent {
    /// Number of readings.
    pub(super) fn len(&self) -> usize {
        self.waiting.len()
    }

    /// When the oldest was taken.
    pub(super) fn oldest(&self) -> Option<Uptime> {
        self.waiting.front().map(|waiting| waiting.taken)
    }

    pub(super) fn take(&mut self, record: Record, now: Uptime) {
        self.waiting.push_back(Waiting { id: self.next_id, record, taken: now, ticket: None });
        self.next_id += 1;
    }

    /// Dates what can be dated.
    pub(super) fn date(&mut self, boot: &BootId, dating: &Dating) {
        for waiting in &mut self.waiting {
            date(&mut waiting.record, boot, dating);
        }
    }

    /// Dated readings of the first subject that has some which were not sent.
    pub(super) fn ready(&self) -> Option<Ready> {
        let is_ready = |waiting: &&Waiting| {
            waiting.ticket.is_none() && matches!(waiting.record.when, When::At(_))
        };
        let subject = self.waiting.iter().find(is_ready)?.record.subject.clone();
        let of_subject =
            |waiting: &&Waiting| is_ready(waiting) && waiting.record.subject == subject;
        let (ids, records) = self
            .waiting
            .iter()
            .filter(of_subject)
            .take(IN_A_MESSAGE)
            .map(|waiting| (waiting.id, waiting.record.clone()))
            .unzip();
        Some(Ready { subject, records, ids })
    }

    /// Notes that these were handed to the publisher.
    pub(super) fn sent(&mut self, ids: &[u64], ticket: Ticket) {
        for waiting in self.waiting.iter_mut().filter(|waiting| ids.contains(&waiting.id)) {
            waiting.ticket = Some(ticket);
        }
    }

    /// Removes what the broker has acknowledged.
    pub(super) fn settle(&mut self, has_acknowledged: impl Fn(Ticket) -> bool) {
        self.waiting.retain(|waiting| !waiting.ticket.is_some_and(&has_acknowledged));
    }

    /// All readings, for the disk.
    pub(super) fn records(&self) -> Vec<Record> {
        self.waiting.iter().map(|waiting| waiting.record.clone()).collect()
    }

    /// Forgets all, once they are on disk.
    pub(super) fn clear(&mut self) {
        self.waiting.clear();
    }

    /// Drops the oldest, for want of room.
    pub(super) fn let_go(&mut self, count: usize) -> Dropped {
        let mut dropped = Dropped::new();
        for waiting in self.waiting.drain(..count.min(self.waiting.len())) {
            *dropped.entry(waiting.record.subject).or_default() += 1;
        }
        dropped
    }
}
