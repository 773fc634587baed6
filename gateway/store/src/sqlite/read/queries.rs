//! Queries for sources and for the readings of a period.

use std::collections::HashMap;

use domain::{Instant, Observation};
use rusqlite::Connection;

use super::series_scan::{End, Series};
use crate::ports::{Range, StoreError, StoredSource};
use crate::sqlite::codec::entry::Entry;
use crate::sqlite::codec::series_id::SeriesId;
use crate::sqlite::codec::slot::Tier;
use crate::sqlite::tables::{blocks, log, series};

/// The end of all readings; the last instant may have one too.
const END_OF_TIME: i64 = Instant::MAX.as_millis() + 1;

/// The readings of one source in a period, with its neighbours.
pub(in crate::sqlite) fn range(
    connection: &Connection,
    request: &Range,
) -> Result<Vec<Observation>, StoreError> {
    let Some(id) = series::find(connection, &request.source)? else { return Ok(Vec::new()) };
    let series = Series::read(connection, id)?;
    let (start, end) = (request.period.start().as_millis(), request.period.end().as_millis());
    let limit = request.limit.unwrap_or(usize::MAX);

    let mut found =
        series.readings(Instant::MIN.as_millis(), start, request.before, End::Newest)?;
    let inside = series.readings(start, end, limit, End::Oldest)?;
    let limit_was_reached = inside.len() == limit;
    found.extend(inside);
    if !limit_was_reached {
        found.extend(series.readings(end, END_OF_TIME, request.after, End::Oldest)?);
    }
    let kind = request.source.quantity.kind();
    Ok(found.into_iter().map(|entry| entry.observation(kind)).collect())
}

/// Every source with its newest reading.
///
/// A damaged block does not hide its source: the newest reading that can be read is given.
pub(in crate::sqlite) fn sources(connection: &Connection) -> Result<Vec<StoredSource>, StoreError> {
    let mut logged = newest_in_log(connection)?;
    let mut families = series::families(connection)?;
    let mut sources = Vec::new();
    for (id, source) in series::all(connection)? {
        let newest = newest_in_blocks(connection, id, logged.remove(&id))?;
        let Some(newest) = newest else { continue };
        let last = newest.observation(source.quantity.kind());
        sources.push(StoredSource { source, last, family: families.remove(&id) });
    }
    sources.sort_by(|a, b| a.source.cmp(&b.source));
    Ok(sources)
}

fn newest_in_log(connection: &Connection) -> Result<HashMap<SeriesId, Entry>, StoreError> {
    let mut newest = HashMap::<SeriesId, Entry>::new();
    log::all(connection, |row| {
        let newer = newest.entry(row.series).or_insert(row.entry);
        if newer.ts < row.entry.ts {
            *newer = row.entry;
        }
    })?;
    Ok(newest)
}

/// The newest reading of the blocks, unless that of the log is newer.
fn newest_in_blocks(
    connection: &Connection,
    series: SeriesId,
    logged: Option<Entry>,
) -> Result<Option<Entry>, StoreError> {
    let mut newest = logged;
    for tier in [Tier::Hour, Tier::Day] {
        blocks::newest_first(connection, tier, series, |slot, last| {
            if newest.is_some_and(|newest| newest.ts >= last) {
                return Ok(false);
            }
            match blocks::read_listed(connection, slot, series) {
                Ok(mut entries) => {
                    newest = entries.pop().or(newest);
                    Ok(false)
                }
                Err(StoreError::Damaged { what }) => {
                    tracing::error!(
                        what,
                        "store holds a damaged block; looking for an older reading"
                    );
                    Ok(true)
                }
                Err(other) => Err(other),
            }
        })?;
    }
    Ok(newest)
}
