//! Readings: batches in; sources, readings and rollups out.

use std::future::Future;

use domain::calendar::Bucket;
use domain::rollup::{Rollup, Step};
use domain::{Instant, Observation, Period, Reading, Source};
use jiff::SignedDuration;

use super::{Learned, RefusalId, Refused, StoreError};

/// Contents of one commit: readings, and the messages that were refused or must be kept beside them.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// Admitted readings, in the order of their arrival.
    pub readings: Vec<Reading>,
    /// Refused messages, in the order of their arrival.
    pub refused: Vec<Refused>,
    /// Refusals that leave quarantine with this commit, since their readings are admitted now.
    pub healed: Vec<RefusalId>,
    /// Device family of each source where it is new or has changed.
    pub families: Vec<(Source, &'static str)>,
    /// Messages that later ones need to be understood, the newest of a topic last. One without a payload removes its
    /// topic.
    pub learned: Vec<Learned>,
    /// When these readings were imported, if they were: from then on their age counts, whatever their own date.
    pub imported_at: Option<Instant>,
}

/// Outcome of a batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Appended {
    /// Readings that were new.
    pub stored: u64,
    /// Readings whose source and instant were already there; nothing was changed.
    pub repeated: u64,
    /// Refused messages that quarantine dropped to keep its bound, oldest first.
    pub dropped: u64,
}

/// Writer of readings.
pub trait SeriesWriter: Send + Sync {
    /// Stores `batch` durably, as a whole, before it returns `Ok`.
    ///
    /// Source and `observed_at` name a reading. The first one stored stays: storing it again, even with another
    /// value, changes nothing and counts as repeated. So after an error the caller may append the same batch again.
    /// A refused message with the topic, payload and reason of one that already stands in quarantine is counted
    /// with that one.
    fn append(&self, batch: Batch) -> impl Future<Output = Result<Appended, StoreError>> + Send;
}

/// Reader of series. Readings are always in the order of `observed_at`, each identity once; their `received_at` is kept in whole seconds after `observed_at`, rounded down.
pub trait SeriesReader: Send + Sync + 'static {
    /// Every stored source, in order.
    fn sources(&self) -> impl Future<Output = Result<Vec<StoredSource>, StoreError>> + Send;

    /// Readings of one source in a period; none for an unknown source.
    fn range(
        &self,
        request: Range,
    ) -> impl Future<Output = Result<Vec<Observation>, StoreError>> + Send;

    /// Rollups of several sources, one list for each in the order of the query: every bucket of the step that
    /// overlaps the period and has readings, in order. A bucket is whole, also where it reaches out of the period.
    ///
    /// They are those of the readings as they stand now, today and on days with late readings too (to the rounding
    /// of sums). Where a store no longer keeps the readings, they are what was kept of them.
    fn rollups(
        &self,
        request: RollupRange,
    ) -> impl Future<Output = Result<Vec<Vec<Bucket<Rollup>>>, StoreError>> + Send;
}

/// Query for the readings of one source.
#[derive(Clone, Debug)]
pub struct Range {
    /// The source.
    pub source: Source,
    /// The period, half-open.
    pub period: Period,
    /// Number of readings just before the period to give as well, as far as there are.
    pub before: usize,
    /// Number of readings just after the period to give as well, as far as there are.
    pub after: usize,
    /// Largest number of readings inside the period, the oldest first; `None` for all. Once the limit is reached,
    /// no readings after the period are given.
    pub limit: Option<usize>,
}

impl Range {
    /// All readings of `source` in `period` and nothing around it.
    pub fn of(source: Source, period: Period) -> Self {
        Self { source, period, before: 0, after: 0, limit: None }
    }

    /// The newest reading of `source`.
    pub fn newest(source: Source) -> Self {
        let end = Period::new(Instant::MAX, Instant::MAX).expect("an empty period is a period");
        Self { source, period: end, before: 1, after: 0, limit: None }
    }

    /// With the neighbours that a figure over the period may need on either side.
    #[must_use]
    pub fn with_neighbours(self, count: usize) -> Self {
        Self { before: count, after: count, ..self }
    }
}

/// Query for rollups.
#[derive(Clone, Debug)]
pub struct RollupRange {
    /// The sources; one query for all that a figure needs costs less than one for each.
    pub sources: Vec<Source>,
    /// The period, half-open.
    pub period: Period,
    /// Length of the buckets.
    pub step: Step,
    /// Longest time for which a reading holds: `max_gap_s` of the site's rules. With another one than the store was
    /// opened with, or another time zone, the answer is as right, but takes longer.
    pub longest_gap: SignedDuration,
}

impl RollupRange {
    /// The whole buckets that overlap the period; none when it is empty.
    pub(crate) fn buckets(&self) -> Option<Period> {
        let last = self.period.end() - SignedDuration::from_millis(1);
        if self.period.start() > last {
            return None;
        }
        let (first, last) = (self.step.bucket(self.period.start()), self.step.bucket(last));
        Period::new(first.start(), last.end())
    }
}

/// A source with its newest reading.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredSource {
    /// The source.
    pub source: Source,
    /// Its newest reading by `observed_at`.
    pub last: Observation,
    /// Device family of the source; `None` where it is unknown, as for imported readings.
    pub family: Option<String>,
}
