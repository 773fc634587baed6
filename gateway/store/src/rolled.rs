//! Loading of the rollups of meters, with the readings around them and in place of rollups that do not suffice.

use std::collections::BTreeSet;

use domain::energy::{Missing, NEIGHBOURS, Piece, RolledSet};
use domain::rollup::Step;
use domain::site::Assignment;
use domain::{Instant, Observation, Period, Source};
use jiff::SignedDuration;

use crate::ports::{Range, RollupRange, SeriesReader, StoreError};

/// Series as rollups of a step, with the readings around the span that registers need.
///
/// # Errors
/// Those of the store.
pub async fn load_rolled<R: SeriesReader>(
    reader: &R,
    sources: Vec<Source>,
    span: Period,
    step: &Step,
    longest_gap: SignedDuration,
) -> Result<RolledSet, StoreError> {
    let request =
        RollupRange { sources: sources.clone(), period: span, step: step.clone(), longest_gap };
    let rollups = reader.rollups(request).await?;
    let mut series = RolledSet::default();
    for (source, buckets) in sources.into_iter().zip(rollups) {
        let before = around(reader, &source, span.start(), (NEIGHBOURS, 0)).await?;
        let after = around(reader, &source, span.end(), (0, NEIGHBOURS)).await?;
        let rolled = buckets.into_iter().map(Piece::Rolled);
        let pieces = std::iter::once(Piece::Read(before)).chain(rolled).chain([Piece::Read(after)]);
        series.insert(source, pieces.collect());
    }
    Ok(series)
}

/// Every source that plays a role in a span, once.
pub fn sources_within<'a>(
    needs: impl Iterator<Item = &'a Assignment>,
    span: Period,
) -> Vec<Source> {
    let within = needs.filter(|assignment| assignment.period.intersection(span).is_some());
    let sources: BTreeSet<&Source> = within.map(|assignment| &assignment.source).collect();
    sources.into_iter().cloned().collect()
}

/// Reads the buckets whose rollups do not suffice.
///
/// # Errors
/// Those of the store.
pub async fn read_missing<R: SeriesReader>(
    reader: &R,
    series: &mut RolledSet,
    missing: Vec<Missing>,
) -> Result<(), StoreError> {
    for one in missing {
        let readings = reader.range(Range::of(one.source.clone(), one.period)).await?;
        series.read(&one, readings);
    }
    Ok(())
}

/// Readings before and after an instant, as many as given.
async fn around<R: SeriesReader>(
    reader: &R,
    source: &Source,
    at: Instant,
    (before, after): (usize, usize),
) -> Result<Vec<Observation>, StoreError> {
    let period = Period::new(at, at).expect("an empty period is a period");
    reader.range(Range { before, after, ..Range::of(source.clone(), period) }).await
}
