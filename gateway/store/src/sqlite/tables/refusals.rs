//! The quarantine in the file.

use domain::Instant;
use domain::message::{Reason, ReasonLabel};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::kept::{self, QUARANTINE_BYTES, QUARANTINE_ROWS, QUARANTINE_ROWS_OF_TOPIC};
use crate::ports::{RefusalId, Refused, StandingRefusal, StoreError};

/// Adds a refusal, or counts it with the one that already stands.
pub(in crate::sqlite) fn add(connection: &Connection, refused: Refused) -> Result<(), StoreError> {
    let refused = kept::cut(refused);
    match standing(connection, &refused)? {
        Some(id) => {
            connection
                .prepare_cached(
                    "UPDATE quarantine SET count = count + 1, last_received_at = ?2 WHERE id = ?1",
                )?
                .execute(params![id, refused.received_at.as_millis()])?;
        }
        None => insert(connection, &refused)?,
    }
    Ok(())
}

/// Takes a refusal out; nothing happens when it is not there.
pub(in crate::sqlite) fn remove(connection: &Connection, id: RefusalId) -> Result<(), StoreError> {
    let Ok(id) = i64::try_from(id.0) else { return Ok(()) };
    for sql in
        ["DELETE FROM quarantine WHERE id = ?1", "DELETE FROM quarantine_payload WHERE id = ?1"]
    {
        connection.prepare_cached(sql)?.execute([id])?;
    }
    Ok(())
}

/// Drops the oldest refusals beyond the bounds, first of each topic and then of all, and says how many.
pub(in crate::sqlite) fn drop_oldest(connection: &Connection) -> Result<u64, StoreError> {
    Ok(drop_oldest_of_topics(connection)? + drop_oldest_of_all(connection)?)
}

fn drop_oldest_of_topics(connection: &Connection) -> Result<u64, StoreError> {
    let dropped = connection
        .prepare_cached(
            "DELETE FROM quarantine WHERE id IN (
                 SELECT id FROM (
                     SELECT id, row_number() OVER (PARTITION BY topic ORDER BY id DESC) AS rows FROM quarantine
                 ) WHERE rows > ?1
             )",
        )?
        .execute([bound(QUARANTINE_ROWS_OF_TOPIC)])?;
    if dropped > 0 {
        connection
            .prepare_cached(
                "DELETE FROM quarantine_payload WHERE id NOT IN (SELECT id FROM quarantine)",
            )?
            .execute([])?;
    }
    Ok(dropped as u64)
}

fn drop_oldest_of_all(connection: &Connection) -> Result<u64, StoreError> {
    // The newest row that may not stay; there is none while the quarantine is not full.
    let newest: Option<i64> = connection
        .prepare_cached(
            "SELECT max(id) FROM (
                 SELECT id, row_number() OVER newer AS rows, sum(length(payload)) OVER newer AS bytes
                 FROM quarantine_payload WINDOW newer AS (ORDER BY id DESC)
             ) WHERE rows > ?1 OR bytes > ?2",
        )?
        .query_row(params![bound(QUARANTINE_ROWS), bound(QUARANTINE_BYTES)], |row| row.get(0))?;
    let Some(newest) = newest else { return Ok(0) };
    connection
        .prepare_cached("DELETE FROM quarantine_payload WHERE id <= ?1")?
        .execute([newest])?;
    let dropped =
        connection.prepare_cached("DELETE FROM quarantine WHERE id <= ?1")?.execute([newest])?;
    Ok(dropped as u64)
}

fn bound(limit: usize) -> i64 {
    i64::try_from(limit).expect("the bounds are small")
}

/// One page, newest first.
pub(in crate::sqlite) fn page(
    connection: &Connection,
    before: Option<RefusalId>,
    limit: usize,
) -> Result<Vec<StandingRefusal>, StoreError> {
    let below = before.map_or(i64::MAX, |id| i64::try_from(id.0).unwrap_or(i64::MAX));
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut statement = connection.prepare_cached(
        "SELECT id, received_at, last_received_at, count, topic, label, reason, payload_len, payload
         FROM quarantine JOIN quarantine_payload USING (id) WHERE id < ?1 ORDER BY id DESC LIMIT ?2",
    )?;
    let mut rows = statement.query([below, limit])?;
    let mut page = Vec::new();
    while let Some(row) = rows.next()? {
        page.push(refusal(row)?);
    }
    Ok(page)
}

fn refusal(row: &Row<'_>) -> Result<StandingRefusal, StoreError> {
    let id = row.get::<_, i64>(0)?;
    let label = label(&row.get::<_, String>(5)?)
        .ok_or_else(|| StoreError::Damaged { what: format!("reason of refusal {id}") })?;
    let refused = Refused {
        received_at: Instant::from_millis(row.get(1)?),
        topic: row.get(4)?,
        payload: row.get(8)?,
        payload_len: usize::try_from(row.get::<_, i64>(7)?).unwrap_or(usize::MAX),
        reason: Reason::new(label, row.get::<_, String>(6)?),
    };
    Ok(StandingRefusal {
        id: RefusalId(id.unsigned_abs()),
        refused,
        count: row.get::<_, i64>(3)?.unsigned_abs(),
        last_received_at: Instant::from_millis(row.get(2)?),
    })
}

fn label(text: &str) -> Option<ReasonLabel> {
    serde_json::from_value(serde_json::Value::String(text.to_owned())).ok()
}

/// The refusal that `refused` repeats.
fn standing(connection: &Connection, refused: &Refused) -> Result<Option<i64>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT id FROM quarantine JOIN quarantine_payload USING (id)
         WHERE digest = ?1 AND topic = ?2 AND label = ?3 AND reason = ?4 AND payload_len = ?5 AND payload = ?6",
    )?;
    let key = params![
        digest(refused),
        refused.topic,
        refused.reason.label.as_str(),
        refused.reason.text,
        stored_len(refused),
        refused.payload,
    ];
    Ok(statement.query_row(key, |row| row.get(0)).optional()?)
}

fn insert(connection: &Connection, refused: &Refused) -> Result<(), StoreError> {
    let received_at = refused.received_at.as_millis();
    let id: i64 = connection
        .prepare_cached(
            "INSERT INTO quarantine(received_at, last_received_at, count, topic, label, reason, payload_len, digest)
             VALUES (?1, ?1, 1, ?2, ?3, ?4, ?5, ?6) RETURNING id",
        )?
        .query_row(
            params![
                received_at,
                refused.topic,
                refused.reason.label.as_str(),
                refused.reason.text,
                stored_len(refused),
                digest(refused),
            ],
            |row| row.get(0),
        )?;
    connection
        .prepare_cached("INSERT INTO quarantine_payload(id, payload) VALUES (?1, ?2)")?
        .execute(params![id, refused.payload])?;
    Ok(())
}

fn stored_len(refused: &Refused) -> i64 {
    i64::try_from(refused.payload_len).unwrap_or(i64::MAX)
}

fn digest(refused: &Refused) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(refused.topic.as_bytes());
    hasher.update(refused.reason.text.as_bytes());
    hasher.update(&refused.payload);
    hasher.finalize()
}
