//! A reader with the corrections of the audit log applied: the source of every figure.

use std::sync::Arc;

use domain::alerts::{AlertId, Standing};
use domain::audit::{Corrections, Entry, EntryId};
use domain::calendar::Bucket;
use domain::rollup::{Basis, Rollup, roll_up};
use domain::{Instant, Observation, Period, Source};

use crate::ports::{
    AlertReader, AuditReader, HealthReader, Learned, MessageReader, QuarantineReader, Range,
    RefusalId, RollupRange, SeriesReader, Space, StandingRefusal, StoreError, StoredSource,
};

/// Largest number of readings among which neighbours are searched; beyond a longer correction there are none.
const MOST_NEIGHBOURS: usize = 1 << 17;

/// A reader that leaves out excluded readings and gives stated values in their place. Everything else it forwards.
#[derive(Clone, Debug)]
pub struct Corrected<R> {
    reader: Arc<R>,
    corrections: Arc<Corrections>,
}

impl<R: SeriesReader> Corrected<R> {
    /// `reader` under these corrections.
    pub fn new(reader: Arc<R>, corrections: Arc<Corrections>) -> Self {
        Self { reader, corrections }
    }

    /// Readings on one side that are not excluded; more are read until there are enough, or no more.
    async fn beside(
        &self,
        request: &Range,
        wanted: usize,
        side: Side,
    ) -> Result<Vec<Observation>, StoreError> {
        if wanted == 0 {
            return Ok(Vec::new());
        }
        let (start, end) = (request.period.start(), request.period.end());
        let (edge, span) = match side {
            Side::Before => (start, Period::new(Instant::MIN, start)),
            Side::After => (end, Period::new(end, Instant::MAX)),
        };
        let edge = Period::new(edge, edge).expect("an instant is a period");
        let mut count = wanted;
        let mut found = loop {
            let (before, after) = if side == Side::Before { (count, 0) } else { (0, count) };
            let range = Range { before, after, ..Range::of(request.source.clone(), edge) };
            let raw = self.reader.range(range).await?;
            let all = raw.len() < count || count >= MOST_NEIGHBOURS;
            let kept: Vec<_> = raw
                .into_iter()
                .filter(|one| self.corrections.keeps(&request.source, one))
                .collect();
            if all || kept.len() >= wanted {
                break kept;
            }
            count *= 4;
        };
        let span = span.expect("an edge lies within time");
        found.extend(self.corrections.stated_readings(&request.source, span));
        found.sort_by_key(|one| one.observed_at);
        match side {
            Side::Before => found.drain(..found.len().saturating_sub(wanted)).for_each(drop),
            Side::After => found.truncate(wanted),
        }
        Ok(found)
    }

    /// Makes the buckets that overlap `span` anew from the readings that count.
    async fn roll_up(
        &self,
        source: &Source,
        span: Period,
        request: &RollupRange,
        rollups: &mut Vec<Bucket<Rollup>>,
    ) -> Result<(), StoreError> {
        let touched = RollupRange { period: span, ..request.clone() };
        let Some(span) = touched.buckets() else { return Ok(()) };
        let readings = self.range(Range::of(source.clone(), span)).await?;
        let basis = Basis::new(source.quantity, request.longest_gap);
        rollups.retain(|bucket| bucket.period.intersection(span).is_none());
        rollups.extend(roll_up(&readings, &request.step, &basis));
        rollups.sort_by_key(|bucket| bucket.period.start());
        Ok(())
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Before,
    After,
}

impl<R: SeriesReader> SeriesReader for Corrected<R> {
    async fn sources(&self) -> Result<Vec<StoredSource>, StoreError> {
        self.reader.sources().await
    }

    async fn range(&self, request: Range) -> Result<Vec<Observation>, StoreError> {
        if self.corrections.leaves(&request.source) {
            return self.reader.range(request).await;
        }
        let mut found = self.beside(&request, request.before, Side::Before).await?;
        let inside = self.reader.range(Range::of(request.source.clone(), request.period)).await?;
        let mut inside: Vec<_> =
            inside.into_iter().filter(|one| self.corrections.keeps(&request.source, one)).collect();
        inside.extend(self.corrections.stated_readings(&request.source, request.period));
        inside.sort_by_key(|one| one.observed_at);
        let is_cut = request.limit.is_some_and(|limit| inside.len() >= limit);
        inside.truncate(request.limit.unwrap_or(usize::MAX));
        found.extend(inside);
        if !is_cut {
            found.extend(self.beside(&request, request.after, Side::After).await?);
        }
        Ok(found)
    }

    async fn rollups(&self, request: RollupRange) -> Result<Vec<Vec<Bucket<Rollup>>>, StoreError> {
        let mut all = self.reader.rollups(request.clone()).await?;
        for (source, rollups) in request.sources.iter().zip(&mut all) {
            let buckets = request.buckets().into_iter();
            let spans = buckets.flat_map(|span| self.corrections.changed(source, span));
            for span in spans.collect::<Vec<_>>() {
                self.roll_up(source, span, &request, rollups).await?;
            }
        }
        Ok(all)
    }
}

impl<R: MessageReader> MessageReader for Corrected<R> {
    async fn learned(&self) -> Result<Vec<Learned>, StoreError> {
        self.reader.learned().await
    }
}

impl<R: QuarantineReader> QuarantineReader for Corrected<R> {
    async fn quarantine(
        &self,
        before: Option<RefusalId>,
        limit: usize,
    ) -> Result<Vec<StandingRefusal>, StoreError> {
        self.reader.quarantine(before, limit).await
    }
}

impl<R: AuditReader> AuditReader for Corrected<R> {
    async fn ledger(&self) -> Result<Vec<Entry>, StoreError> {
        self.reader.ledger().await
    }

