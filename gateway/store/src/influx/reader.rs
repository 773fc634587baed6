//! The reader ports on InfluxDB: readings, rollups and audit entries that a gateway has forwarded.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use domain::alerts::{AlertId, Standing};
use domain::audit::{Entry, EntryId};
use domain::calendar::Bucket;
use domain::ids::{Channel, SiteId};
use domain::rollup::{Basis, Rollup, Step, roll_up};
use domain::{Instant, Observation, Period, Source};
use jiff::SignedDuration;

use super::answer::{AnswerError, Row, read_rows};
use super::audit_point;
use super::client::Client;
use super::fault::Fault;
use super::fields::Fields;
use super::line_protocol::{decode_tag, stored_tag};
use super::query::{Query, Span, Which};
use super::rollup_point;
use super::stale::Grid;
use super::target::Target;
use super::token::Token;
use crate::ports::{
    AlertReader, AuditReader, HealthReader, Learned, MessageReader, QuarantineReader, Range,
    RefusalId, RollupRange, SeriesReader, Space, StandingRefusal, StoreError, StoredSource,
};

const MESSAGES_ARE_ELSEWHERE: &str =
    "messages that others need stay beside the gateway, not in InfluxDB";
const QUARANTINE_IS_ELSEWHERE: &str = "quarantine stays beside the gateway, not in InfluxDB";
const TEXTS_ARE_ELSEWHERE: &str =
    "former texts of the site file stay beside the gateway, not in InfluxDB";
const ALERTS_ARE_ELSEWHERE: &str = "the log of alerts stays beside the gateway, not in InfluxDB";
const SIZE_IS_UNKNOWN: &str = "InfluxDB does not tell how large a bucket is";

/// How long an answer is waited for.
const DEADLINE: Duration = Duration::from_secs(30);

/// Reader of the readings, rollups and audit entries of one site that gateways have written to InfluxDB.
///
/// Readings and audit entries are there about a second after the gateway has stored them, rollups about a minute. The
/// quarantine, the log of alerts and former texts of the site file stay beside the gateway.
#[derive(Clone, Debug)]
pub struct InfluxReader {
    site: SiteId,
    client: Arc<Client>,
    grid: Grid,
}

impl InfluxReader {
    /// Prepares to read the readings of `site`, whose rollups were made by the rules of `grid`. Nothing is sent yet.
    ///
    /// # Errors
    /// [`Fault::Configuration`] when no request can be made for `target`.
    pub fn new(site: SiteId, target: Target, token: &Token, grid: Grid) -> Result<Self, Fault> {
        let client = Arc::new(Client::new(target, token, DEADLINE)?);
        Ok(Self { site, client, grid })
    }

    async fn ask(&self, query: Query) -> Result<Vec<u8>, StoreError> {
        self.client.ask(&query).await.map_err(unanswered)
    }

    async fn observations(
        &self,
        source: &Source,
        span: Option<Span>,
        which: Which,
    ) -> Result<Vec<Observation>, StoreError> {
        let Some(span) = span else { return Ok(Vec::new()) };
        let query = Query::readings(self.client.target(), &self.site, source, span, which);
        let answer = self.ask(query).await?;
        let mut fields = Fields::default();
        read_rows(&answer, |row| if has_channel(row, source) { fields.add(row) } else { Ok(()) })
            .map_err(unreadable)?;
        Ok(fields.observations(source.quantity.kind()))
    }

    /// So many readings before `start`, oldest first: each the newest before the one after it, which InfluxDB finds in
    /// its index.
    async fn before(
        &self,
        source: &Source,
        start: Instant,
        count: usize,
    ) -> Result<Vec<Observation>, StoreError> {
        let (mut found, mut stop) = (Vec::new(), start);
        while found.len() < count {
            let span = Span::new(Instant::MIN, stop);
            let newest = self.observations(source, span, Which::Newest).await?;
            let Some(newest) = newest.last() else { break };
            stop = newest.observed_at;
            found.push(*newest);
        }
        found.reverse();
        Ok(found)
    }

    async fn after(
        &self,
        source: &Source,
        end: Instant,
        count: usize,
    ) -> Result<Vec<Observation>, StoreError> {
        let (mut found, mut start) = (Vec::new(), end);
        while found.len() < count {
            let span = Span::new(start, Instant::MAX);
            let oldest = self.observations(source, span, Which::Oldest).await?;
            let Some(oldest) = oldest.first() else { break };
            start = oldest.observed_at + SignedDuration::from_millis(1);
            found.push(*oldest);
        }
        Ok(found)
    }

