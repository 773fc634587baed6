//! The forwarder: sends to InfluxDB the readings, rollups and audit entries that it does not have yet.

use std::convert::Infallible;
use std::error::Error;
use std::sync::Arc;

use domain::audit::{Entry, EntryId};
use domain::calendar::Bucket;
use domain::ids::SiteId;
use domain::rollup::Step;
use domain::{Clock, Reading};
use tokio::sync::watch;
use tokio::time::{Instant, sleep};

use super::client::Client;
use super::fault::Fault;
use super::lag::{Lag, Standing};
use super::line_protocol::Line;
use super::sender::{Outgoing, Pace, Sender, count_refused};
use super::stale::{Grid, Stale};
use super::target::Target;
use super::token::Token;
use crate::ports::{SeriesReader, StoreError};
use crate::sqlite::{NotForwarded, Receipt, SqliteReader, SqliteWriter};

/// As soon as so many rollups have changed, they are written without waiting for their time.
const MOST_STALE: usize = 20_000;

/// Writes to InfluxDB what is durable in the store of the data folder: first the newest arrivals, then a part of the
/// backlog of an outage, and so on in turn; after readings, the rollups that they change. The store must have been
/// opened with [`Target::name`] in [`crate::SqliteSettings::forward_to`], and by the rules of the same [`Grid`].
#[derive(Debug)]
pub struct Forwarder {
    site: SiteId,
    grid: Grid,
    sender: Sender,
    writer: Arc<SqliteWriter>,
    reader: Arc<SqliteReader>,
    pace: Pace,
    stale: [Stale; 2],
    stale_since: Option<Instant>,
    /// The last audit entry that was forwarded.
    entered: EntryId,
}

impl Forwarder {
    /// Prepares to forward the readings of `site`, and to publish how forwarding stands. Nothing is sent yet.
    ///
    /// # Errors
    /// [`Fault::Configuration`] when no request can be made for `target`.
    pub fn new(
        (site, grid): (SiteId, Grid),
        target: Target,
        token: &Token,
        (writer, reader): (Arc<SqliteWriter>, Arc<SqliteReader>),
        pace: Pace,
        standing: watch::Sender<Standing>,
    ) -> Result<Self, Fault> {
        let client = Client::new(target, token, pace.request)?;
        let lag = Lag::new(Arc::clone(&reader), standing);
        Ok(Self {
            site,
            sender: Sender::new(client, pace, lag),
            writer,
            reader,
            pace,
            stale: nothing_stale(&grid),
            stale_since: None,
            entered: EntryId(0),
            grid,
        })
    }

    /// Forwards for ever. It may be dropped at any point: readings whose arrival was not confirmed are sent again.
    pub async fn run(mut self, clock: Arc<dyn Clock>) -> Infallible {
        loop {
            match self.round(&*clock).await {
                Ok(true) => {}
                Ok(false) => sleep(self.pace.look).await,
                Err(Obstacle::Server(fault)) => self.sender.wait(&fault).await,
                Err(Obstacle::Store(error)) => {
                    tracing::warn!(
                        error = &error as &dyn Error,
                        "the store cannot be read to forward from it"
                    );
                    self.sender.wait_for_store().await;
                }
            }
        }
    }

    /// Forwards until nothing is left to forward.
    #[cfg(test)]
    pub(super) async fn catch_up(&mut self, clock: &dyn Clock) {
        while self.round(clock).await.unwrap_or(false) || self.stale_since.is_some() {}
    }

    /// Sends the arrivals, then a part of the backlog; false when there was nothing.
    async fn round(&mut self, clock: &dyn Clock) -> Result<bool, Obstacle> {
        self.forward_audit(clock).await?;
        let any_arrivals = self.forward_arrivals(clock).await?;
        self.forward_stale(clock).await?;
        let any_backlog = self.forward_backlog(clock).await?;
        self.sender.lag().measure().await;
        Ok(any_arrivals || any_backlog)
    }

    /// Writes the audit entries since the last round; after a start all of them, which changes nothing.
    async fn forward_audit(&mut self, clock: &dyn Clock) -> Result<(), Obstacle> {
        let entries = self.reader.entries_after(self.entered).await?;
        let Some(last) = entries.last().map(|entry| entry.id) else { return Ok(()) };
        let line = |entry: &Entry| {
            let name = || format!("entry {} of the ledger", entry.id.0);
            Line::of_entry(&self.site, entry).map_err(|unencodable| (name(), unencodable))
        };
        let refused = self.sender.send(entries.iter().map(line).collect(), clock).await?;
        if !refused.is_empty() {
            self.writer.settle(Receipt { refused, ..Receipt::default() }).await?;
        }
        self.entered = last;
        Ok(())
    }

