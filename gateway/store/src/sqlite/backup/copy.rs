//! Copies a database row by row: all of it, or the chunks that another one lacks.

use std::collections::HashSet;
use std::fs::File;
use std::path::Path;

use rusqlite::{Connection, OpenFlags, Row, Statement, ToSql};

use super::fault::{BackupError, file_fault};
use super::inventory::{self, Chunk, GoOn, Inventory, KeyPart, TableInventory};
use super::tables::{self, Table};
use crate::sqlite::schema::PAGE_BYTES;

/// A new database that is being filled.
pub(super) struct Copy {
    connection: Connection,
}

impl Copy {
    /// Makes the file, with the tables of `like` and no rows.
    pub(super) fn create(path: &Path, like: &Connection) -> Result<Self, BackupError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        // What is restored from it is written to like a new file.
        connection.pragma_update(None, "page_size", PAGE_BYTES)?;
        // A copy that is broken off is thrown away, so it needs no journal; at the end it is synchronised as a whole.
        connection.pragma_update(None, "journal_mode", "OFF")?;
        connection.pragma_update(None, "synchronous", "OFF")?;
        connection.execute_batch("BEGIN")?;
        for statement in tables::statements(like, true)? {
            connection.execute_batch(&statement)?;
        }
        Ok(Self { connection })
    }

    /// Opens a file that was copied as it is, to change it.
    pub(super) fn open(path: &Path) -> Result<Self, BackupError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        connection.pragma_update(None, "journal_mode", "OFF")?;
        connection.pragma_update(None, "synchronous", "OFF")?;
        connection.execute_batch("BEGIN")?;
        Ok(Self { connection })
    }

    /// Copies every row of `from` and lists them.
    pub(super) fn all(&self, from: &Connection, go_on: GoOn<'_>) -> Result<Inventory, BackupError> {
        let mut target: Option<(String, Statement<'_>)> = None;
        inventory::take(from, go_on, |table, row| {
            if target.as_ref().is_none_or(|(name, _)| *name != table.name) {
                self.clear_if_kept_by_sqlite(table)?;
                target = Some((table.name.clone(), self.connection.prepare(&table.insert())?));
            }
            let (_, statement) = target.as_mut().expect("it was set above");
            insert(statement, table, row)
        })
    }

    /// Puts the rows of `from` within each of the ranges in place of those that are there.
    pub(super) fn ranges(
        &self,
        from: &Connection,
        ranges: &[Range<'_>],
        go_on: GoOn<'_>,
    ) -> Result<(), BackupError> {
        let all = tables::all(from)?;
        for range in ranges {
            go_on()?;
            let table = all.iter().find(|table| table.name == range.table);
            let table = table.ok_or_else(|| BackupError::Differs {
                what: format!("it lacks the table {}", range.table),
            })?;
            let (after, upto) = (range.after.is_some(), range.upto.is_some());
            let bounds: Vec<&dyn ToSql> = [range.after, range.upto]
                .into_iter()
                .flatten()
                .flatten()
                .map(|part| part as &dyn ToSql)
                .collect();
            self.connection
                .prepare_cached(&table.delete(after, upto))?
                .execute(bounds.as_slice())?;
            let mut select = from.prepare_cached(&table.select(after, upto))?;
            let mut insert_row = self.connection.prepare_cached(&table.insert())?;
            let mut rows = select.query(bounds.as_slice())?;
            while let Some(row) = rows.next()? {
                insert(&mut insert_row, table, row)?;
            }
        }
        Ok(())
    }

    /// Makes what stands on the tables of `like`, and has the file on the disk when it returns.
    pub(super) fn finish(self, path: &Path, like: &Connection) -> Result<(), BackupError> {
        for statement in tables::statements(like, false)? {
            self.connection.execute_batch(&statement)?;
        }
        self.keep(path, &tables::header(like)?)
    }

    /// Has the file on the disk when it returns, marked as `header` says.
    pub(super) fn keep(self, path: &Path, header: &str) -> Result<(), BackupError> {
        self.connection.execute_batch(header)?;
        self.connection.execute_batch("COMMIT")?;
        self.connection.close().map_err(|(_, error)| error)?;
        File::open(path).and_then(|file| file.sync_all()).map_err(file_fault("write", path))
    }

    /// SQLite counts the highest ids itself while rows are added; the copy has those of the original.
    fn clear_if_kept_by_sqlite(&self, table: &Table) -> Result<(), BackupError> {
        if table.name.starts_with("sqlite_") {
            self.connection.execute_batch(&table.delete(false, false))?;
        }
        Ok(())
    }
}

fn insert(statement: &mut Statement<'_>, table: &Table, row: &Row<'_>) -> Result<(), BackupError> {
    for column in 0..table.width() {
        let value = rusqlite::types::ToSqlOutput::Borrowed(row.get_ref(column)?);
        statement.raw_bind_parameter(column + 1, value)?;
    }
    statement.raw_execute()?;
    Ok(())
}

/// A stretch of a table, from one key to another.
#[derive(Clone, Copy, Debug)]
pub(super) struct Range<'a> {
    table: &'a str,
    after: Option<&'a [KeyPart]>,
    upto: Option<&'a [KeyPart]>,
    chunk: &'a Chunk,
}

impl Range<'_> {
    /// How many bytes of values it holds.
    pub(super) fn bytes(&self) -> u64 {
        self.chunk.bytes
    }
}

/// What `now` has that `base` lacks. Together with the rest of `base` it makes `now`.
pub(super) fn lacking<'a>(now: &'a Inventory, base: &Inventory) -> Vec<Range<'a>> {
    let mut lacking = Vec::new();
    for table in &now.tables {
        let there: HashSet<Place<'_>> = base
            .tables
            .iter()
            .filter(|theirs| theirs.name == table.name)
            .flat_map(ranges_of)
            .map(|range| (range.after, range.upto, range.chunk.digest.as_str()))
            .collect();
        lacking.extend(
            ranges_of(table)
                .filter(|it| !there.contains(&(it.after, it.upto, it.chunk.digest.as_str()))),
        );
    }
    lacking
}

type Place<'a> = (Option<&'a [KeyPart]>, Option<&'a [KeyPart]>, &'a str);

fn ranges_of(table: &TableInventory) -> impl Iterator<Item = Range<'_>> {
    let mut after = None;
    table.chunks.iter().map(move |chunk| {
        let upto = chunk.upto.as_deref();
        let range = Range { table: &table.name, after, upto, chunk };
        after = upto;
        range
    })
}
