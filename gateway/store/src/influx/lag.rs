//! How far InfluxDB is behind the store.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use super::fault::Fault;
use crate::sqlite::{Mark, SqliteReader};

/// How often it is counted what is not forwarded.
const MEASURE_EVERY: Duration = Duration::from_secs(5);

/// How forwarding stands, for people.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// How many readings are still to be forwarded; `None` before they were counted.
    pub behind: Option<u64>,
    /// Why InfluxDB does not take any, when it does not.
    pub fault: Option<String>,
}

/// Counts what is not forwarded, for all to see.
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

    /// InfluxDB takes nothing for this reason, or takes what it is given again.
    pub(super) fn tell(&self, fault: Option<&Fault>) {
        self.standing.send_if_modified(|standing| {
            let told = fault.map(ToString::to_string);
            let is_news = standing.fault != told;
            standing.fault = told;
            is_news
        });
    }

    /// The readings up to here are there.
    pub(super) const fn sent(&self) -> Mark {
        self.sent
    }

    /// More readings are there.
    pub(super) const fn set_sent(&mut self, mark: Mark) {
        self.sent = mark;
    }

    /// Counts again, when it is time to.
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
