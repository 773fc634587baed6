//! Lines on their way, however long the server is away: until it has each, or refuses it for good.

use std::time::Duration;

use domain::Clock;
use domain::backoff::Backoff;
use tokio::time::sleep;

use super::client::Client;
use super::fault::{Fault, is_too_old};
use super::lag::Lag;
use super::line_protocol::{Line, Unencodable};
use super::parcel::{Delivered, Parcel};
use super::trouble::Trouble;
use crate::sqlite::NotForwarded;

/// How many lines go in one request at most; what InfluxDB recommends.
const LINES: usize = 5000;
/// So often a server may fail over the same lines before one of them is suspected.
const FAILURES: u32 = 5;

/// Waiting times of the forwarder.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Between two checks for new readings.
    pub look: Duration,
    /// From the first change of a rollup until it is written: the readings of this time change it together.
    pub rollups: Duration,
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
            rollups: Duration::from_mins(1),
            request: Duration::from_secs(30),
            first_pause: Duration::from_secs(1),
            longest_pause: Duration::from_mins(1),
        }
    }
}

/// Sends lines of one kind after the other, and remembers how the server takes them.
#[derive(Debug)]
pub(super) struct Sender {
    client: Client,
    pace: Pace,
    backoff: Backoff,
    trouble: Trouble,
    lag: Lag,
    lines: usize,
}

/// Lines to send; in the place of one that cannot be encoded, its description.
pub(super) type Outgoing = Vec<Result<Line, (String, Unencodable)>>;

impl Sender {
    pub(super) fn new(client: Client, pace: Pace, lag: Lag) -> Self {
        Self {
            client,
            pace,
            backoff: Backoff::new(pace.first_pause, pace.longest_pause),
            trouble: Trouble::default(),
            lag,
            lines: LINES,
        }
    }

    /// How many lines are best sent at once.
    pub(super) fn lines(&self) -> usize {
        self.lines
    }

    /// How far InfluxDB is behind, which is measured also while it is away.
    pub(super) fn lag(&mut self) -> &mut Lag {
        &mut self.lag
    }

    /// Sends until InfluxDB has each line or refuses it for good; gives those that are to be listed as refused.
    pub(super) async fn send(
        &mut self,
        outgoing: Outgoing,
        clock: &dyn Clock,
    ) -> Result<Vec<NotForwarded>, Fault> {
        let mut refused = Vec::new();
        let mut lines = Vec::with_capacity(outgoing.len());
        for line in outgoing {
            match line {
                Ok(line) => lines.push(line),
                Err((line, unencodable)) => {
                    let reason = unencodable.to_string();
                    refused.push(NotForwarded { at: clock.now(), line, reason });
                }
            }
        }
        count_refused("unencodable", refused.len() as u64);
        let delivered = self.deliver(lines, clock).await?;
        metrics::counter!("vigie_influxdb_forwarded_total").increment(delivered.stored as u64);
        if delivered.was_split {
            self.lines = (self.lines / 2).max(1);
        }
        for line in delivered.refused {
            // What the bucket does not keep so long is no fault of the line, and may be years of them.
            if is_too_old(&line.reason) {
                count_refused("retention", 1);
                continue;
            }
            count_refused("server", 1);
            let (line, reason) = (line.line, line.reason);
            tracing::warn!(reason, "InfluxDB refused a line; what it says stays in the store");
            refused.push(NotForwarded { at: clock.now(), line, reason });
        }
        Ok(refused)
    }

    /// Sends lines however long the server is away, so that what was found out of them is not lost meanwhile.
    ///
    /// # Errors
    /// When the server fails over all lines: others may go through.
    async fn deliver(&mut self, lines: Vec<Line>, clock: &dyn Clock) -> Result<Delivered, Fault> {
        let mut parcel = Parcel::new(lines);
        let mut failures = 0;
        while let Some(piece) = parcel.next() {
            let answer = self.client.write(piece, clock.now()).await;
            match parcel.answered(answer) {
                Ok(()) => {
                    self.backoff.reset();
                    self.trouble.end();
                    self.lag.set_fault(None);
                }
                Err(fault) => {
                    failures += u32::from(matches!(fault, Fault::Doubtful(_)));
                    if failures >= FAILURES {
                        parcel.suspect();
                    }
                    self.wait(&fault).await;
                }
            }
        }
        parcel.delivered()
    }

    /// Waits after a fault: as long as the server asks for, or by our own measure.
    pub(super) async fn wait(&mut self, fault: &Fault) {
        self.trouble.record(fault);
        self.lag.set_fault(Some(fault));
        self.lag.measure().await;
        let pause = match fault {
            Fault::Configuration(_) => self.pace.longest_pause,
            Fault::Wait { retry_after: Some(pause), .. } => self.backoff.pause_at_least(*pause),
            _ => self.backoff.pause(),
        };
        sleep(pause).await;
    }

    /// Waits after the store could not be read.
    pub(super) async fn wait_for_store(&mut self) {
        sleep(self.backoff.pause()).await;
    }
}

/// Counts lines that will not be written.
pub(super) fn count_refused(reason: &'static str, count: u64) {
    if count > 0 {
        metrics::counter!("vigie_influxdb_refused_total", "reason" => reason).increment(count);
    }
}
