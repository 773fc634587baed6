//! What an export takes out of a damaged file: sources, the days in which they have readings, and those readings, each
//! looked for in the tables themselves and in their indexes.

use std::collections::BTreeSet;

use domain::{Instant, Observation, Period, Source};
use rusqlite::{Connection, params};

use super::pages;
use crate::ports::StoreError;
use crate::sqlite::codec::entry::in_order;
use crate::sqlite::codec::series_id::SeriesId;
use crate::sqlite::codec::slot::{Slot, Tier};
use crate::sqlite::tables::{blocks, log, series};

/// Tables that readings are in.
const TABLES: [&str; 5] = ["series", "log", "blk_h", "blk_d", "times"];
/// Hours of a day.
const HOURS: i64 = 24;

/// Readings of a day of a source, as far as they can be read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Salvaged {
    /// The readings, in the order of time.
    pub readings: Vec<Observation>,
    /// What cannot be read, named by series and time.
    pub unreadable: Vec<String>,
}

/// What is wrong with the pages and indexes that readings are in, and with commits of the log; empty for a sound file.
pub(in crate::sqlite) fn faults(connection: &Connection) -> Result<Vec<String>, StoreError> {
    let mut found = pages::faults_of(connection, &TABLES)?.told;
    match log::inspect(connection) {
        Ok((_, damaged)) => found.extend(damaged),
        Err(StoreError::Damaged { what }) => found.push(format!("the log: {what}")),
        Err(other) => return Err(other),
    }
    Ok(found)
}

/// Every source whose name is the same in the table and in its index, or readable in one of them only; and the others.
pub(in crate::sqlite) fn sources(
    connection: &Connection,
) -> Result<(Vec<Source>, Vec<String>), StoreError> {
    let Names { all, unreadable } = Names::read(connection)?;
    let (mut sources, mut unreadable) = (Vec::new(), Vec::from_iter(unreadable));
    for (id, source) in all {
        match series::find(connection, &source) {
            Ok(Some(found)) if found == id => sources.push(source),
            // Then the table alone knows it.
            Err(StoreError::Damaged { .. }) => sources.push(source),
            Ok(_) => unreadable.push(format!(
                "series {}, {source} in the table: the index has another name for it",
                id.get()
            )),
            Err(other) => return Err(other),
        }
    }
    sources.sort();
    Ok((sources, unreadable))
}

/// Every series by its name.
struct Names {
    all: Vec<(SeriesId, Source)>,
    /// Why they are those of the index.
    unreadable: Option<String>,
}

impl Names {
    /// From the table, or from the index where that cannot be read.
    fn read(connection: &Connection) -> Result<Self, StoreError> {
        match series::all_of_table(connection) {
            Ok(all) => Ok(Self { all, unreadable: None }),
            Err(StoreError::Damaged { what }) => {
                let told = format!("the table of series, whose names come from the index: {what}");
                Ok(Self { all: series::all_of_index(connection)?, unreadable: Some(told) })
            }
            Err(other) => Err(other),
        }
    }
}

/// The UTC days of `period` in which a source may have readings, in order.
pub(in crate::sqlite) fn days(
    connection: &Connection,
    source: &Source,
    period: Period,
) -> Result<Vec<Period>, StoreError> {
    let Some(id) = number(connection, source)? else { return Ok(Vec::new()) };
    let mut days = BTreeSet::new();
    for tier in [Tier::Hour, Tier::Day] {
        days.extend(
            ids(connection, tier, id).into_iter().map(|id| Slot::from_id(tier, id).day().id()),
        );
    }
    let logged = readable(log::of_series(connection, id))?.unwrap_or_default();
    days.extend(logged.iter().map(|entry| Slot::of(Tier::Day, id, entry.ts).id()));
    let days = days.into_iter().filter_map(|day| of_day(Slot::from_id(Tier::Day, day)));
    Ok(days.filter(|day| day.start() < period.end() && period.start() < day.end()).collect())
}

/// The readings of a source in one of its [`days`].
pub(in crate::sqlite) fn day(
    connection: &Connection,
    source: &Source,
    day: Period,
) -> Result<Salvaged, StoreError> {
    let Some(id) = number(connection, source)? else { return Ok(Salvaged::default()) };
    let start = day.start().as_millis();
    let hours = (0..HOURS).map(|hour| Slot::of(Tier::Hour, id, start + hour * Tier::Hour.length()));
    let slots = hours.chain([Slot::of(Tier::Day, id, start)]);
    let mut salvaged = Salvaged::default();
    let mut entries = readable(log::of_series(connection, id))?.unwrap_or_default();
    entries.retain(|entry| day.contains(Instant::from_millis(entry.ts)));
    for slot in slots {
        let block = if blocks::is_listed(connection, slot) {
            blocks::read_listed(connection, slot, id)
        } else {
            blocks::read(connection, slot)
        };
        match block {
            Ok(block) => entries.extend(block),
            Err(StoreError::Damaged { what }) => salvaged.unreadable.push(what),
            Err(other) => return Err(other),
        }
    }
    let kind = source.quantity.kind();
    salvaged.readings =
        in_order(entries).into_iter().map(|entry| entry.observation(kind)).collect();
    Ok(salvaged)
}

fn number(connection: &Connection, source: &Source) -> Result<Option<SeriesId>, StoreError> {
    let names = Names::read(connection)?.all;
    Ok(names.into_iter().find(|(_, other)| other == source).map(|(id, _)| id))
}

fn of_day(day: Slot) -> Option<Period> {
    let instant = |ts| {
        (Instant::MIN.as_millis()..=Instant::MAX.as_millis())
            .contains(&ts)
            .then(|| Instant::from_millis(ts))
    };
    Period::new(instant(day.start())?, instant(day.end())?)
}

/// The ids of the blocks of a series: from the table as far as its pages can be read from either end, and from the index.
fn ids(connection: &Connection, tier: Tier, series: SeriesId) -> BTreeSet<i64> {
    let table = tier.table();
    let mut found = BTreeSet::new();
    for sql in [
        format!("SELECT id FROM {table} NOT INDEXED WHERE id & 1048575 = ?1 ORDER BY id ASC"),
        format!("SELECT id FROM {table} NOT INDEXED WHERE id & 1048575 = ?1 ORDER BY id DESC"),
        format!("SELECT id FROM {table} WHERE series = ?1 ORDER BY id ASC"),
        format!("SELECT id FROM {table} WHERE series = ?1 ORDER BY id DESC"),
    ] {
        // What stops one way is passed over by another; a block that is on none of them is told as a page.
        let Ok(mut statement) = connection.prepare_cached(&sql) else { continue };
        let Ok(rows) = statement.query_map(params![series], |row| row.get::<_, i64>(0)) else {
            continue;
        };
        found.extend(rows.map_while(Result::ok).filter(|id| SeriesId::of_block(*id) == series));
    }
    found
}

fn readable<T>(read: Result<T, StoreError>) -> Result<Option<T>, StoreError> {
    match read {
        Ok(read) => Ok(Some(read)),
        Err(StoreError::Damaged { .. }) => Ok(None),
        Err(other) => Err(other),
    }
}
