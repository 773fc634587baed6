//! Vigie's store, used as the gateway and the dashboard use it.

use std::future::Future;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant as Stopwatch};

use domain::calendar::Bucket;
use domain::rollup::{Rollup, Step};
use domain::{Instant, Period, Reading, Source};
use jiff::tz::TimeZone;
use rusqlite::{Connection, OpenFlags};
use store::{
    Batch, Range, RollupRange, SeriesReader, SeriesWriter, SqliteReader, SqliteSettings,
    SqliteWriter,
};
use tokio::runtime::Runtime;

use crate::building::HOUR_MS;
use crate::keeper::{Figures, Keeper, Summary};

pub(crate) struct Vigie {
    folder: PathBuf,
    settings: SqliteSettings,
    runtime: Runtime,
    open: Option<(SqliteWriter, SqliteReader)>,
}

impl Vigie {
    pub(crate) fn open(folder: &Path) -> Self {
        let zone = TimeZone::get("Europe/Paris").expect("it is built in");
        let settings = SqliteSettings { timezone: zone, ..SqliteSettings::default() };
        let runtime =
            tokio::runtime::Builder::new_current_thread().build().expect("there are threads");
        let mut vigie = Self { folder: folder.to_owned(), settings, runtime, open: None };
        vigie.reopen();
        vigie
    }

    fn wait<T, E: std::error::Error>(&self, answer: impl Future<Output = Result<T, E>>) -> T {
        self.runtime.block_on(answer).expect("the store answers")
    }

    fn writer(&self) -> &SqliteWriter {
        &self.open.as_ref().expect("it is open").0
    }

    fn reader(&self) -> &SqliteReader {
        &self.open.as_ref().expect("it is open").1
    }

    fn close(&mut self) {
        if let Some((writer, reader)) = self.open.take() {
            // The last connection folds the write-ahead log into the file.
            drop(reader);
            self.wait(writer.close());
        }
    }

    fn days_of(&self, sources: &[Source], period: Period) -> RollupRange {
        RollupRange {
            sources: sources.to_vec(),
            period,
            step: Step::Day(self.settings.timezone.clone()),
            longest_gap: self.settings.longest_gap,
        }
    }
}

impl Keeper for Vigie {
    type Batch = Batch;

    fn prepare(&mut self, readings: Vec<Reading>) -> Batch {
        Batch { readings, ..Batch::default() }
    }

    fn commit(&mut self, batch: Batch) {
        let count = batch.readings.len() as u64;
        assert_eq!(self.wait(self.writer().append(batch)).stored, count);
    }

    fn quarter_is_over(&mut self, now: i64) {
        self.wait(self.writer().seal(Instant::from_millis(now)));
    }

    fn process(&self) -> u32 {
        std::process::id()
    }

    fn settle(&mut self, now: i64) -> Figures {
        self.wait(self.writer().seal(Instant::from_millis(now + 3 * HOUR_MS)));
        self.close();
        let path = self.folder.join("vigie.db");
        let disk = std::fs::metadata(&path).expect("the file is there").len() as f64;
        let summaries = {
            let file = Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_ONLY);
            let sql = "SELECT coalesce(sum(pgsize), 0) FROM dbstat WHERE name IN
                       (SELECT name FROM sqlite_master WHERE tbl_name IN ('q15', 'rd'))";
            let bytes = file.and_then(|file| file.query_row(sql, [], |row| row.get::<_, i64>(0)));
            bytes.expect("SQLite tells how large its tables are") as f64
        };
        self.reopen();
        [("disk".to_owned(), disk), ("disk_readings".to_owned(), disk - summaries)].into()
    }

    fn reopen(&mut self) -> Duration {
        self.close();
        let watch = Stopwatch::now();
        let writer = SqliteWriter::open(&self.folder, &self.settings).expect("the store opens");
        let reader = SqliteReader::open(&self.folder).expect("the store opens");
        self.open = Some((writer, reader));
        watch.elapsed()
    }

    fn minutes(&mut self, source: &Source, period: Period) -> Vec<f64> {
        let readings = self.wait(self.reader().range(Range::of(source.clone(), period)));
        let minute = |at: Instant| at.as_millis().div_euclid(60_000);
        readings
            .chunk_by(|a, b| minute(a.observed_at) == minute(b.observed_at))
            .map(|it| it.iter().map(|it| it.value.as_f64()).sum::<f64>() / it.len() as f64)
            .collect()
    }

    fn latest(&mut self, _sources: &[Source], _end: i64) -> Vec<f64> {
        let all = self.wait(self.reader().sources());
        let live = all.into_iter().filter(|it| !it.source.device.as_str().starts_with("year-"));
        live.map(|stored| stored.last.value.as_f64()).collect()
    }

    fn days(&mut self, sources: &[Source], days: &[Period]) -> Vec<Vec<f64>> {
        let (Some(first), Some(last)) = (days.first(), days.last()) else { return Vec::new() };
        let period = Period::new(first.start(), last.end()).expect("in order");
        let found = self.wait(self.reader().rollups(self.days_of(sources, period)));
        found.iter().map(|days| days.iter().map(|day| day.figure.last.1).collect()).collect()
    }

    fn month(&mut self, sources: &[Source], period: Period) -> Vec<Summary> {
        let found = self.wait(self.reader().rollups(self.days_of(sources, period)));
        let summary = |days: &Vec<Bucket<Rollup>>| {
            let figures = || days.iter().map(|day| &day.figure);
            let count = figures().map(|it| it.count as f64).sum();
            Summary {
                count,
                mean: figures().map(|it| it.sum).sum::<f64>() / count,
                least: figures().map(|it| it.min).fold(f64::INFINITY, f64::min),
                greatest: figures().map(|it| it.max).fold(f64::NEG_INFINITY, f64::max),
            }
        };
        found.iter().map(summary).collect()
    }
}
