//! What was sealed before it was forwarded, and what will never be forwarded.

use rusqlite::{Connection, params};

use super::forwarding::{Debt, NotForwarded, Receipt};
use super::meta;
use super::slot::{Slot, Tier};
use crate::ports::StoreError;

/// In `meta`: the name of the store to which readings are forwarded.
const FORWARDED_TO: &str = "forwarded_to";
/// How many lines that were refused are listed; beyond that the oldest are dropped.
const LISTED: i64 = 1000;

/// Begins to forward to `target`, or goes on. All blocks are owed to one that was not there before.
pub(super) fn begin(connection: &Connection, target: Option<&str>) -> Result<(), StoreError> {
    let before: Option<String> = meta::get(connection, FORWARDED_TO)?;
    if before.as_deref() == target {
        return Ok(());
    }
    connection.execute("DELETE FROM owed", [])?;
    let Some(target) = target else { return meta::remove(connection, FORWARDED_TO) };
    for tier in [Tier::Hour, Tier::Day] {
        let table = tier.table();
        let sql = format!("INSERT INTO owed(tier, id, n) SELECT ?1, id, n FROM {table}");
        connection.execute(&sql, [number(tier)])?;
    }
    meta::set(connection, FORWARDED_TO, target)
}

/// Notes that so many readings of the slot are owed; nothing when there are none.
pub(super) fn add(connection: &Connection, slot: Slot, count: u64) -> Result<(), StoreError> {
    if count == 0 {
        return Ok(());
    }
    connection
        .prepare_cached(
            "INSERT INTO owed(tier, id, n) VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET n = n + excluded.n",
        )?
        .execute(params![number(slot.tier), slot.id(), count.cast_signed()])?;
    Ok(())
}

/// The newest slots that are owed, until `take` has had enough: what is new is looked at most.
pub(super) fn newest_first(
    connection: &Connection,
    mut take: impl FnMut(Debt) -> Result<bool, StoreError>,
) -> Result<(), StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT tier, id, n FROM owed ORDER BY tier, id DESC")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let tier = if row.get::<_, i64>(0)? == 0 { Tier::Hour } else { Tier::Day };
        if !take(Debt { slot: Slot::from_id(tier, row.get(1)?), count: row.get(2)? })? {
            break;
        }
    }
    Ok(())
}

/// Whether some readings of a day are owed, or of one of its hours.
pub(super) fn is_owed(connection: &Connection, day: Slot) -> Result<bool, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT 1 FROM owed WHERE tier = ?1 AND id = ?2")?;
    let hours = (0..24)
        .map(|hour| Slot::of(Tier::Hour, day.series, day.start() + hour * Tier::Hour.length()));
    for slot in hours.chain([day]) {
        if statement.exists(params![number(slot.tier), slot.id()])? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// How many readings are owed.
pub(super) fn count(connection: &Connection) -> Result<u64, StoreError> {
    let mut statement = connection.prepare_cached("SELECT coalesce(sum(n), 0) FROM owed")?;
    Ok(statement.query_row([], |row| row.get::<_, i64>(0))?.unsigned_abs())
}

/// Strikes out what was paid, unless it has grown meanwhile, and lists what was refused.
pub(super) fn settle(connection: &Connection, receipt: &Receipt) -> Result<(), StoreError> {
    for Debt { slot, count } in &receipt.paid {
        connection
            .prepare_cached("DELETE FROM owed WHERE tier = ?1 AND id = ?2 AND n = ?3")?
            .execute(params![number(slot.tier), slot.id(), count])?;
    }
    for refused in &receipt.refused {
        connection
            .prepare_cached("INSERT INTO not_forwarded(at, line, reason) VALUES (?1, ?2, ?3)")?
            .execute(params![refused.at.as_millis(), refused.line, refused.reason])?;
    }
    if !receipt.refused.is_empty() {
        let sql = "DELETE FROM not_forwarded WHERE id <= (SELECT max(id) FROM not_forwarded) - ?1";
        connection.prepare_cached(sql)?.execute([LISTED])?;
    }
    Ok(())
}

/// What was refused, newest first.
pub(super) fn refused(
    connection: &Connection,
    limit: usize,
) -> Result<Vec<NotForwarded>, StoreError> {
    let mut statement = connection
        .prepare_cached("SELECT at, line, reason FROM not_forwarded ORDER BY id DESC LIMIT ?1")?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = statement.query_map([limit], |row| {
        let at = domain::Instant::from_millis(row.get(0)?);
        Ok(NotForwarded { at, line: row.get(1)?, reason: row.get(2)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

const fn number(tier: Tier) -> i64 {
    match tier {
        Tier::Hour => 0,
        Tier::Day => 1,
    }
}
