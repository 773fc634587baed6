//! Brings to InfluxDB what the store has and InfluxDB has not.

use std::convert::Infallible;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use domain::ids::SiteId;
use domain::{Clock, Reading};
use tokio::time::{Instant, sleep};

use super::backoff::Backoff;
use super::client::Client;
use super::fault::Fault;
use super::line_protocol::Line;
use super::parcel::{Delivered, Parcel};
use super::target::Target;
use super::token::Token;
use super::trouble::Trouble;
use crate::ports::StoreError;
use crate::sqlite::{Mark, NotForwarded, Receipt, SqliteReader, SqliteWriter};

/// How many lines go in one request at most; what InfluxDB recommends.
const LINES: usize = 5000;
/// So often a server may fail over the same lines before one of them is suspected.
const FAILURES: u32 = 5;
/// How often it is counted what is not forwarded.
const MEASURE_EVERY: Duration = Duration::from_secs(5);

/// How long the forwarder waits for what.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Between two looks for new readings.
    pub look: Duration,
    /// For the answer to a request.
    pub request: Duration,
    /// After the first failure; the pause doubles with each further one.
    pub first_pause: Duration,
    /// After many failures, and for a person to mend the configuration.
    pub longest_pause: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            look: Duration::from_secs(1),
            request: Duration::from_secs(30),
            first_pause: Duration::from_secs(1),
            longest_pause: Duration::from_mins(1),
        }
    }
}

/// Writes to InfluxDB what is durable in the store of the data folder: first what has just arrived, then a part of what
/// is owed from an outage, and so on in turn. The store must have been opened with [`Target::name`] in
/// [`crate::SqliteSettings::forward_to`].
#[derive(Debug)]
pub struct Forwarder {
    site: SiteId,
    client: Client,
    writer: Arc<SqliteWriter>,
    reader: Arc<SqliteReader>,
    pace: Pace,
    backoff: Backoff,
    trouble: Trouble,
    mark: Mark,
    lines: usize,
    measured: Option<Instant>,
}

impl Forwarder {
    /// Prepares to forward the readings of `site`. Nothing is sent yet.
    ///
    /// # Errors
    /// [`Fault::Configuration`] when no request can be made for `target`.
    pub fn new(
        site: SiteId,
        target: Target,
        token: &Token,
        (writer, reader): (Arc<SqliteWriter>, Arc<SqliteReader>),
        pace: Pace,
    ) -> Result<Self, Fault> {
        Ok(Self {
            site,
            client: Client::new(target, token, pace.request)?,
            writer,
            reader,
            pace,
            backoff: Backoff::new(pace.first_pause, pace.longest_pause),
            trouble: Trouble::default(),
            mark: Mark::default(),
            lines: LINES,
            measured: None,
        })
    }

    /// Forwards for ever. It may be dropped at any point: what is not known to have arrived is sent again.
    pub async fn run(mut self, clock: Arc<dyn Clock>) -> Infallible {
        loop {
            match self.round(&*clock).await {
                Ok(true) => {}
                Ok(false) => sleep(self.pace.look).await,
                Err(Obstacle::Server(fault)) => self.wait_for_server(&fault).await,
                Err(Obstacle::Store(error)) => {
                    tracing::warn!(
                        error = &error as &dyn Error,
                        "the store cannot be read to forward from it"
                    );
                    sleep(self.backoff.pause()).await;
                }
            }
        }
    }

    /// Sends what has arrived, then some of what is owed; false when there was nothing.
    async fn round(&mut self, clock: &dyn Clock) -> Result<bool, Obstacle> {
        let any_arrived = self.forward_arrived(clock).await?;
        let any_owed = self.forward_owed(clock).await?;
        self.measure().await;
        Ok(any_arrived || any_owed)
    }

    async fn forward_arrived(&mut self, clock: &dyn Clock) -> Result<bool, Obstacle> {
        let arrived = self.reader.arrived(self.mark, self.lines).await?;
        if arrived.up_to == self.mark {
            return Ok(false);
        }
        let refused = self.send(&arrived.readings, clock).await?;
        let receipt = Receipt { up_to: Some(arrived.up_to), paid: Vec::new(), refused };
        self.writer.settle(receipt).await?;
        self.mark = arrived.up_to;
        Ok(true)
    }

