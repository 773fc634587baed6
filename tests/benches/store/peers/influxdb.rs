//! InfluxDB 1 as it is installed, which synchronises each write; without its statistics of itself and its request log.
//!
//! Its size is measured once it has compacted all, which it does at once when it is started so.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use domain::{Period, Reading, Source};
use serde_json::Value as Json;

use super::server::{Server, lines};
use crate::keeper::{Figures, Keeper, Summary};

pub(crate) struct InfluxDb {
    server: Server,
    folder: PathBuf,
    port: u16,
}

impl InfluxDb {
    pub(crate) fn start(folder: &Path) -> Self {
        let port = tests::installation::free_port();
        let server = Server::new(folder, port, "/ping");
        let mut started = Self { server, folder: folder.to_owned(), port };
        let settings = started.folder.join("influxdb.conf");
        let rpc = tests::installation::free_port();
        std::fs::write(settings, format!("bind-address = \"127.0.0.1:{rpc}\"\n"))
            .expect("the settings can be written");
        started.server.start(started.command());
        started.ask("CREATE DATABASE bench");
        started
    }

    fn command(&self) -> Command {
        let place = |part: &str| self.folder.join(part);
        let mut command = Command::new("influxd");
        command
            .arg("-config")
            .arg(place("influxdb.conf"))
            .env("INFLUXDB_META_DIR", place("meta"))
            .env("INFLUXDB_DATA_DIR", place("data"))
            .env("INFLUXDB_DATA_WAL_DIR", place("wal"))
            .env("INFLUXDB_HTTP_BIND_ADDRESS", format!("127.0.0.1:{}", self.port))
            .env("INFLUXDB_HTTP_LOG_ENABLED", "false")
            .env("INFLUXDB_DATA_QUERY_LOG_ENABLED", "false")
            .env("INFLUXDB_MONITOR_STORE_ENABLED", "false")
            .env("INFLUXDB_REPORTING_DISABLED", "true");
        command
    }

    /// The series of an answer.
    fn ask(&self, question: &str) -> Vec<Json> {
        let parameters = [("db", "bench"), ("epoch", "ms"), ("q", question)];
        let mut answer = self.server.ask("/query", &parameters);
        let result = answer["results"][0].take();
        assert!(result["error"].is_null() && answer["error"].is_null(), "{question}: {result}");
        result["series"].as_array().cloned().unwrap_or_default()
    }

    /// A column of each series; the first is the time.
    fn columns(&self, question: &str, column: usize) -> Vec<Vec<f64>> {
        let values = |series: &Json| rows(series).map(|row| number(&row[column])).collect();
        self.ask(question).iter().map(values).collect()
    }
}

impl Keeper for InfluxDb {
    type Batch = String;

    fn prepare(&mut self, readings: Vec<Reading>) -> String {
        lines(&readings)
    }

    fn commit(&mut self, batch: String) {
        self.server.write("/write?db=bench&precision=ms", batch);
    }

    fn process(&self) -> u32 {
        self.server.process()
    }

    fn settle(&mut self, _now: i64) -> Figures {
        self.server.stop();
        let mut command = self.command();
        command
            .env("INFLUXDB_DATA_CACHE_SNAPSHOT_WRITE_COLD_DURATION", "1s")
            .env("INFLUXDB_DATA_COMPACT_FULL_WRITE_COLD_DURATION", "1s");
        self.server.start(command);
        [("disk".to_owned(), self.server.disk(&["data", "wal", "meta"]))].into()
    }

    fn reopen(&mut self) -> Duration {
        self.server.stop();
        self.server.start(self.command())
    }

    fn minutes(&mut self, source: &Source, period: Period) -> Vec<f64> {
        let (measurement, device) = (source.quantity.name(), &source.device);
        let within = within(period);
        self.columns(
            &format!(
                "SELECT mean(value) FROM {measurement} WHERE device = '{device}' AND {within} GROUP BY time(1m) fill(none)"
            ),
            1,
        )
        .concat()
    }

    fn latest(&mut self, sources: &[Source], end: i64) -> Vec<f64> {
        let measurements = among(sources);
        let of = format!(
            "SELECT last(value) FROM {measurements} WHERE device !~ /^year-/ AND time < {end}ms GROUP BY device"
        );
        self.columns(&of, 1).concat()
    }

    fn days(&mut self, _sources: &[Source], days: &[Period]) -> Vec<Vec<f64>> {
        let (Some(first), Some(last)) = (days.first(), days.last()) else { return Vec::new() };
        let period = Period::new(first.start(), last.end()).expect("in order");
        let within = within(period);
        let of = format!(
            "SELECT last(value) FROM energy_imported WHERE device =~ /^year-/ AND {within} \
             GROUP BY time(1d), device fill(none) tz('Europe/Paris')"
        );
        self.columns(&of, 1)
    }

    fn month(&mut self, sources: &[Source], period: Period) -> Vec<Summary> {
        let (measurements, within) = (among(sources), within(period));
        let found = self.ask(&format!(
            "SELECT count(value), mean(value), min(value), max(value) FROM {measurements} WHERE {within} GROUP BY device"
        ));
        let summary = |row: &Json| Summary {
            count: number(&row[1]),
            mean: number(&row[2]),
            least: number(&row[3]),
            greatest: number(&row[4]),
        };
        found.iter().flat_map(rows).map(summary).collect()
    }
}

fn rows(series: &Json) -> impl Iterator<Item = &Json> {
    series["values"].as_array().expect("rows").iter()
}

fn number(cell: &Json) -> f64 {
    cell.as_f64().expect("a number")
}

fn within(period: Period) -> String {
    let (start, end) = (period.start().as_millis(), period.end().as_millis());
    format!("time >= {start}ms AND time < {end}ms")
}

fn among(sources: &[Source]) -> String {
    let mut names: Vec<&str> = sources.iter().map(|source| source.quantity.name()).collect();
    names.sort_unstable();
    names.dedup();
    names.join(", ")
}
