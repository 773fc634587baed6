//! In `meta`: by which day ages are counted, when this file was told of a retention that nobody stated, and since when
//! there is too little room.

use std::time::Duration;

use domain::Instant;
use domain::storage::{RetentionDay, Shortage};
use rusqlite::Connection;

use crate::ports::StoreError;
use crate::sqlite::tables::meta;

/// The night, and the day by which ages were counted in it, in days since 1970.
const NIGHT: &str = "retention_night";
const DAY: &str = "retention_day";
/// The day on which this file was told of the retention that holds where nobody states one.
const TOLD: &str = "retention_told";
/// For how many milliseconds there has been too little room, and when that was looked at last.
const SHORT_FOR: &str = "short_for";
const SHORT_SEEN: &str = "short_seen";

/// The day by which ages were counted last; `None` before the first night.
pub(in crate::sqlite) fn last_day(
    connection: &Connection,
) -> Result<Option<RetentionDay>, StoreError> {
    let (night, day) = (meta::number(connection, NIGHT)?, meta::number(connection, DAY)?);
    Ok(night.zip(day).map(|(night, day)| RetentionDay { night, day }))
}

/// The day by which ages are counted in a night; `None` in the first one, in which nothing is given up.
pub(in crate::sqlite) fn day_of_night(
    connection: &Connection,
    night: i64,
) -> Result<Option<RetentionDay>, StoreError> {
    let before = last_day(connection)?;
    let today = RetentionDay::next(before, night);
    meta::set(connection, NIGHT, today.night)?;
    meta::set(connection, DAY, today.day)?;
    told(connection, today)?;
    Ok(before.map(|_| today))
}

/// The day on which this file was told of the retention that nobody stated: this one, if it was not yet.
pub(in crate::sqlite) fn told(
    connection: &Connection,
    today: RetentionDay,
) -> Result<i64, StoreError> {
    // A later day is that of a clock that was ahead.
    if let Some(told) = meta::number(connection, TOLD)?.filter(|told| *told <= today.day) {
        return Ok(told);
    }
    meta::set(connection, TOLD, today.day)?;
    Ok(today.day)
}

/// Counts how long there has been too little room; `None` when there is enough.
pub(in crate::sqlite) fn shortage(
    connection: &Connection,
    is_short: bool,
    now: Instant,
) -> Result<Option<Shortage>, StoreError> {
    let (stood, seen) =
        (meta::number(connection, SHORT_FOR)?, meta::number(connection, SHORT_SEEN)?);
    let before = stood.zip(seen).map(|(stood, seen)| Shortage {
        stood_for: Duration::from_millis(stood.unsigned_abs()),
        seen_at: Instant::from_millis(seen),
    });
    let shortage = Shortage::next(before, is_short, now);
    match shortage {
        Some(Shortage { stood_for, seen_at }) => {
            let stood = i64::try_from(stood_for.as_millis()).unwrap_or(i64::MAX);
            meta::set(connection, SHORT_FOR, stood)?;
            meta::set(connection, SHORT_SEEN, seen_at.as_millis())?;
        }
        // Written once, and not with every look while there is room.
        None if before.is_some() => {
            meta::remove(connection, SHORT_FOR)?;
            meta::remove(connection, SHORT_SEEN)?;
        }
        None => {}
    }
    Ok(shortage)
}
