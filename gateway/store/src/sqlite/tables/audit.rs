//! The table of the audit log. Its triggers see to it that rows are only ever added.

use domain::Instant;
use domain::audit::{Draft, Entry, EntryId};
use rusqlite::{Connection, OptionalExtension, params};

use crate::ports::StoreError;

/// Adds an entry.
pub(in crate::sqlite) fn add(
    connection: &Connection,
    draft: &Draft,
) -> Result<EntryId, StoreError> {
    let deed =
        serde_json::to_string(&draft.deed).map_err(|error| StoreError::Refused(error.into()))?;
    let id: i64 = connection
        .prepare_cached(
            "INSERT INTO ledger(at, author, reason, deed, text_before) VALUES (?1, ?2, ?3, ?4, ?5) RETURNING id",
        )?
        .query_row(
            params![draft.at.as_millis(), draft.author, draft.reason, deed, draft.before],
            |row| row.get(0),
        )?;
    Ok(EntryId(id.unsigned_abs()))
}

/// All entries, oldest first.
pub(in crate::sqlite) fn all(connection: &Connection) -> Result<Vec<Entry>, StoreError> {
    after(connection, EntryId(0))
}

/// The entries after one, oldest first.
pub(in crate::sqlite) fn after(
    connection: &Connection,
    entry: EntryId,
) -> Result<Vec<Entry>, StoreError> {
    let Ok(after) = i64::try_from(entry.0) else { return Ok(Vec::new()) };
    let mut statement = connection.prepare_cached(
        "SELECT id, at, author, reason, deed FROM ledger WHERE id > ?1 ORDER BY id",
    )?;
    let mut rows = statement.query([after])?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next()? {
        let id = row.get::<_, i64>(0)?.unsigned_abs();
        let deed = serde_json::from_str(&row.get::<_, String>(4)?)
            .map_err(|error| StoreError::Damaged { what: format!("ledger entry {id}: {error}") })?;
        entries.push(Entry {
            id: EntryId(id),
            at: Instant::from_millis(row.get(1)?),
            author: row.get(2)?,
            reason: row.get(3)?,
            deed,
        });
    }
    Ok(entries)
}

/// Text of the site file before the change that an entry records.
pub(in crate::sqlite) fn text_before(
    connection: &Connection,
    entry: EntryId,
) -> Result<Option<String>, StoreError> {
    let Ok(id) = i64::try_from(entry.0) else { return Ok(None) };
    let mut statement =
        connection.prepare_cached("SELECT text_before FROM ledger WHERE id = ?1")?;
    Ok(statement.query_row([id], |row| row.get(0)).optional()?.flatten())
}
