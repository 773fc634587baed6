use domain::Instant;
use tempfile::TempDir;

use super::*;
use crate::conformance::{Subject, adapter_keeps_the_promises};

/// A database in a folder that goes with it.
#[derive(Debug)]
struct Sqlite {
    folder: TempDir,
    writer: Option<SqliteWriter>,
}

impl Subject for Sqlite {
    type Writer = SqliteWriter;
    type Reader = SqliteReader;

    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let writer = Some(SqliteWriter::open(folder.path(), &SqliteSettings::default()).unwrap());
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
        self.writer =
            Some(SqliteWriter::open(self.folder.path(), &SqliteSettings::default()).unwrap());
    }
}

adapter_keeps_the_promises!(Sqlite);
