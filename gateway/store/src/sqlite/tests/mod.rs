mod backups;
mod damage;
mod future;
mod inspection;
mod log_damage;
mod logging;
mod opening;
mod retention;
mod sealing;
mod sharing;
mod summaries;

use std::path::Path;

use domain::{Instant, Observation, Period, Reading};
use rusqlite::Connection;
use tempfile::TempDir;

use super::codec::{block, entry, slot};
use super::settings::FILE;
use super::tables::*;
use super::*;
use crate::conformance::{Subject, adapter_keeps_the_promises};
use crate::ports::{Appended, Batch, Range, SeriesReader, SeriesWriter, StoreError};

/// A database in a folder that goes with it.
#[derive(Debug)]
struct Sqlite {
    folder: TempDir,
    writer: Option<SqliteWriter>,
}

/// Makes the table of civil days one of schema 7, and empty.
const DAYS_BY_ROW: &str = "DROP TABLE rd;
    CREATE TABLE rd(series, day, n, sum, min, max, ft, f, lt, l, inc, falls, speed, covered, gaps, held);";

impl Subject for Sqlite {
    type Writer = SqliteWriter;
    type Reader = SqliteReader;

    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let writer = Some(open(folder.path()).unwrap());
        Self { folder, writer }
    }

    fn writer(&self) -> &SqliteWriter {
        self.writer.as_ref().unwrap()
    }

    fn reader(&self) -> SqliteReader {
        SqliteReader::open(self.folder.path()).unwrap()
    }

    async fn seal(&mut self, now: Instant) {
        self.writer().seal(now).await.unwrap();
    }

    async fn reopen(&mut self) {
        // Without `close`, as after a fault.
        self.writer = None;
        self.writer = Some(open(self.folder.path()).unwrap());
    }
}

adapter_keeps_the_promises!(Sqlite);

impl Sqlite {
    /// A connection of somebody else, to look into the file or to harm it.
    fn stranger(&self) -> Connection {
        Connection::open(self.folder.path().join(FILE)).unwrap()
    }

    fn count(&self, table: &str) -> i64 {
        let sql = format!("SELECT count(*) FROM {table}");
        self.stranger().query_row(&sql, [], |row| row.get(0)).unwrap()
    }

    /// How many readings the log holds.
    fn logged(&self) -> usize {
        log::after(&self.stranger(), i64::MIN, usize::MAX).unwrap().len()
    }
}

fn open(folder: &Path) -> Result<SqliteWriter, StoreError> {
    SqliteWriter::open(folder, &SqliteSettings::default())
}
