//! How far InfluxDB is behind the store.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use super::fault::Fault;
use crate::sqlite::{Mark, SqliteReader};

/// How often the readings that are behind are counted.
const MEASURE_EVERY: Duration = Duration::from_secs(5);

/// State of forwarding, for people.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// How many readings are still to be forwarded; `None` before they were counted.
    pub behind: Option<u64>,
    /// Why InfluxDB does not take any, when it does not.
    pub fault: Option<String>,
}

/// Counter of the readings that are not forwarded, which it publishes.
#[derive(Debug)]
pub(super) struct Lag {
    reader: Arc<SqliteReader>,
    sent: Mark,
    measured: Option<Instant>,
    standing: watch::Sender<Standing>,
}

impl Lag {
    pub(super) fn new(reader: Arc<SqliteReader>, standing: watch::Sender<Standing>) -> Self {
        Self { reader, sent: Mark::default(), measured: None, standing }
    }

    /// Sets why InfluxDB takes nothing; `None` once it takes lines again.
    pub(super) fn set_fault(&self, fault: Option<&Fault>) {
        self.standing.send_if_modified(|standing| {
            let text = fault.map(ToString::to_string);
            let is_news = standing.fault != text;
            standing.fault = text;
            is_news
        });
    }

    /// The place up to which readings are forwarded.
    pub(super) const fn sent(&self) -> Mark {
        self.sent
    }

    /// Sets the place up to which readings are forwarded.
    pub(super) const fn set_sent(&mut self, mark: Mark) {
        self.sent = mark;
    }

    /// Counts the readings that are behind, at most once in [`MEASURE_EVERY`].
    pub(super) async fn measure(&mut self) {
        if self.measured.is_some_and(|then| then.elapsed() < MEASURE_EVERY) {
            return;
        }
        self.measured = Some(Instant::now());
        if let Ok(lag) = self.reader.unforwarded(self.sent).await {
            metrics::gauge!("vigie_influxdb_lag_readings").set(lag as f64);
            self.standing.send_modify(|standing| standing.behind = Some(lag));
        }
    }
}
