//! The backlog of forwarding: slots that were sealed before they were forwarded, and lines that another store refused.

use domain::Instant;
use rusqlite::{Connection, params};

use super::meta;
use crate::ports::StoreError;
use crate::sqlite::codec::slot::{Slot, Tier};

/// In `meta`: the name of the store to which readings are forwarded.
const FORWARDED_TO: &str = "forwarded_to";
/// How many refused lines are listed; beyond that the oldest are dropped.
const LISTED: i64 = 1000;

/// A place in the order of arrival: everything up to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Mark(i64);

impl Mark {
    /// The place of the row of the log with this `seq`.
    pub(in crate::sqlite) const fn at(seq: i64) -> Self {
        Self(seq)
    }

    /// The `seq` of the last row up to here.
    pub(in crate::sqlite) const fn seq(self) -> i64 {
        self.0
    }

    /// Whether the row of the log with this `seq` arrived up to here.
    pub(in crate::sqlite) const fn covers(self, seq: i64) -> bool {
        seq <= self.0
    }
}

/// A slot with readings that are not forwarded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Debt {
    pub(in crate::sqlite) slot: Slot,
    /// How many readings were owed when it was read. More may have joined since.
    pub(in crate::sqlite) count: i64,
}

/// Outcome of forwarding some readings.
#[derive(Debug, Default)]
pub(crate) struct Receipt {
    /// The place up to which all arrivals are forwarded or refused.
    pub(crate) up_to: Option<Mark>,
    /// Slots that are no longer owed.
    pub(crate) paid: Vec<Debt>,
    /// Lines refused for good.
    pub(crate) refused: Vec<NotForwarded>,
}

impl Receipt {
    /// Whether there is nothing to write.
    pub(in crate::sqlite) fn is_only_a_mark(&self) -> bool {
        self.paid.is_empty() && self.refused.is_empty()
    }
}

/// A reading that InfluxDB will never take. It stays in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotForwarded {
    /// When it was refused.
    pub at: Instant,
    /// Its line, as it was sent or would have been.
    pub line: String,
    /// Why it was refused.
    pub reason: String,
}

/// Begins to forward to `target`, or goes on. All blocks are owed to one that was not there before.
pub(in crate::sqlite) fn begin(
    connection: &Connection,
    target: Option<&str>,
) -> Result<(), StoreError> {
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
pub(in crate::sqlite) fn add(
    connection: &Connection,
    slot: Slot,
    count: u64,
) -> Result<(), StoreError> {
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

/// Gives the slots that are owed to `take`, newest first, until it returns false: new readings are read most.
pub(in crate::sqlite) fn newest_first(
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
pub(in crate::sqlite) fn is_owed(connection: &Connection, day: Slot) -> Result<bool, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT 1 FROM owed WHERE tier = ?1 AND id = ?2")?;
    let hours = (0..24).map(|hour| {
        Slot::of(Tier::Hour, day.series, day.start().saturating_add(hour * Tier::Hour.length()))
    });
    for slot in hours.chain([day]) {
        if statement.exists(params![number(slot.tier), slot.id()])? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// How many readings are owed.
pub(in crate::sqlite) fn count(connection: &Connection) -> Result<u64, StoreError> {
    let mut statement = connection.prepare_cached("SELECT coalesce(sum(n), 0) FROM owed")?;
    Ok(statement.query_row([], |row| row.get::<_, i64>(0))?.unsigned_abs())
}

/// Removes the paid slots, unless they have grown meanwhile, and lists the refused lines.
pub(in crate::sqlite) fn settle(
    connection: &Connection,
    receipt: &Receipt,
) -> Result<(), StoreError> {
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

/// Refused lines, newest first.
pub(in crate::sqlite) fn refused(
    connection: &Connection,
    limit: usize,
) -> Result<Vec<NotForwarded>, StoreError> {
    let mut statement = connection
        .prepare_cached("SELECT at, line, reason FROM not_forwarded ORDER BY id DESC LIMIT ?1")?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = statement.query_map([limit], |row| {
        let at = Instant::from_millis(row.get(0)?);
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
