//! A store with a forwarder beside it.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use domain::ids::SiteId;
pub(crate) use domain::testing::at;
use domain::{Instant, ManualClock, Quantity, Reading, testing};
use jiff::SignedDuration;
use jiff::tz::TimeZone;
use store::influx::{Forwarder, Grid, InfluxReader, Pace, Standing, Target, Token};
use store::{Batch, SeriesWriter, SqliteReader, SqliteSettings, SqliteWriter};
use tempfile::TempDir;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::double::{BUCKET, Double, ORGANISATION, TOKEN};

/// Deadline of what is expected at once; it costs time only on failure.
const PATIENCE: Duration = Duration::from_mins(2);

pub(crate) const PACE: Pace = Pace {
    look: Duration::from_millis(5),
    rollups: Duration::from_millis(10),
    request: Duration::from_secs(3),
    first_pause: Duration::from_millis(5),
    longest_pause: Duration::from_millis(20),
};

/// A data folder, its store, and what is forwarded where.
pub(crate) struct Installation {
    pub(crate) folder: TempDir,
    pub(crate) target: Target,
    pub(crate) token: String,
    store: Option<(Arc<SqliteWriter>, Arc<SqliteReader>)>,
    tasks: JoinSet<()>,
    standing: watch::Sender<Standing>,
    pub(crate) pace: Pace,
}

impl Installation {
    pub(crate) fn beside(double: &Double) -> Self {
        Self::writing_to(&double.url(), BUCKET)
    }

    pub(crate) fn writing_to(url: &str, bucket: &str) -> Self {
        let mut installation = Self {
            folder: tempfile::tempdir().unwrap(),
            target: Target::new(url, ORGANISATION, bucket).unwrap(),
            token: TOKEN.to_owned(),
            store: None,
            tasks: JoinSet::new(),
            standing: watch::Sender::default(),
            pace: PACE,
        };
        installation.open(true);
        installation
    }

    /// Opens the store, closing it before if it is open.
    pub(crate) fn open(&mut self, forwards: bool) {
        self.store = None;
        let grid = grid();
        let name = self.target.name(&site(), &grid);
        let settings = SqliteSettings {
            timezone: grid.timezone,
            longest_gap: grid.longest_gap,
            forward_to: forwards.then_some(name),
            ..SqliteSettings::default()
        };
        let folder: &Path = self.folder.path();
        let writer = SqliteWriter::open(folder, &settings).unwrap();
        let reader = SqliteReader::open(folder).unwrap();
        self.store = Some((Arc::new(writer), Arc::new(reader)));
    }

    pub(crate) fn writer(&self) -> &SqliteWriter {
        &self.store.as_ref().unwrap().0
    }

    pub(crate) fn reader(&self) -> &SqliteReader {
        &self.store.as_ref().unwrap().1
    }

    pub(crate) async fn append(&self, readings: impl Into<Vec<Reading>>) {
        let batch = Batch { readings: readings.into(), ..Batch::default() };
        self.writer().append(batch).await.unwrap();
    }

    pub(crate) async fn seal(&self, now: &str) {
        self.writer().seal(at(now)).await.unwrap();
    }

    /// Starts forwarding.
    pub(crate) fn forward(&mut self) {
        let (writer, reader) = self.store.as_ref().unwrap();
        let store = (Arc::clone(writer), Arc::clone(reader));
        let token = token(&self.token);
        let site = (site(), grid());
        let forwarder = Forwarder::new(
            site,
            self.target.clone(),
            &token,
            store,
            self.pace,
            self.standing.clone(),
        )
        .unwrap();
        let clock = Arc::new(ManualClock::new(at("2026-11-23T10:00:00Z")));
        self.tasks.spawn(async move {
            forwarder.run(clock).await;
        });
    }

    /// State of forwarding, as people see it.
    pub(crate) fn standing(&self) -> Standing {
        self.standing.borrow().clone()
    }

    /// Reads what was forwarded, as a dashboard elsewhere would.
    pub(crate) fn elsewhere(&self) -> InfluxReader {
        InfluxReader::new(site(), self.target.clone(), &token(&self.token), grid()).unwrap()
    }

    /// Stops forwarding, wherever it is.
    pub(crate) async fn halt(&mut self) {
        self.tasks.shutdown().await;
    }
}

pub(crate) fn site() -> SiteId {
    "dreux".parse().unwrap()
}

/// By which rules the site rolls up.
pub(crate) fn grid() -> Grid {
    let timezone = TimeZone::get("Europe/Paris").unwrap();
    Grid { timezone, longest_gap: SignedDuration::from_mins(15) }
}

pub(crate) fn token(word: &str) -> Token {
    Token::from_variables(|name| (name == "VIGIE_INFLUXDB_TOKEN").then(|| word.into())).unwrap()
}

/// A reading of a thermometer, so many seconds after ten o'clock.
pub(crate) fn reading(device: &str, seconds: i64) -> Reading {
    let source = testing::source(device, Quantity::Temperature);
    let start = at("2026-11-23T10:00:00Z").as_millis();
    let observed_at = Instant::from_millis(start + seconds * 1000);
    testing::reading(&source, observed_at, 20.0 + (seconds % 50) as f64 / 10.0)
}

/// So many readings of a thermometer, one a second, from `from` seconds after ten o'clock.
pub(crate) fn readings(device: &str, from: i64, count: i64) -> Vec<Reading> {
    (from..from + count).map(|seconds| reading(device, seconds)).collect()
}

/// Waits until `seen`, with a deadline.
pub(crate) async fn eventually(what: &str, mut seen: impl FnMut() -> bool) {
    let until = std::time::Instant::now() + PATIENCE;
    while !seen() {
        assert!(std::time::Instant::now() < until, "not within {PATIENCE:?}: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// The list of what was refused, once it has so many entries.
pub(crate) async fn listed(installation: &Installation, count: usize) -> Vec<store::NotForwarded> {
    let until = std::time::Instant::now() + PATIENCE;
    loop {
        let refused = installation.reader().not_forwarded(10).await.unwrap();
        if refused.len() >= count {
            assert_eq!(refused.len(), count);
            return refused;
        }
        assert!(std::time::Instant::now() < until, "not within {PATIENCE:?}: {count} refusals");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