    /// The rollups of one quantity that were forwarded.
    async fn forwarded(
        &self,
        sources: &BTreeSet<&Source>,
        buckets: Period,
        step: &Step,
    ) -> Result<BTreeMap<Source, Vec<Bucket<Rollup>>>, StoreError> {
        let mut found = BTreeMap::<Source, Vec<Bucket<Rollup>>>::new();
        let (Some(span), Some(first)) =
            (Span::new(buckets.start(), buckets.end()), sources.first())
        else {
            return Ok(found);
        };
        let measurement = rollup_point::measurement(first.quantity, step);
        let only = (sources.len() == 1).then_some(*first);
        let target = self.client.target();
        let query = Query::rollups(target, &self.site, &measurement, only, span);
        let answer = self.ask(query).await?;
        let tags = |source: &&Source| {
            let channel = source.channel.as_ref().map(|channel| stored_tag(channel.as_str()));
            (stored_tag(source.device.as_str()), channel)
        };
        let wanted: HashMap<_, _> = sources.iter().map(|source| (tags(source), *source)).collect();
        read_rows(&answer, |row| {
            let device = row.text("device").unwrap_or_default().to_owned();
            let tags = (device, row.text("channel").map(str::to_owned));
            let Some(source) = wanted.get(&tags) else { return Ok(()) };
            let start = row.time()?;
            let period = step.bucket(start);
            // Days of another time zone may stand there from before.
            if period.start() != start {
                return Ok(());
            }
            let figure = rollup_point::rollup(start, |name| row.number(name).ok().flatten())
                .ok_or_else(|| AnswerError::Malformed(format!("half a rollup in {measurement}")))?;
            found.entry((*source).clone()).or_default().push(Bucket { period, figure });
            Ok(())
        })
        .map_err(unreadable)?;
        for buckets in found.values_mut() {
            buckets.sort_by_key(|bucket| bucket.period.start());
        }
        Ok(found)
    }

    /// Rollups of one quantity, whatever was forwarded: other days are joined from quarters of an hour, another longest
    /// gap needs the readings themselves.
    async fn rolled_up(
        &self,
        sources: &BTreeSet<&Source>,
        request: &RollupRange,
        buckets: Period,
    ) -> Result<BTreeMap<Source, Vec<Bucket<Rollup>>>, StoreError> {
        let RollupRange { step, longest_gap, .. } = request;
        let basis = |source: &Source| Basis::new(source.quantity, *longest_gap);
        if *longest_gap != self.grid.longest_gap {
            let mut found = BTreeMap::new();
            for source in sources {
                let span = Span::new(buckets.start(), buckets.end());
                let readings = self.observations(source, span, Which::All).await?;
                found.insert((*source).clone(), roll_up(&readings, step, &basis(source)));
            }
            return Ok(found);
        }
        let is_kept = match step {
            Step::Quarter => true,
            Step::Day(zone) => *zone == self.grid.timezone,
        };
        if is_kept {
            return self.forwarded(sources, buckets, step).await;
        }
        let quarters = self.forwarded(sources, buckets, &Step::Quarter).await?;
        let joined = quarters.into_iter().map(|(source, quarters)| {
            let days = joined(quarters, step, &basis(&source));
            (source, days)
        });
        Ok(joined.collect())
    }
}

impl SeriesReader for InfluxReader {
    async fn sources(&self) -> Result<Vec<StoredSource>, StoreError> {
        let Some(span) = Span::new(Instant::MIN, Instant::MAX) else { return Ok(Vec::new()) };
        let answer = self.ask(Query::sources(self.client.target(), &self.site, span)).await?;
        let mut fields = BTreeMap::<Source, Fields>::new();
        read_rows(&answer, |row| match source(row) {
            Some(source) => fields.entry(source).or_default().add(row),
            // Somebody else's: no quantity of ours, or names that we cannot have written.
            None => Ok(()),
        })
        .map_err(unreadable)?;
        let newest = fields.into_iter().filter_map(|(source, fields)| {
            let last = *fields.observations(source.quantity.kind()).last()?;
            Some(StoredSource { source, last, family: None })
        });
        Ok(newest.collect())
    }

    async fn range(&self, request: Range) -> Result<Vec<Observation>, StoreError> {
        let Range { source, period, before, after, limit } = request;
        let mut found = self.before(&source, period.start(), before).await?;
        let span = Span::new(period.start(), period.end());
        let inside = match limit {
            Some(0) => Vec::new(),
            Some(limit) => self.observations(&source, span, Which::AtMost(limit)).await?,
            None => self.observations(&source, span, Which::All).await?,
        };
        let is_full = limit.is_some_and(|limit| inside.len() >= limit);
        found.extend(inside);
        if !is_full {
            found.extend(self.after(&source, period.end(), after).await?);
        }
        Ok(found)
    }

