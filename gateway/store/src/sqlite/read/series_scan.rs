//! One series as a whole: its readings lie in the log, in hour blocks and in day blocks, each anywhere in time.

use std::iter::Peekable;

use rusqlite::{CachedStatement, Connection, params};

use crate::ports::StoreError;
use crate::sqlite::codec::entry::{Entry, in_order};
use crate::sqlite::codec::series_id::SeriesId;
use crate::sqlite::codec::slot::{Slot, Tier};
use crate::sqlite::tables::{blocks, log};

/// From which end of a stretch of time readings are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sqlite) enum End {
    /// The oldest come first.
    Oldest,
    /// The newest come first.
    Newest,
}

/// A series, as it stands within one transaction.
#[derive(Debug)]
pub(in crate::sqlite) struct Series<'c> {
    connection: &'c Connection,
    id: SeriesId,
    logged: Vec<Entry>,
}

impl<'c> Series<'c> {
    /// Reads what the log holds of the series.
    pub(in crate::sqlite) fn read(
        connection: &'c Connection,
        id: SeriesId,
    ) -> Result<Self, StoreError> {
        Ok(Self::with(connection, id, log::of_series(connection, id)?))
    }

    /// With what the log holds of the series, in order.
    pub(in crate::sqlite) fn with(
        connection: &'c Connection,
        id: SeriesId,
        logged: Vec<Entry>,
    ) -> Self {
        Self { connection, id, logged }
    }

    /// At most `count` readings from one end of `from` up to, not including, `until`; in order. Only blocks that may
    /// hold one of these are read.
    pub(in crate::sqlite) fn readings(
        &self,
        from: i64,
        until: i64,
        count: usize,
        end: End,
    ) -> Result<Vec<Entry>, StoreError> {
        if from >= until || count == 0 {
            return Ok(Vec::new());
        }
        let place = |ts| self.logged.partition_point(|entry| entry.ts < ts);
        let mut found = self.logged[place(from)..place(until)].to_vec();

        let mut hours = blocks::list(self.connection, Tier::Hour, end == End::Newest)?;
        let mut days = blocks::list(self.connection, Tier::Day, end == End::Newest)?;
        let mut hours = self.slots(&mut hours, Tier::Hour, from, until)?;
        let mut days = self.slots(&mut days, Tier::Day, from, until)?;
        while let Some(slot) = nearer(&mut hours, &mut days, end)? {
            if is_enough(&found, slot, count, end) {
                break;
            }
            let block = blocks::read_listed(self.connection, slot, self.id)?;
            found.extend(block.into_iter().filter(|entry| from <= entry.ts && entry.ts < until));
        }
        Ok(cut(in_order(found), count, end))
    }

    fn slots<'s>(
        &self,
        statement: &'s mut CachedStatement<'_>,
        tier: Tier,
        from: i64,
        until: i64,
    ) -> Result<Peekable<impl Iterator<Item = rusqlite::Result<Slot>> + use<'s>>, StoreError> {
        let id = |ts| Slot::of(tier, self.id, ts).id();
        let bounds = params![self.id, id(from), id(until - 1)];
        let slots = statement.query_map(bounds, move |row| Ok(Slot::from_id(tier, row.get(0)?)))?;
        Ok(slots.peekable())
    }
}

/// The next slot of both lists, seen from `end`.
fn nearer(
    hours: &mut Peekable<impl Iterator<Item = rusqlite::Result<Slot>>>,
    days: &mut Peekable<impl Iterator<Item = rusqlite::Result<Slot>>>,
    end: End,
) -> Result<Option<Slot>, StoreError> {
    let hour_is_nearer = match (hours.peek(), days.peek()) {
        (Some(Ok(hour)), Some(Ok(day))) => match end {
            End::Oldest => hour.start() < day.start(),
            End::Newest => hour.end() > day.end(),
        },
        // One list has ended or failed; a failure comes out below, in its turn.
        (hour, _) => hour.is_some(),
    };
    let next = if hour_is_nearer { hours.next() } else { days.next() };
    Ok(next.transpose()?)
}

/// Whether `count` readings were found that lie nearer to `end` than all of `slot`, and so than all slots after it.
fn is_enough(found: &[Entry], slot: Slot, count: usize, end: End) -> bool {
    let is_nearer = |entry: &&Entry| match end {
        End::Oldest => entry.ts < slot.start(),
        End::Newest => entry.ts >= slot.end(),
    };
    found.len() >= count && found.iter().filter(is_nearer).count() >= count
}

fn cut(mut entries: Vec<Entry>, count: usize, end: End) -> Vec<Entry> {
    match end {
        End::Oldest => entries.truncate(count),
        End::Newest => drop(entries.drain(..entries.len().saturating_sub(count))),
    }
    entries
}
