//! The time-series store, as the rest of the system sees it.
//!
//! Two ports, so that who may only look cannot write: the gateway holds a [`SeriesWriter`], the dashboard a
//! [`SeriesReader`]. Each promises only what every adapter can keep; the conformance suite holds them to it.

use std::future::Future;

use domain::alerts::{AlertId, Change, Standing};
use domain::audit::{Draft, Entry, EntryId};
use domain::calendar::Bucket;
use domain::message::Reason;
use domain::rollup::{Rollup, Step};
use domain::{Instant, Observation, Period, Reading, Source};
use jiff::SignedDuration;

/// What one commit makes durable: readings, and what had to be refused beside them.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// Admitted readings, in the order of their arrival.
    pub readings: Vec<Reading>,
    /// Refused messages, in the order of their arrival.
    pub refused: Vec<Refused>,
    /// Refusals that leave quarantine with this commit, since what was refused then is among the readings now.
    pub healed: Vec<RefusalId>,
    /// Which device families the sources of these readings are of, where that is news.
    pub families: Vec<(Source, &'static str)>,
    /// Messages that later ones need to be understood, the newest of a topic last. One without a payload is to be
    /// forgotten.
    pub learned: Vec<Learned>,
}

/// A message that later ones need to be understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Learned {
    /// Its topic; the newest message of a topic is kept.
    pub topic: String,
    /// Its whole payload.
    pub payload: Vec<u8>,
}

/// Names a refusal within the quarantine; grows with each new one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RefusalId(pub u64);

/// A message, or a part of one, that stands in quarantine.
#[derive(Clone, Debug, PartialEq)]
pub struct Refused {
    /// When it arrived (the first time, when it was repeated).
    pub received_at: Instant,
    /// Its topic.
    pub topic: String,
    /// Its payload, cut to [`Refused::KEPT_BYTES`].
    pub payload: Vec<u8>,
    /// How long the payload was.
    pub payload_len: usize,
    /// Why.
    pub reason: Reason,
}

impl Refused {
    /// How much of a payload is kept. What was cut can be looked at, but not replayed.
    pub const KEPT_BYTES: usize = 64 * 1024;
}

/// What became of a batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Appended {
    /// Readings that were new.
    pub stored: u64,
    /// Readings whose source and instant were already there; nothing was changed.
    pub repeated: u64,
    /// Refused messages that quarantine dropped to keep its bound, oldest first.
    pub dropped: u64,
}

/// Adds readings to their series.
pub trait SeriesWriter: Send + Sync {
    /// Stores `batch` durably, as a whole, before it returns `Ok`.
    ///
    /// Source and `observed_at` name a reading. The first one stored stays: storing it again, even with another
    /// value, changes nothing and counts as repeated. So after an error the caller may append the same batch again.
    /// A refused message with the topic, payload and reason of one that already stands in quarantine is counted
    /// with that one.
    fn append(&self, batch: Batch) -> impl Future<Output = Result<Appended, StoreError>> + Send;
}

/// Adds entries to the ledger of what people corrected and changed. Nothing in it is ever changed or removed.
pub trait LedgerWriter: Send + Sync {
    /// Stores `draft` durably before it returns `Ok`, and gives its name, which grows with each entry.
    fn record(&self, draft: Draft) -> impl Future<Output = Result<EntryId, StoreError>> + Send;
}

