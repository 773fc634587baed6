//! Messages that later ones need to be understood: one row a topic.

use rusqlite::{Connection, params};

use crate::ports::{Learned, StoreError};

/// Keeps the newest message of a topic, or forgets the topic when it has no payload.
pub(in crate::sqlite) fn keep(
    connection: &Connection,
    learned: &Learned,
) -> Result<(), StoreError> {
    let Learned { topic, payload } = learned;
    if payload.is_empty() {
        connection.prepare_cached("DELETE FROM learned WHERE topic = ?1")?.execute([topic])?;
        return Ok(());
    }
    let mut statement = connection.prepare_cached(
        "INSERT INTO learned(topic, payload) VALUES (?1, ?2)
         ON CONFLICT(topic) DO UPDATE SET payload = excluded.payload",
    )?;
    statement.execute(params![topic, payload])?;
    Ok(())
}

/// All of them, by topic.
pub(in crate::sqlite) fn all(connection: &Connection) -> Result<Vec<Learned>, StoreError> {
    let mut statement = connection.prepare("SELECT topic, payload FROM learned ORDER BY topic")?;
    let rows =
        statement.query_map([], |row| Ok(Learned { topic: row.get(0)?, payload: row.get(1)? }))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
