//! The schema of the database file: its version, the steps from one to the next, and the settings of connections.

use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::fault::open_fault;
use super::tables::civil_days;
use crate::ports::StoreError;

/// Marks the file as ours: `Vigi`.
const APPLICATION_ID: i32 = 0x5669_6769;
/// Steps of the schema: each leads from the version that is its index here to the next one. Only ever added to.
const STEPS: &[Step] = &[
    Step::of(include_str!("schema/step_1.sql")),
    Step::of(include_str!("schema/step_2.sql")),
    Step::of(include_str!("schema/step_3.sql")),
    Step::of(include_str!("schema/step_4.sql")),
    Step::of(include_str!("schema/step_5.sql")),
    Step::of(include_str!("schema/step_6.sql")),
    Step::of(include_str!("schema/step_7.sql")),
    Step { sql: include_str!("schema/step_8.sql"), then: civil_days::pack_rows },
    Step::of(include_str!("schema/step_9.sql")),
];

/// A step of the schema: SQL, and what SQL cannot do.
struct Step {
    sql: &'static str,
    then: fn(&Connection) -> Result<(), StoreError>,
}

impl Step {
    const fn of(sql: &'static str) -> Self {
        Self { sql, then: |_| Ok(()) }
    }
}

/// The pages of a new file, in bytes. Each commit writes one at least; a file from before keeps its 4096 until it is
/// restored from a backup.
pub(super) const PAGE_BYTES: i64 = 2048;
/// How long a connection waits for another one's lock; commits take milliseconds.
const PATIENCE: Duration = Duration::from_secs(5);

/// Opens the file for the one writer, making or migrating it if need be.
///
/// # Errors
/// [`StoreError::Foreign`] and [`StoreError::WrongSchema`] leave the file as it was.
pub(super) fn open_to_write(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags).map_err(open_fault(path))?;
    connection.busy_timeout(PATIENCE)?;
    let found = version(&connection, path)?;

    if found.is_none() {
        connection.pragma_update(None, "page_size", PAGE_BYTES)?;
    }
    connection.pragma_update(None, "journal_mode", "WAL").map_err(open_fault(path))?;
    // The acknowledgement of a reading follows its commit, so a commit must survive a power cut.
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "cache_size", -16_000)?;
    connection.pragma_update(None, "journal_size_limit", 64 * 1024 * 1024)?;
    common_settings(&connection)?;
    migrate(&mut connection, found.unwrap_or(0))?;
    Ok(connection)
}

/// Opens the file for reading beside a writer, in this process or another.
///
/// # Errors
/// [`StoreError::Unavailable`] also when there is no store yet.
pub(super) fn open_to_read(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(open_fault(path))?;
    connection.busy_timeout(PATIENCE)?;
    match version(&connection, path)? {
        Some(found) if found == needed() => {}
        Some(found) => return Err(StoreError::WrongSchema { found, needed: needed() }),
        None => return Err(StoreError::Unavailable(format!("{} is empty", path.display()).into())),
    }
    connection.pragma_update(None, "query_only", true)?;
    common_settings(&connection)?;
    Ok(connection)
}

fn common_settings(connection: &Connection) -> Result<(), StoreError> {
    // Mapped reads beside a writer turn a failing disk into a crash.
    connection.pragma_update(None, "mmap_size", 0)?;
    // Statements are planned once, not again for each value that is bound to them.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(())
}

fn needed() -> i64 {
    i64::try_from(STEPS.len()).expect("there are a few steps")
}

/// The version of our schema in the file; `None` when the file is empty.
fn version(connection: &Connection, path: &Path) -> Result<Option<i64>, StoreError> {
    let number = |query| {
        connection.query_row(query, [], |row| row.get::<_, i64>(0)).map_err(open_fault(path))
    };
    let (owner, found) = (number("PRAGMA application_id")?, number("PRAGMA user_version")?);
    if owner == i64::from(APPLICATION_ID) {
        return if found <= needed() {
            Ok(Some(found))
        } else {
            Err(StoreError::WrongSchema { found, needed: needed() })
        };
    }
    // A file that a crash left without a schema has a page already, so pages do not tell.
    if owner == 0 && found == 0 && number("SELECT count(*) FROM sqlite_master")? == 0 {
        return Ok(None);
    }
    Err(StoreError::Foreign { path: path.display().to_string() })
}

fn migrate(connection: &mut Connection, found: i64) -> Result<(), StoreError> {
    let done = usize::try_from(found).unwrap_or(0);
    if done >= STEPS.len() {
        return Ok(());
    }
    // All steps at once: a reader that opens the file meanwhile finds it as it was, or as this build needs it.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Exclusive)?;
    for (step, version) in STEPS.iter().zip(1_i64..).skip(done) {
        transaction.execute_batch(step.sql)?;
        (step.then)(&transaction)?;
        transaction.pragma_update(None, "user_version", version)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.commit()?;
    Ok(())
}