/// Keeps the log of alerts.
pub trait AlertWriter: Send + Sync {
    /// Writes down how these alerts stand now, durably; writing the same again changes nothing. Alerts that were over
    /// a year before the newest of them leave the log.
    fn keep_alerts(
        &self,
        changes: Vec<Change>,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// Answers questions about stored series. Readings are always in the order of `observed_at`, each identity once.
/// Their `received_at` is kept in whole seconds after `observed_at`, rounded down.
pub trait SeriesReader: Send + Sync + 'static {
    /// Every source that was ever stored, in order.
    fn sources(&self) -> impl Future<Output = Result<Vec<StoredSource>, StoreError>> + Send;

    /// The readings of one source in a period; none for a source that nobody has heard of.
    fn range(
        &self,
        request: Range,
    ) -> impl Future<Output = Result<Vec<Observation>, StoreError>> + Send;

    /// The rollups of several sources, one list for each in the order of the question: every bucket of the step that
    /// overlaps the period and has readings, in order. A bucket is whole, also where it reaches out of the period.
    ///
    /// They are those of the readings as they stand now, today and on days with late readings too (to the rounding
    /// of sums). Where a store no longer keeps the readings, they are what was kept of them.
    fn rollups(
        &self,
        request: RollupRange,
    ) -> impl Future<Output = Result<Vec<Vec<Bucket<Rollup>>>, StoreError>> + Send;

    /// One page of the quarantine, newest first. `before` is the [`StandingRefusal::id`] to continue below.
    fn quarantine(
        &self,
        before: Option<RefusalId>,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<StandingRefusal>, StoreError>> + Send;

    /// The alerts that hold, as they stand in the log, oldest first.
    fn open_alerts(&self) -> impl Future<Output = Result<Vec<Standing>, StoreError>> + Send {
        // A store of readings alone has no log of them.
        std::future::ready(Ok(Vec::new()))
    }

    /// One page of the log of alerts, newest first. `before` is the [`Standing::id`] to continue below.
    fn alerts(
        &self,
        before: Option<AlertId>,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<Standing>, StoreError>> + Send {
        let (_, _) = (before, limit);
        std::future::ready(Ok(Vec::new()))
    }

    /// How much room the store takes and has; `None` for one that lies on no disk of ours.
    fn space(&self) -> impl Future<Output = Result<Option<Space>, StoreError>> + Send {
        async { Ok(None) }
    }

    /// The messages that later ones need to be understood, by topic. A store of readings alone has none.
    fn learned(&self) -> impl Future<Output = Result<Vec<Learned>, StoreError>> + Send {
        std::future::ready(Ok(Vec::new()))
    }

    /// How large the store is on its medium, in bytes.
    fn size_bytes(&self) -> impl Future<Output = Result<u64, StoreError>> + Send;

    /// Every entry of the ledger, oldest first. A store that keeps no ledger has none.
    fn ledger(&self) -> impl Future<Output = Result<Vec<Entry>, StoreError>> + Send {
        std::future::ready(Ok(Vec::new()))
    }

    /// The text that an entry of the ledger says was changed, as it was before; `None` when it tells of none.
    fn text_before(
        &self,
        _entry: EntryId,
    ) -> impl Future<Output = Result<Option<String>, StoreError>> + Send {
        std::future::ready(Ok(None))
    }
}

/// How much room a store takes and has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Space {
    /// What it takes on its disk, in bytes.
    pub stored_bytes: u64,
    /// Of this, room that was given up and will be used again.
    pub reusable_bytes: u64,
    /// What is left of the disk, in bytes.
    pub free_bytes: u64,
    /// How large the disk is, in bytes.
    pub disk_bytes: u64,
    /// How many errors its file system has met since it was last repaired; unknown where none counts them.
    pub disk_errors: Option<u64>,
}

/// A question for the readings of one source.
#[derive(Clone, Debug)]
pub struct Range {
    /// Whose.
    pub source: Source,
    /// From when until when; half-open.
    pub period: Period,
    /// So many readings just before the period as well, as far as there are.
    pub before: usize,
    /// So many readings just after the period as well, as far as there are.
    pub after: usize,
    /// At most so many readings inside the period, the oldest; `None` for all. With a limit that was reached,
    /// none of `after` are given.
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

/// A question for rollups.
#[derive(Clone, Debug)]
pub struct RollupRange {
    /// Whose; asking for all that a figure needs at once costs less than one by one.
    pub sources: Vec<Source>,
    /// From when until when; half-open.
    pub period: Period,
    /// How finely they are cut.
    pub step: Step,
    /// How long a reading speaks at most: `max_gap_s` of the site's rules. With another one than the store was
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
    /// The device family that told of it last, when that is known: imported readings are of none.
    pub family: Option<String>,
}

/// A refused message as it stands in quarantine.
#[derive(Clone, Debug, PartialEq)]
pub struct StandingRefusal {
    /// Its name.
    pub id: RefusalId,
    /// What was refused and why.
    pub refused: Refused,
    /// How many times it came.
    pub count: u64,
    /// When it came last.
    pub last_received_at: Instant,
}

/// What lies under a [`StoreError`].
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Why the store did not do what it was asked, cut by what the caller does next.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Wait, then ask again: a full disk, a locked file.
    #[error("store is unavailable")]
    Unavailable(#[source] Cause),
    /// Set the request aside; asking again fails again.
    #[error("store refused the request")]
    Refused(#[source] Cause),
    /// Part of the store cannot be read; the rest can.
    #[error("store holds a damaged block: {what}")]
    Damaged {
        /// Which series and hour or day.
        what: String,
    },
    /// Stop; a person must look.
    #[error("store holds schema {found}, this build needs {needed}")]
    WrongSchema {
        /// The version the store holds.
        found: i64,
        /// The version this build reads and writes.
        needed: i64,
    },
    /// Stop: the file belongs to something else.
    #[error("{path} is no Vigie store")]
    Foreign {
        /// Which file.
        path: String,
    },
    /// Stop: another gateway writes to it.
    #[error("{path} is in use by another vigie")]
    InUse {
        /// Which folder or file.
        path: String,
    },
}
