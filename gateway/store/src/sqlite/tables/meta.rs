//! The table of facts about the file as a whole, by name.

use rusqlite::types::{FromSql, ToSql};
use rusqlite::{Connection, OptionalExtension, params};

use crate::ports::StoreError;

/// The value under `key`.
pub(in crate::sqlite) fn get<T: FromSql>(
    connection: &Connection,
    key: &str,
) -> Result<Option<T>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT value FROM meta WHERE key = ?1")?;
    Ok(statement.query_row([key], |row| row.get(0)).optional()?)
}

/// The number under `key`.
pub(in crate::sqlite) fn number(
    connection: &Connection,
    key: &str,
) -> Result<Option<i64>, StoreError> {
    get(connection, key)
}

/// Sets the value under `key`.
pub(in crate::sqlite) fn set(
    connection: &Connection,
    key: &str,
    value: impl ToSql,
) -> Result<(), StoreError> {
    connection
        .prepare_cached("INSERT OR REPLACE INTO meta(key, value) VALUES (?1, ?2)")?
        .execute(params![key, value])?;
    Ok(())
}

/// Removes the value under `key`.
pub(in crate::sqlite) fn remove(connection: &Connection, key: &str) -> Result<(), StoreError> {
    connection.prepare_cached("DELETE FROM meta WHERE key = ?1")?.execute([key])?;
    Ok(())
}
