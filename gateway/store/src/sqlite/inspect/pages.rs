//! SQLite's own check of its pages, which may be broken off.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode};

use super::findings::Findings;
use crate::ports::StoreError;

/// How often it is asked whether to go on.
const ASK_EVERY: Duration = Duration::from_millis(100);
/// What the check says of a sound file.
const SOUND: &str = "ok";

/// Checks all pages, and indexes beside their tables.
pub(super) fn check(
    connection: &Connection,
    go_on: &(dyn Fn() -> bool + Sync),
    found: &mut Findings,
) -> Result<(), StoreError> {
    let (is_done, interrupt) = (AtomicBool::new(false), connection.get_interrupt_handle());
    let outcome = std::thread::scope(|scope| {
        let watch = scope.spawn(|| {
            while !is_done.load(Ordering::Relaxed) {
                if !go_on() {
                    interrupt.interrupt();
                    return;
                }
                std::thread::park_timeout(ASK_EVERY);
            }
        });
        let outcome =
            run(connection, &format!("PRAGMA integrity_check({})", Findings::TOLD), found);
        is_done.store(true, Ordering::Relaxed);
        watch.thread().unpark();
        outcome
    });
    tell(outcome, found)
}

/// Checks these tables with their indexes, and what is said of them.
pub(super) fn faults_of(connection: &Connection, tables: &[&str]) -> Result<Findings, StoreError> {
    let mut found = Findings::default();
    for table in tables {
        let outcome = run(connection, &format!("PRAGMA integrity_check({table})"), &mut found);
        tell(outcome, &mut found)?;
    }
    Ok(found)
}

fn run(connection: &Connection, pragma: &str, found: &mut Findings) -> rusqlite::Result<()> {
    let mut statement = connection.prepare(pragma)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let line: String = row.get(0)?;
        for line in line.lines().filter(|line| *line != SOUND) {
            found.add(line.to_owned());
        }
    }
    Ok(())
}

/// A check that fails by the damage that it looks for has found it; one that was broken off has found nothing more.
fn tell(outcome: rusqlite::Result<()>, found: &mut Findings) -> Result<(), StoreError> {
    let Err(error) = outcome else { return Ok(()) };
    if error.sqlite_error_code() == Some(ErrorCode::OperationInterrupted) {
        return Ok(());
    }
    match StoreError::from(error) {
        StoreError::Damaged { what } => {
            found.add(what);
            Ok(())
        }
        other => Err(other),
    }
}
