//! Loading of series, in stretches that fit in memory.

use std::collections::BTreeSet;

use domain::energy;
use domain::site::Assignment;
use domain::{Observation, Period, SeriesSet, Source};
use jiff::SignedDuration;
use store::{Range, SeriesReader};

use crate::error::FigureError;
use crate::view::View;

/// Buckets are worked out in stretches of at most this length, so that a question over years holds a month in memory.
const STRETCH: SignedDuration = SignedDuration::from_hours(31 * 24 + 1);
/// So many sources may be loaded over a whole stretch: with a reading every ten seconds they take some 130 MB. Of more
/// sources, so much shorter stretches are loaded, down to a day.
const SOURCES: usize = 12;
const SHORTEST: SignedDuration = SignedDuration::from_hours(25);

impl View {
    /// The readings of a role over a span, each from the source that filled it then.
    pub(crate) async fn role(
        &self,
        assignments: &[Assignment],
        span: Period,
    ) -> Result<Vec<Observation>, FigureError> {
        let mut observations = Vec::new();
        for assignment in assignments {
            let Some(period) = assignment.period.intersection(span) else { continue };
            let range = Range::of(assignment.source.clone(), period).with_neighbours(1);
            let loaded = self.reader.range(range).await?;
            // A neighbour may be from before the source took over the role, or from after.
            let own = loaded.into_iter().filter(|it| assignment.period.contains(it.observed_at));
            observations.extend(own);
        }
        Ok(observations)
    }

    /// The series of every source that is needed, once each, with the neighbours that registers need.
    pub(crate) async fn load(
        &self,
        needs: impl Iterator<Item = &Assignment>,
        span: Period,
    ) -> Result<SeriesSet, FigureError> {
        let sources: BTreeSet<&Source> = needs
            .filter(|assignment| assignment.period.intersection(span).is_some())
            .map(|assignment| &assignment.source)
            .collect();
        let mut series = SeriesSet::default();
        for source in sources {
            let range = Range::of(source.clone(), span).with_neighbours(energy::NEIGHBOURS);
            series.insert(source.clone(), self.reader.range(range).await?);
        }
        Ok(series)
    }
}

/// Runs of buckets of a grid of at most [`STRETCH`] together; a longer bucket stands alone.
pub(crate) fn stretches(grid: &[Period]) -> impl Iterator<Item = &[Period]> {
    stretches_of(grid, 0)
}

/// The same, shorter where many sources are loaded together, so that a large building takes no more memory.
pub(crate) fn stretches_of(grid: &[Period], sources: usize) -> impl Iterator<Item = &[Period]> {
    let share = SOURCES as f64 / sources.max(SOURCES) as f64;
    let longest = STRETCH.mul_f64(share).max(SHORTEST);
    let mut rest = grid;
    std::iter::from_fn(move || {
        let start = rest.first()?.start();
        let fits = rest.iter().take_while(|bucket| bucket.end().since(start) <= longest).count();
        let (stretch, others) = rest.split_at(fits.max(1));
        rest = others;
        Some(stretch)
    })
}

/// From the start of the first bucket to the end of the last one.
pub(crate) fn whole(stretch: &[Period]) -> Period {
    let ends = stretch.first().zip(stretch.last());
    ends.and_then(|(first, last)| Period::new(first.start(), last.end()))
        .expect("a stretch has at least one bucket, and its buckets are in order")
}

/// From the earliest begin to the latest end of a grid; `None` for an empty one.
pub(crate) fn all_of(grid: &[Period]) -> Option<Period> {
    let start = grid.iter().map(|bucket| bucket.start()).min()?;
    Period::new(start, grid.iter().map(|bucket| bucket.end()).max()?)
}

#[cfg(test)]
mod tests {
    use domain::calendar::{Step, grid};
    use jiff::tz::TimeZone;

    use super::*;

    #[test]
    fn a_year_of_days_is_worked_out_month_by_month_and_none_is_left_out() {
        let year = Period::new(
            "2026-01-01T00:00:00Z".parse().unwrap(),
            "2027-01-01T00:00:00Z".parse().unwrap(),
        );
        let days: Vec<Period> = grid(Step::Day, year.unwrap(), &TimeZone::UTC).collect();
        let joined: Vec<Period> = stretches(&days).flatten().copied().collect();
        assert_eq!(joined, days);
        assert_eq!(stretches(&days).count(), 12);
    }

    #[test]
    fn a_month_of_many_sources_is_loaded_in_parts_that_hold_no_more_than_one_of_few() {
        let month = Period::new(
            "2026-01-01T00:00:00Z".parse().unwrap(),
            "2026-02-01T00:00:00Z".parse().unwrap(),
        );
        let quarters: Vec<Period> =
            grid(Step::Minutes(15), month.unwrap(), &TimeZone::UTC).collect();
        for (sources, parts) in [(0, 1), (12, 1), (24, 2), (96, 8), (10_000, 30)] {
            let found: Vec<_> = stretches_of(&quarters, sources).collect();
            assert_eq!(found.len(), parts, "{sources} sources");
            assert_eq!(found.concat(), quarters);
        }
    }

    #[test]
    fn a_bucket_longer_than_a_stretch_is_still_worked_out() {
        let years = Period::new(
            "2025-01-01T00:00:00Z".parse().unwrap(),
            "2027-01-01T00:00:00Z".parse().unwrap(),
        );
        let years: Vec<Period> = grid(Step::Year, years.unwrap(), &TimeZone::UTC).collect();
        assert_eq!(stretches(&years).count(), 2);
    }
}
