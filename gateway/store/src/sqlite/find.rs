//! Answers to the reader's questions.

use domain::{Instant, Observation};
use rusqlite::Connection;

use super::entry::Entry;
use super::{log, series};
use crate::ports::{Range, StoreError, StoredSource};

/// Every source with its newest reading.
pub(super) fn sources(connection: &Connection) -> Result<Vec<StoredSource>, StoreError> {
    let mut sources = Vec::new();
    for (id, source) in series::all(connection)? {
        let Some(last) = log::of_series(connection, id)?.pop() else { continue };
        let last = last.observation(source.quantity.kind());
        sources.push(StoredSource { source, last });
    }
    sources.sort_by(|a, b| a.source.cmp(&b.source));
    Ok(sources)
}

/// The readings of one source in a period, with its neighbours.
pub(super) fn range(
    connection: &Connection,
    request: &Range,
) -> Result<Vec<Observation>, StoreError> {
    let Some(series) = series::find(connection, &request.source)? else { return Ok(Vec::new()) };
    let entries = log::of_series(connection, series)?;
    let place = |instant: Instant| entries.partition_point(|entry| entry.ts < instant.as_millis());
    let (start, end) = (place(request.period.start()), place(request.period.end()));

    let before = &entries[start.saturating_sub(request.before)..start];
    let inside = &entries[start..end];
    let limit = request.limit.unwrap_or(usize::MAX);
    let (inside, after): (&[Entry], &[Entry]) = if inside.len() >= limit {
        (&inside[..limit], &[])
    } else {
        let after = &entries[end..];
        (inside, &after[..request.after.min(after.len())])
    };
    let kind = request.source.quantity.kind();
    let found = before.iter().chain(inside).chain(after);
    Ok(found.map(|entry| entry.observation(kind)).collect())
}