    async fn text_before(&self, entry: EntryId) -> Result<Option<String>, StoreError> {
        self.reader.text_before(entry).await
    }
}

impl<R: AlertReader> AlertReader for Corrected<R> {
    async fn open_alerts(&self) -> Result<Vec<Standing>, StoreError> {
        self.reader.open_alerts().await
    }

    async fn alerts(
        &self,
        before: Option<AlertId>,
        limit: usize,
    ) -> Result<Vec<Standing>, StoreError> {
        self.reader.alerts(before, limit).await
    }
}

impl<R: HealthReader> HealthReader for Corrected<R> {
    async fn size_bytes(&self) -> Result<u64, StoreError> {
        self.reader.size_bytes().await
    }

    async fn space(&self) -> Result<Option<Space>, StoreError> {
        self.reader.space().await
    }
}

#[cfg(test)]
mod tests {
    use domain::audit::{Correction, Deed, Effect, Target};
    use domain::{Quantity, site, testing};

    use super::*;
    use crate::conformance::{Subject, adapter_keeps_the_promises};
    use crate::{Batch, MemoryStore, SeriesWriter};

    fn at(minute: i64) -> Instant {
        testing::at("2026-11-23T10:00:00Z") + jiff::SignedDuration::from_mins(minute)
    }

    fn air() -> Source {
        testing::source("air", Quantity::Co2)
    }

    /// A reading each minute for an hour, of which these are corrected.
    async fn corrected(from: i64, to: i64, effect: Effect) -> Corrected<MemoryStore> {
        let store = MemoryStore::new();
        let ppm = |minute| 400.0 + f64::from(u8::try_from(minute).unwrap());
        let reading = |minute| testing::reading(&air(), at(minute), ppm(minute));
        let readings = (0..60).map(reading).collect();
        store.append(Batch { readings, ..Batch::default() }).await.unwrap();
        let correction =
            Correction { target: Target::Source(air()), from: at(from), to: at(to), effect };
        let entry = Entry {
            id: EntryId(1),
            at: at(100),
            author: "marie".into(),
            reason: "essai".into(),
            deed: Deed::Correction(correction),
        };
        let site = site::parse(site::DREUX, "dreux.toml").unwrap();
        let corrections = Corrections::of(&[entry], &site, None);
        Corrected::new(Arc::new(store), Arc::new(corrections))
    }

    fn values(found: &[Observation]) -> Vec<f64> {
        found.iter().map(|one| one.value.as_f64()).collect()
    }

    #[tokio::test]
    async fn neighbours_are_found_beyond_what_does_not_count() {
        let store = corrected(10, 30, Effect::Exclude).await;
        let period = Period::new(at(20), at(32)).unwrap();

        let found = store.range(Range::of(air(), period).with_neighbours(2)).await.unwrap();

        assert_eq!(values(&found), [408.0, 409.0, 430.0, 431.0, 432.0, 433.0]);
    }

    #[tokio::test]
    async fn a_stated_value_stands_where_readings_stood_and_as_a_neighbour() {
        let store = corrected(10, 12, Effect::Value(600.0)).await;
        let period = Period::new(at(9), at(13)).unwrap();
        let after = Period::new(at(12), at(13)).unwrap();

        let inside = store.range(Range::of(air(), period)).await.unwrap();
        let beside = store.range(Range::of(air(), after).with_neighbours(1)).await.unwrap();

        assert_eq!(values(&inside), [409.0, 600.0, 600.0, 412.0]);
        assert_eq!(values(&beside), [600.0, 412.0, 413.0]);
    }

    #[tokio::test]
    async fn rollups_are_those_of_the_readings_that_count() {
        let store = corrected(10, 20, Effect::Exclude).await;
        let request = RollupRange {
            sources: vec![air()],
            period: Period::new(at(0), at(60)).unwrap(),
            step: domain::rollup::Step::Quarter,
            longest_gap: jiff::SignedDuration::from_mins(15),
        };

        let rollups = store.rollups(request).await.unwrap().remove(0);

        let counts: Vec<u64> = rollups.iter().map(|bucket| bucket.figure.count).collect();
        assert_eq!(counts, [10, 10, 15, 15]);
        assert!((rollups[0].figure.max - 409.0).abs() < 1e-9);
    }

    #[tokio::test]
    async fn a_limit_counts_what_is_left() {
        let store = corrected(0, 5, Effect::Exclude).await;
        let period = Period::new(at(0), at(60)).unwrap();
        let range = Range { limit: Some(2), after: 1, ..Range::of(air(), period) };
        assert_eq!(values(&store.range(range).await.unwrap()), [405.0, 406.0]);
    }

    /// The store in memory, read without any correction.
    struct Uncorrected(MemoryStore);

    impl Subject for Uncorrected {
        type Writer = MemoryStore;
        type Reader = Corrected<MemoryStore>;

        fn new() -> Self {
            Self(MemoryStore::new())
        }

        fn writer(&self) -> &MemoryStore {
            &self.0
        }

        fn reader(&self) -> Corrected<MemoryStore> {
            Corrected::new(Arc::new(self.0.clone()), Arc::default())
        }

        async fn seal(&mut self, _now: Instant) {}

        async fn reopen(&mut self) {}
    }

    adapter_keeps_the_promises!(Uncorrected);
}