    async fn rollups(&self, request: RollupRange) -> Result<Vec<Vec<Bucket<Rollup>>>, StoreError> {
        let mut found = BTreeMap::new();
        if let Some(buckets) = request.buckets() {
            let mut quantities = BTreeMap::<&str, BTreeSet<&Source>>::new();
            for source in &request.sources {
                quantities.entry(source.quantity.name()).or_default().insert(source);
            }
            for sources in quantities.values() {
                found.extend(self.rolled_up(sources, &request, buckets).await?);
            }
        }
        let of = |source| found.get(source).cloned().unwrap_or_default();
        Ok(request.sources.iter().map(of).collect())
    }
}

impl MessageReader for InfluxReader {
    /// Unsupported: messages stay beside the gateway.
    async fn learned(&self) -> Result<Vec<Learned>, StoreError> {
        Err(StoreError::Unsupported { why: MESSAGES_ARE_ELSEWHERE })
    }
}

impl QuarantineReader for InfluxReader {
    /// Unsupported: refused messages stay beside the gateway.
    async fn quarantine(
        &self,
        _before: Option<RefusalId>,
        _limit: usize,
    ) -> Result<Vec<StandingRefusal>, StoreError> {
        Err(StoreError::Unsupported { why: QUARANTINE_IS_ELSEWHERE })
    }
}

impl AuditReader for InfluxReader {
    async fn ledger(&self) -> Result<Vec<Entry>, StoreError> {
        let Some(span) = Span::new(Instant::MIN, Instant::MAX) else { return Ok(Vec::new()) };
        let answer = self.ask(Query::ledger(self.client.target(), &self.site, span)).await?;
        // A ledger that was restored may have given a number again: the later entry is the one that stands.
        let mut entries = BTreeMap::<EntryId, Entry>::new();
        read_rows(&answer, |row| {
            let Some((id, entry)) = audit_point::entry(row)? else { return Ok(()) };
            if entries.get(&id).is_none_or(|earlier| earlier.at <= entry.at) {
                entries.insert(id, entry);
            }
            Ok(())
        })
        .map_err(unreadable)?;
        Ok(entries.into_values().collect())
    }

    /// Unsupported: texts of the site file stay beside the gateway.
    async fn text_before(&self, _entry: EntryId) -> Result<Option<String>, StoreError> {
        Err(StoreError::Unsupported { why: TEXTS_ARE_ELSEWHERE })
    }
}

impl AlertReader for InfluxReader {
    /// Unsupported: the log of alerts stays beside the gateway.
    async fn open_alerts(&self) -> Result<Vec<Standing>, StoreError> {
        Err(StoreError::Unsupported { why: ALERTS_ARE_ELSEWHERE })
    }

    /// Unsupported: the log of alerts stays beside the gateway.
    async fn alerts(
        &self,
        _before: Option<AlertId>,
        _limit: usize,
    ) -> Result<Vec<Standing>, StoreError> {
        Err(StoreError::Unsupported { why: ALERTS_ARE_ELSEWHERE })
    }
}

impl HealthReader for InfluxReader {
    /// Unsupported: InfluxDB does not tell the size of a bucket.
    async fn size_bytes(&self) -> Result<u64, StoreError> {
        Err(StoreError::Unsupported { why: SIZE_IS_UNKNOWN })
    }

    async fn space(&self) -> Result<Option<Space>, StoreError> {
        Ok(None)
    }
}

/// Quarters of an hour, in order, as larger buckets.
fn joined(quarters: Vec<Bucket<Rollup>>, step: &Step, basis: &Basis) -> Vec<Bucket<Rollup>> {
    let mut buckets = Vec::<Bucket<Rollup>>::new();
    for quarter in quarters {
        match buckets.last_mut() {
            Some(bucket) if bucket.period.contains(quarter.period.start()) => {
                bucket.figure = bucket.figure.then(quarter.figure, basis);
            }
            _ => {
                let period = step.bucket(quarter.period.start());
                buckets.push(Bucket { period, figure: quarter.figure });
            }
        }
    }
    buckets
}

/// The source of a row with all its tags.
fn source(row: &Row<'_>) -> Option<Source> {
    Some(Source {
        device: decode_tag(row.text("device")?).parse().ok()?,
        quantity: row.text("_measurement")?.parse().ok()?,
        channel: row.text("channel").map(|channel| decode_tag(channel).parse()).transpose().ok()?,
    })
}

/// Whether a row that answers a query about a device is of the channel of `source`.
fn has_channel(row: &Row<'_>, source: &Source) -> bool {
    let channel = row.text("channel").map(decode_tag);
    channel.as_deref() == source.channel.as_ref().map(Channel::as_str)
}

fn unreadable(error: AnswerError) -> StoreError {
    StoreError::Unavailable(error.into())
}

fn unanswered(fault: Fault) -> StoreError {
    match fault {
        Fault::Split | Fault::Isolate { .. } => StoreError::Refused(fault.into()),
        _ => StoreError::Unavailable(fault.into()),
    }
}
