//! VictoriaMetrics as it is installed, but for a retention that keeps the data and no caches of answers.
//!
//! It acknowledges before anything is on the disk, and writes what it has every five seconds.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use domain::{Period, Reading, Source};
use serde_json::Value as Json;

use super::server::{Server, lines};
use crate::building::DAY_MS;
use crate::keeper::{Figures, Keeper, Summary};

pub(crate) struct VictoriaMetrics {
    server: Server,
    folder: PathBuf,
    port: u16,
}

impl VictoriaMetrics {
    pub(crate) fn start(folder: &Path) -> Self {
        let port = tests::installation::free_port();
        let server = Server::new(folder, port, "/health");
        let mut started = Self { server, folder: folder.to_owned(), port };
        started.server.start(started.command());
        started
    }

    fn command(&self) -> Command {
        let mut command = Command::new("victoria-metrics");
        command
            .arg(format!("-storageDataPath={}", self.folder.join("data").display()))
            .arg(format!("-httpListenAddr=127.0.0.1:{}", self.port))
            .args(["-retentionPeriod=100y", "-influxSkipSingleField"]);
        command
    }

    /// The series of an answer, each with its values in order.
    fn ask(&self, path: &str, parameters: &[(&str, &str)]) -> Vec<Vec<f64>> {
        let with_all = [parameters, &[("nocache", "1")]].concat();
        let answer = self.server.ask(path, &with_all);
        let value = |pair: &Json| {
            pair[1].as_str().and_then(|text| text.parse().ok()).expect("a number as text")
        };
        let series = answer["data"]["result"].as_array().expect("a list of series");
        series
            .iter()
            .map(|series| match series["values"].as_array() {
                Some(values) => values.iter().map(value).collect(),
                None => vec![value(&series["value"])],
            })
            .collect()
    }

    fn at(&self, question: &str, end: i64) -> Vec<f64> {
        let found = self.ask("/api/v1/query", &[("query", question), ("time", &seconds(end))]);
        found.into_iter().flatten().collect()
    }

    fn every(&self, question: &str, (from, until): (i64, i64), step: &str) -> Vec<Vec<f64>> {
        let span = [("start", seconds(from)), ("end", seconds(until))];
        let span = span.each_ref().map(|(name, value)| (*name, value.as_str()));
        let parameters = [&[("query", question), ("step", step)], &span[..]].concat();
        self.ask("/api/v1/query_range", &parameters)
    }
}

impl Keeper for VictoriaMetrics {
    type Batch = String;

    fn prepare(&mut self, readings: Vec<Reading>) -> String {
        lines(&readings)
    }

    fn commit(&mut self, batch: String) {
        self.server.write("/write?precision=ms", batch);
    }

    fn show(&mut self) {
        self.server.ask("/internal/force_flush", &[]);
    }

    fn process(&self) -> u32 {
        self.server.process()
    }

    fn settle(&mut self, _now: i64) -> Figures {
        self.server.ask("/internal/force_flush", &[]);
        self.server.ask("/internal/force_merge", &[]);
        let parts = ["data/data", "data/indexdb", "data/metadata"];
        [("disk".to_owned(), self.server.disk(&parts))].into()
    }

    fn reopen(&mut self) -> Duration {
        self.server.stop();
        self.server.start(self.command())
    }

    fn minutes(&mut self, source: &Source, period: Period) -> Vec<f64> {
        let question = format!(
            "avg_over_time({}{{device=\"{}\"}}[1m])",
            source.quantity.name(),
            source.device
        );
        let (start, end) = (period.start().as_millis(), period.end().as_millis());
        self.every(&question, (start + 60_000, end), "60s").concat()
    }

    fn latest(&mut self, sources: &[Source], end: i64) -> Vec<f64> {
        self.at(&format!("last_over_time({}[10m])", among(sources)), end)
    }

    fn days(&mut self, _sources: &[Source], days: &[Period]) -> Vec<Vec<f64>> {
        let mut found: Vec<Vec<f64>> = Vec::new();
        // A step has one length, so there is a question for each stretch of days of one length.
        let ends: Vec<i64> = days.iter().map(|day| day.end().as_millis()).collect();
        for ends in ends.chunk_by(|one, next| next - one == DAY_MS) {
            let span = (ends[0], ends[ends.len() - 1]);
            let question = "last_over_time(energy_imported{device=~\"year-.*\"}[1d])";
            let part = self.every(question, span, "1d");
            found.resize(part.len(), Vec::new());
            found.iter_mut().zip(part).for_each(|(all, part)| all.extend(part));
        }
        found
    }

    fn month(&mut self, sources: &[Source], period: Period) -> Vec<Summary> {
        let window = format!("{}s", period.length().as_secs());
        let end = period.end().as_millis();
        let [count, mean, least, greatest] = ["count", "avg", "min", "max"].map(|what| {
            self.at(
                &format!("{what}_over_time({}[{window}]) keep_metric_names", among(sources)),
                end,
            )
        });
        let figures = count.into_iter().zip(mean).zip(least).zip(greatest);
        figures
            .map(|(((count, mean), least), greatest)| Summary { count, mean, least, greatest })
            .collect()
    }
}

fn among(sources: &[Source]) -> String {
    let mut names: Vec<&str> = sources.iter().map(|source| source.quantity.name()).collect();
    names.sort_unstable();
    names.dedup();
    format!("{{__name__=~\"{}\",device!~\"year-.*\"}}", names.join("|"))
}

fn seconds(millis: i64) -> String {
    format!("{}.{:03}", millis / 1000, millis % 1000)
}