    async fn forward_arrivals(&mut self, clock: &dyn Clock) -> Result<bool, Obstacle> {
        let sent = self.sender.lag().sent();
        let arrivals = self.reader.arrivals(sent, self.sender.lines()).await?;
        if arrivals.up_to == sent {
            return Ok(false);
        }
        let refused = self.send(&arrivals.readings, clock).await?;
        if !refused.is_empty() {
            self.writer.settle(Receipt { refused, ..Receipt::default() }).await?;
        }
        self.sender.lag().set_sent(arrivals.up_to);
        note(&mut self.stale, &arrivals.readings);
        self.stale_since.get_or_insert_with(Instant::now);
        Ok(true)
    }

    /// Writes the rollups that have changed, when it is time to. Only then is what has arrived settled: what is sealed
    /// before is owed and sent again, so that no rollup is forgotten.
    async fn forward_stale(&mut self, clock: &dyn Clock) -> Result<(), Obstacle> {
        let Some(since) = self.stale_since else { return Ok(()) };
        let count: usize = self.stale.iter().map(Stale::count).sum();
        if since.elapsed() < self.pace.rollups && count < MOST_STALE {
            return Ok(());
        }
        // Taken out, so that they can be read while others are sent; an obstacle puts them back.
        let mut stale = std::mem::replace(&mut self.stale, nothing_stale(&self.grid));
        let sent = self.send_rollups(&stale, clock).await;
        std::mem::swap(&mut self.stale, &mut stale);
        let refused = sent?;
        let up_to = self.sender.lag().sent();
        self.writer.settle(Receipt { up_to: Some(up_to), refused, ..Receipt::default() }).await?;
        self.stale.iter_mut().for_each(Stale::clear);
        self.stale_since = None;
        Ok(())
    }

    async fn forward_backlog(&mut self, clock: &dyn Clock) -> Result<bool, Obstacle> {
        let backlog = self.reader.backlog(self.sender.lines()).await?;
        if backlog.slots.is_empty() {
            return Ok(false);
        }
        count_refused("damaged", backlog.damaged);
        let mut stale = nothing_stale(&self.grid);
        let mut refused = Vec::new();
        for readings in backlog.readings.chunks(self.sender.lines()) {
            refused.extend(self.send(readings, clock).await?);
            note(&mut stale, readings);
        }
        refused.extend(self.send_rollups(&stale, clock).await?);
        self.writer.settle(Receipt { up_to: None, paid: backlog.slots, refused }).await?;
        Ok(true)
    }

    async fn send(
        &mut self,
        readings: &[Reading],
        clock: &dyn Clock,
    ) -> Result<Vec<NotForwarded>, Fault> {
        let line = |reading: &Reading| {
            let name = || format!("{} at {}", reading.source, reading.observation.observed_at);
            Line::of(&self.site, reading).map_err(|unencodable| (name(), unencodable))
        };
        let outgoing = readings.iter().map(line).collect();
        self.sender.send(outgoing, clock).await
    }

    async fn send_rollups(
        &mut self,
        stale: &[Stale],
        clock: &dyn Clock,
    ) -> Result<Vec<NotForwarded>, Obstacle> {
        let mut refused = Vec::new();
        for stale in stale {
            for query in stale.queries(self.grid.longest_gap) {
                let sources = query.sources.clone();
                let rollups = self.reader.rollups(query).await?;
                let mut outgoing = Outgoing::new();
                for (source, buckets) in sources.iter().zip(rollups) {
                    for Bucket { period, figure } in buckets {
                        if !stale.holds(source, period) {
                            continue;
                        }
                        let rollup = (period.start(), &figure);
                        let line = Line::of_rollup(&self.site, source, stale.step(), rollup);
                        let name = || format!("rollup of {source} from {}", period.start());
                        outgoing.push(line.map_err(|unencodable| (name(), unencodable)));
                    }
                }
                refused.extend(self.sender.send(outgoing, clock).await?);
            }
        }
        Ok(refused)
    }
}

fn nothing_stale(grid: &Grid) -> [Stale; 2] {
    [Stale::new(Step::Quarter), Stale::new(Step::Day(grid.timezone.clone()))]
}

fn note(stale: &mut [Stale], readings: &[Reading]) {
    for stale in stale {
        for reading in readings {
            stale.note(reading);
        }
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