    async fn forward_owed(&mut self, clock: &dyn Clock) -> Result<bool, Obstacle> {
        let owed = self.reader.debts(self.lines).await?;
        if owed.slots.is_empty() {
            return Ok(false);
        }
        count_refused("damaged", owed.damaged);
        let mut refused = Vec::new();
        for readings in owed.readings.chunks(self.lines) {
            refused.extend(self.send(readings, clock).await?);
        }
        self.writer.settle(Receipt { up_to: None, paid: owed.slots, refused }).await?;
        Ok(true)
    }

    /// Sends readings until InfluxDB has each or refuses it for good; gives those that are to be listed as refused.
    async fn send(
        &mut self,
        readings: &[Reading],
        clock: &dyn Clock,
    ) -> Result<Vec<NotForwarded>, Fault> {
        let mut refused = Vec::new();
        let mut lines = Vec::with_capacity(readings.len());
        for reading in readings {
            match Line::of(&self.site, reading) {
                Ok(line) => lines.push(line),
                Err(unencodable) => {
                    let line = format!("{} at {}", reading.source, reading.observation.observed_at);
                    let reason = unencodable.to_string();
                    refused.push(NotForwarded { at: clock.now(), line, reason });
                }
            }
        }
        count_refused("unencodable", refused.len() as u64);
        let delivered = self.deliver(lines).await?;
        metrics::counter!("vigie_influxdb_forwarded_total").increment(delivered.stored as u64);
        if delivered.was_split {
            self.lines = (self.lines / 2).max(1);
        }
        for line in delivered.refused {
            // What the bucket does not keep so long is no fault of the line, and may be years of them.
            if line.reason.contains("outside retention policy") {
                count_refused("retention", 1);
                continue;
            }
            count_refused("server", 1);
            let (line, reason) = (line.line, line.reason);
            tracing::warn!(reason, "InfluxDB refused a reading; it stays in the store");
            refused.push(NotForwarded { at: clock.now(), line, reason });
        }
        Ok(refused)
    }

    /// Sends lines however long the server is away, so that what was found out of them is not lost meanwhile.
    ///
    /// # Errors
    /// When the server fails over all lines: others may go through.
    async fn deliver(&mut self, lines: Vec<Line>) -> Result<Delivered, Fault> {
        let mut parcel = Parcel::new(lines);
        let mut failures = 0;
        while let Some(piece) = parcel.next() {
            let answer = self.client.write(piece).await;
            match parcel.answered(answer) {
                Ok(()) => {
                    self.backoff.reset();
                    self.trouble.is_over();
                }
                Err(fault) => {
                    failures += u32::from(matches!(fault, Fault::Doubtful(_)));
                    if failures >= FAILURES {
                        parcel.suspect();
                    }
                    self.wait_for_server(&fault).await;
                }
            }
        }
        parcel.delivered()
    }

    async fn wait_for_server(&mut self, fault: &Fault) {
        self.trouble.tell(fault);
        self.measure().await;
        let pause = match fault {
            Fault::Configuration(_) => self.pace.longest_pause,
            _ => self.backoff.pause(),
        };
        sleep(pause).await;
    }

    async fn measure(&mut self) {
        if self.measured.is_some_and(|then| then.elapsed() < MEASURE_EVERY) {
            return;
        }
        self.measured = Some(Instant::now());
        if let Ok(lag) = self.reader.unforwarded(self.mark).await {
            metrics::gauge!("vigie_influxdb_lag_readings").set(lag as f64);
        }
    }
}

fn count_refused(reason: &'static str, count: u64) {
    if count > 0 {
        metrics::counter!("vigie_influxdb_refused_total", "reason" => reason).increment(count);
    }
}

/// What keeps the forwarder from going on.
enum Obstacle {
    Server(Fault),
    Store(StoreError),
}

impl From<Fault> for Obstacle {
    fn from(fault: Fault) -> Self {
        Self::Server(fault)
    }
}

impl From<StoreError> for Obstacle {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}
