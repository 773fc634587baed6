//! The table that anybody would make: one row a reading, keyed by series and time.
//!
//! Settings as for Vigie's store: a write-ahead log, one synchronisation a commit, a page cache of 16 MB. It keeps
//! less: neither when a reading arrived nor who dated it. Its size is measured after VACUUM.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant as Stopwatch};

use domain::{Period, Reading, Source};
use rusqlite::{Connection, params};

use crate::keeper::{Figures, Keeper, Summary};

pub(crate) struct Plain {
    path: PathBuf,
    file: Connection,
    series: HashMap<Source, i64>,
}

impl Plain {
    pub(crate) fn open(folder: &Path) -> Self {
        let path = folder.join("plain.db");
        let file = open(&path);
        file.execute_batch(
            "CREATE TABLE reading(series INTEGER, ts INTEGER, v REAL, PRIMARY KEY(series, ts)) WITHOUT ROWID",
        )
        .expect("an empty file takes a table");
        Self { path, file, series: HashMap::new() }
    }

    /// The number of a series. That it is known by heart is in the peer's favour.
    fn id(&mut self, source: &Source) -> i64 {
        let next = i64::try_from(self.series.len()).expect("few series");
        *self.series.entry(source.clone()).or_insert(next)
    }

    /// The newest value of a series before an instant, by one look into the table.
    fn before(&mut self, source: &Source, ts: i64) -> f64 {
        let id = self.id(source);
        let sql = "SELECT v FROM reading WHERE series = ?1 AND ts < ?2 ORDER BY ts DESC LIMIT 1";
        let mut statement = self.file.prepare_cached(sql).expect("it is a question");
        statement.query_row(params![id, ts], |row| row.get(0)).expect("there is a reading")
    }
}

impl Keeper for Plain {
    type Batch = Vec<(i64, i64, f64)>;

    fn prepare(&mut self, readings: Vec<Reading>) -> Self::Batch {
        let row = |reading: Reading| {
            let observation = reading.observation;
            (
                self.id(&reading.source),
                observation.observed_at.as_millis(),
                observation.value.as_f64(),
            )
        };
        readings.into_iter().map(row).collect()
    }

    fn commit(&mut self, batch: Self::Batch) {
        let transaction = self.file.transaction().expect("nobody else writes");
        {
            let sql = "INSERT OR IGNORE INTO reading VALUES (?1, ?2, ?3)";
            let mut insert = transaction.prepare_cached(sql).expect("it is a statement");
            for (series, ts, value) in batch {
                insert.execute(params![series, ts, value]).expect("there is room");
            }
        }
        transaction.commit().expect("there is room");
    }

    fn process(&self) -> u32 {
        std::process::id()
    }

    fn settle(&mut self, _now: i64) -> Figures {
        let all = "VACUUM; PRAGMA wal_checkpoint(TRUNCATE)";
        self.file.execute_batch(all).expect("nobody else has it open");
        let disk = std::fs::metadata(&self.path).expect("the file is there").len() as f64;
        [("disk".to_owned(), disk)].into()
    }

    fn reopen(&mut self) -> Duration {
        let closed = Connection::open_in_memory().expect("there is memory");
        drop(std::mem::replace(&mut self.file, closed));
        let watch = Stopwatch::now();
        self.file = open(&self.path);
        watch.elapsed()
    }

    fn minutes(&mut self, source: &Source, period: Period) -> Vec<f64> {
        let id = self.id(source);
        let sql = "SELECT avg(v) FROM reading WHERE series = ?1 AND ts >= ?2 AND ts < ?3
                   GROUP BY ts / 60000 ORDER BY ts / 60000";
        let mut statement = self.file.prepare_cached(sql).expect("it is a question");
        let bounds = params![id, period.start().as_millis(), period.end().as_millis()];
        let rows = statement.query_map(bounds, |row| row.get(0)).expect("an answer");
        rows.collect::<Result<_, _>>().expect("an answer")
    }

    fn latest(&mut self, sources: &[Source], end: i64) -> Vec<f64> {
        sources.iter().map(|source| self.before(source, end)).collect()
    }

    fn days(&mut self, sources: &[Source], days: &[Period]) -> Vec<Vec<f64>> {
        let of =
            |source| days.iter().map(|day| self.before(source, day.end().as_millis())).collect();
        sources.iter().map(of).collect()
    }

    fn month(&mut self, _sources: &[Source], period: Period) -> Vec<Summary> {
        let sql = "SELECT count(*), avg(v), min(v), max(v) FROM reading WHERE ts >= ?1 AND ts < ?2
                   GROUP BY series";
        let mut statement = self.file.prepare_cached(sql).expect("it is a question");
        let bounds = params![period.start().as_millis(), period.end().as_millis()];
        let summary = |row: &rusqlite::Row<'_>| {
            Ok(Summary {
                count: row.get(0)?,
                mean: row.get(1)?,
                least: row.get(2)?,
                greatest: row.get(3)?,
            })
        };
        let rows = statement.query_map(bounds, summary).expect("an answer");
        rows.collect::<Result<_, _>>().expect("an answer")
    }
}

fn open(path: &Path) -> Connection {
    let file = Connection::open(path).expect("the folder takes a file");
    file.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -16000;",
    )
    .expect("a file can be set");
    file.set_prepared_statement_cache_capacity(16);
    file
}
