//! Stale rollups in InfluxDB: the buckets of readings that were sent after them.

use std::collections::{BTreeMap, BTreeSet};

use domain::rollup::Step;
use domain::{Instant, Period, Reading, Source};
use jiff::SignedDuration;
use jiff::tz::TimeZone;

use crate::ports::RollupRange;

/// Largest distance of buckets of a source that are read with one query.
const NEAR: SignedDuration = SignedDuration::from_hours(48);

/// Rules by which the readings of a site are rolled up.
#[derive(Clone, Debug, PartialEq)]
pub struct Grid {
    /// The site's time zone: its civil days.
    pub timezone: TimeZone,
    /// Longest time for which a reading holds (`max_gap_s` of the site's rules).
    pub longest_gap: SignedDuration,
}

/// Stale buckets of each source, of one step.
#[derive(Debug)]
pub(super) struct Stale {
    step: Step,
    buckets: BTreeMap<Source, BTreeMap<Instant, Instant>>,
    count: usize,
}

impl Stale {
    /// No stale buckets.
    pub(super) fn new(step: Step) -> Self {
        Self { step, buckets: BTreeMap::new(), count: 0 }
    }

    /// Adds the bucket of `reading`.
    pub(super) fn note(&mut self, reading: &Reading) {
        let at = reading.observation.observed_at;
        let noted = self.buckets.get(&reading.source);
        // Most readings lie in the bucket of the one before.
        let last = noted.and_then(|noted| noted.range(..=at).next_back());
        if last.is_some_and(|(_, end)| at < *end) {
            return;
        }
        let bucket = self.step.bucket(at);
        let buckets = self.buckets.entry(reading.source.clone()).or_default();
        if buckets.insert(bucket.start(), bucket.end()).is_none() {
            self.count += 1;
        }
    }

    /// Number of buckets.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// Their step.
    pub(super) fn step(&self) -> &Step {
        &self.step
    }

    /// Whether this bucket is one of them.
    pub(super) fn holds(&self, source: &Source, bucket: Period) -> bool {
        self.buckets.get(source).is_some_and(|buckets| buckets.contains_key(&bucket.start()))
    }

    /// Queries for the rollups: sources with the same stretch of time together, buckets between near ones as well.
    pub(super) fn queries(&self, longest_gap: SignedDuration) -> Vec<RollupRange> {
        let mut stretches = BTreeMap::<(Instant, Instant), BTreeSet<&Source>>::new();
        for (source, buckets) in &self.buckets {
            let mut stretch: Option<(Instant, Instant)> = None;
            for (start, end) in buckets {
                match &mut stretch {
                    Some((_, until)) if *start <= *until + NEAR => *until = *end,
                    _ => {
                        if let Some(done) = stretch.replace((*start, *end)) {
                            stretches.entry(done).or_default().insert(source);
                        }
                    }
                }
            }
            if let Some(done) = stretch {
                stretches.entry(done).or_default().insert(source);
            }
        }
        let query = |((start, end), sources): ((_, _), BTreeSet<&Source>)| {
            Some(RollupRange {
                sources: sources.into_iter().cloned().collect(),
                period: Period::new(start, end)?,
                step: self.step.clone(),
                longest_gap,
            })
        };
        stretches.into_iter().filter_map(query).collect()
    }

    /// Removes all buckets, once they are written.
    pub(super) fn clear(&mut self) {
        self.buckets.clear();
        self.count = 0;
    }
}

#[cfg(test)]
mod tests {
    use domain::{Quantity, testing};

    use super::*;

    fn reading(device: &str, at: &str) -> Reading {
        testing::reading(&testing::source(device, Quantity::Co2), testing::at(at), 500.0)
    }

    #[test]
    fn sources_of_the_same_buckets_are_queried_together_and_far_ones_apart() {
        let mut stale = Stale::new(Step::Quarter);
        for at in ["2026-11-23T10:01:00Z", "2026-11-23T10:14:59.999Z", "2026-11-23T12:00:00Z"] {
            stale.note(&reading("a", at));
            stale.note(&reading("b", at));
        }
        stale.note(&reading("a", "2026-01-01T00:00:00Z"));

        assert_eq!(stale.count(), 5);
        let queries = stale.queries(SignedDuration::from_mins(15));
        let spans: Vec<_> = queries
            .iter()
            .map(|q| (q.sources.len(), q.period.start().to_string(), q.period.end().to_string()))
            .collect();
        let at = |text: &str| text.to_owned();
        assert_eq!(
            spans,
            [
                (1, at("2026-01-01T00:00:00Z"), at("2026-01-01T00:15:00Z")),
                (2, at("2026-11-23T10:00:00Z"), at("2026-11-23T12:15:00Z")),
            ]
        );
    }

    #[test]
    fn days_are_those_of_the_site() {
        let mut stale = Stale::new(Step::Day(TimeZone::get("Europe/Paris").unwrap()));
        stale.note(&reading("a", "2026-10-25T22:30:00Z"));
        let query = &stale.queries(SignedDuration::from_mins(15))[0];
        assert_eq!(query.period.length().as_hours(), 25);
        assert!(stale.holds(&query.sources[0], query.period));
    }
}
