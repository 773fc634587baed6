//! The log of alerts in the file.

use domain::Instant;
use domain::alerts::{AlertId, Change, Standing};
use jiff::SignedDuration;
use rusqlite::{Connection, Row, params};

use crate::kept::ALERTS_FOR;
use crate::ports::StoreError;

/// Writes the present state of alerts, and removes those that were cleared long ago.
pub(in crate::sqlite) fn keep(
    connection: &Connection,
    changes: &[Change],
) -> Result<(), StoreError> {
    let mut upsert = connection.prepare_cached(
        "INSERT INTO alerts(id, content, raised_at, cleared_at) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT(id) DO UPDATE SET content = excluded.content, cleared_at = excluded.cleared_at",
    )?;
    for Change { standing, .. } in changes {
        let Standing { id, alert, raised_at, cleared_at } = standing;
        let content =
            serde_json::to_string(alert).map_err(|error| StoreError::Refused(error.into()))?;
        let cleared_at = cleared_at.map(Instant::as_millis);
        upsert.execute(params![number(*id), content, raised_at.as_millis(), cleared_at])?;
    }
    let Some(newest) = changes.iter().map(|change| change.standing.raised_at).max() else {
        return Ok(());
    };
    let before = (newest - SignedDuration::from_hours(24 * ALERTS_FOR)).as_millis();
    connection.prepare_cached("DELETE FROM alerts WHERE cleared_at < ?1")?.execute([before])?;
    Ok(())
}

/// Open alerts, oldest first.
pub(in crate::sqlite) fn open(connection: &Connection) -> Result<Vec<Standing>, StoreError> {
    let sql = "SELECT id, content, raised_at, cleared_at FROM alerts WHERE cleared_at IS NULL ORDER BY id";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(standing(row)?);
    }
    Ok(found)
}

/// One page, newest first.
pub(in crate::sqlite) fn page(
    connection: &Connection,
    before: Option<AlertId>,
    limit: usize,
) -> Result<Vec<Standing>, StoreError> {
    let below = before.map_or(i64::MAX, number);
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut statement = connection.prepare_cached(
        "SELECT id, content, raised_at, cleared_at FROM alerts WHERE id < ?1 ORDER BY id DESC LIMIT ?2",
    )?;
    let mut rows = statement.query([below, limit])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(standing(row)?);
    }
    Ok(found)
}

fn standing(row: &Row<'_>) -> Result<Standing, StoreError> {
    let id: i64 = row.get(0)?;
    let alert = serde_json::from_str(&row.get::<_, String>(1)?)
        .map_err(|_| StoreError::Damaged { what: format!("alert {id} of the log") })?;
    Ok(Standing {
        id: AlertId(id.unsigned_abs()),
        alert,
        raised_at: Instant::from_millis(row.get(2)?),
        cleared_at: row.get::<_, Option<i64>>(3)?.map(Instant::from_millis),
    })
}

fn number(id: AlertId) -> i64 {
    i64::try_from(id.0).unwrap_or(i64::MAX)
}
