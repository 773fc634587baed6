//! Instants that several blocks of a day have in common: stored once, named by what they are, and gone with the last
//! block that refers to them.

use rusqlite::types::{FromSql, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, OptionalExtension, params};
use xxhash_rust::xxh3::xxh3_64;

use crate::ports::StoreError;
use crate::sqlite::codec::slot::Slot;

/// How many bits of an id come from the digest.
const DIGEST_BITS: u32 = 40;

/// Names a day's column of instants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sqlite) struct TimesId(i64);

impl TimesId {
    /// The day comes first, so that what goes together lies together.
    fn of(day: Slot, data: &[u8]) -> Self {
        let digest = xxh3_64(data) >> (u64::BITS - DIGEST_BITS);
        Self((day.number() << DIGEST_BITS) | digest.cast_signed())
    }
}

impl ToSql for TimesId {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        self.0.to_sql()
    }
}

impl FromSql for TimesId {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        i64::column_result(value).map(Self)
    }
}

/// The name of these instants, when they are stored.
pub(in crate::sqlite) fn find(
    connection: &Connection,
    day: Slot,
    data: &[u8],
) -> Result<Option<TimesId>, StoreError> {
    let id = TimesId::of(day, data);
    Ok(matches!(stored(connection, id, data)?, Some(true)).then_some(id))
}

/// Stores instants, unless they are; `None` when others, or damaged ones, stand under their name.
pub(in crate::sqlite) fn keep(
    connection: &Connection,
    day: Slot,
    data: &[u8],
) -> Result<Option<TimesId>, StoreError> {
    let id = TimesId::of(day, data);
    if let Some(same) = stored(connection, id, data)? {
        return Ok(same.then_some(id));
    }
    connection
        .prepare_cached("INSERT INTO times(id, data) VALUES (?1, ?2)")?
        .execute(params![id, data])?;
    Ok(Some(id))
}

/// Whether what stands under the name is `data`; `None` when nothing does.
fn stored(connection: &Connection, id: TimesId, data: &[u8]) -> Result<Option<bool>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT data = ?2 FROM times WHERE id = ?1")?;
    Ok(statement.query_row(params![id, data], |row| row.get(0)).optional()?)
}

/// Takes instants out to which no block refers any more.
pub(in crate::sqlite) fn free(
    connection: &Connection,
    id: Option<TimesId>,
) -> Result<(), StoreError> {
    let Some(id) = id else { return Ok(()) };
    let sql =
        "DELETE FROM times WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM blk_d WHERE times = ?1)";
    connection.prepare_cached(sql)?.execute([id])?;
    Ok(())
}
