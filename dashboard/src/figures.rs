//! From a question to a figure: loads the series that it needs, and has the domain work it out off the async threads.

pub(crate) mod zones;

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::calendar::Bucket;
use domain::energy;
use domain::history::{self, Summary};
use domain::ids::ZoneId;
use domain::indicators;
use domain::occupancy::{self, PeopleFigure};
use domain::site::Assignment;
use domain::{Kind, Observation, Period, SeriesSet, Source};
use jiff::SignedDuration;
use store::{Range, SeriesReader};
use tokio::task::spawn_blocking;

use crate::app::App;
use crate::known::Known;
use crate::outlived;
use crate::problem::Problem;

/// Buckets are worked out in stretches of at most this length, so that a question over years holds a month in memory.
const STRETCH: SignedDuration = SignedDuration::from_hours(31 * 24 + 1);
/// So many sources may be loaded over a whole stretch: with a reading every ten seconds they take some 130 MB. Of more
/// sources, so much shorter stretches are loaded, down to a day.
const SOURCES: usize = 12;
const SHORTEST: SignedDuration = SignedDuration::from_hours(25);

/// The summaries of a role, one for each bucket of `grid`, as known now.
pub(crate) async fn history<R: SeriesReader>(
    app: &App<R>,
    kind: Kind,
    sources: &[Assignment],
    grid: &[Period],
) -> Result<Vec<Option<Summary>>, Problem> {
    history_as(app, &Known::at(app, None).await?, kind, sources, grid).await
}

/// The mean power of a role in each window of `grid`, weighted by time, as known now.
pub(crate) async fn window_means<R: SeriesReader>(
    app: &App<R>,
    sources: &[Assignment],
    grid: &[Period],
) -> Result<Vec<Bucket<Option<f64>>>, Problem> {
    let known = Known::at(app, None).await?;
    let _turn = turn(app).await?;
    let mut means = Vec::with_capacity(grid.len());
    for stretch in stretches(grid) {
        let observations = role(&known, sources, whole(stretch)).await?;
        let (gap, now, stretch) = (known.site.rules.longest_gap(), known.now, stretch.to_vec());
        means.extend(
            off_thread(move || indicators::window_means(&observations, &stretch, gap, now)).await?,
        );
    }
    Ok(means)
}

/// The people of a zone, or of the site without one, as known now.
pub(crate) async fn people<R: SeriesReader>(
    app: &App<R>,
    zone: Option<ZoneId>,
    grid: &[Period],
) -> Result<Vec<PeopleFigure>, Problem> {
    people_as(app, &Known::at(app, None).await?, zone, grid).await
}

/// The summaries of a role, one for each bucket of `grid`.
pub(crate) async fn history_as<R: SeriesReader>(
    app: &App<R>,
    known: &Known<R>,
    kind: Kind,
    sources: &[Assignment],
    grid: &[Period],
) -> Result<Vec<Option<Summary>>, Problem> {
    let _turn = turn(app).await?;
    let mut summaries = Vec::with_capacity(grid.len());
    for stretch in stretches(grid) {
        let observations = role(known, sources, whole(stretch)).await?;
        let (site, now) = (Arc::clone(&known.site), known.now);
        let buckets = stretch.to_vec();
        let told =
            off_thread(move || history::summarise(kind, &observations, &buckets, &site.rules, now));
        let mut told = told.await?;
        outlived::fill_in(known, (kind, sources), stretch, &mut told).await?;
        summaries.append(&mut told);
    }
    Ok(summaries)
}

/// The people of a zone, or of the site without one.
pub(crate) async fn people_as<R: SeriesReader>(
    app: &App<R>,
    known: &Known<R>,
    zone: Option<ZoneId>,
    grid: &[Period],
) -> Result<Vec<PeopleFigure>, Problem> {
    Ok(people_of(app, known, &[zone], grid).await?.remove(0))
}

/// The people of several zones at once, which takes hardly longer than of one; `None` is the site.
pub(crate) async fn people_of<R: SeriesReader>(
    app: &App<R>,
    known: &Known<R>,
    zones: &[Option<ZoneId>],
    grid: &[Period],
) -> Result<Vec<Vec<PeopleFigure>>, Problem> {
    let _turn = turn(app).await?;
    let mut figures = vec![Vec::with_capacity(grid.len()); zones.len()];
    let ids: Vec<_> = zones.iter().map(Option::as_ref).collect();
    let needs = occupancy::people_needs(&known.site, &ids);
    for stretch in stretches_of(grid, needs.len()) {
        let span = occupancy::lead(whole(stretch), &known.site);
        let series = load_as(known, needs.iter().copied(), span).await?;
        let (site, now) = (Arc::clone(&known.site), known.now);
        let (zones, stretch) = (zones.to_vec(), stretch.to_vec());
        let told = off_thread(move || {
            let ids: Vec<_> = zones.iter().map(Option::as_ref).collect();
            occupancy::people_of(&site, &ids, &stretch, &series, now)
        });
        for (figures, told) in figures.iter_mut().zip(told.await?) {
            figures.extend(told);
        }
    }
    Ok(figures)
}

/// The readings of a role over a span, each from the source that filled it then.
async fn role<R: SeriesReader>(
    known: &Known<R>,
    assignments: &[Assignment],
    span: Period,
) -> Result<Vec<Observation>, Problem> {
    let mut observations = Vec::new();
    for assignment in assignments {
        let Some(period) = assignment.period.intersection(span) else { continue };
        let range = Range::of(assignment.source.clone(), period).with_neighbours(1);
        let loaded = known.reader.range(range).await?;
        // A neighbour may be from before the source took over the role, or from after.
        observations
            .extend(loaded.into_iter().filter(|it| assignment.period.contains(it.observed_at)));
    }
    Ok(observations)
}

/// The series of every source that is needed, as known now.
pub(crate) async fn load<R: SeriesReader>(
    app: &App<R>,
    needs: impl Iterator<Item = &Assignment>,
    span: Period,
) -> Result<SeriesSet, Problem> {
    load_as(&Known::at(app, None).await?, needs, span).await
}

/// The series of every source that is needed, once each, with the neighbours that registers need.
pub(crate) async fn load_as<R: SeriesReader>(
    known: &Known<R>,
    needs: impl Iterator<Item = &Assignment>,
    span: Period,
) -> Result<SeriesSet, Problem> {
    let sources: BTreeSet<&Source> = needs
        .filter(|assignment| assignment.period.intersection(span).is_some())
        .map(|assignment| &assignment.source)
        .collect();
    let mut series = SeriesSet::default();
    for source in sources {
        let range = Range::of(source.clone(), span).with_neighbours(energy::NEIGHBOURS);
        series.insert(source.clone(), known.reader.range(range).await?);
    }
    Ok(series)
}

/// Cuts a grid into runs of buckets of at most [`STRETCH`] together; a longer bucket stands alone.
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

pub(crate) fn whole(stretch: &[Period]) -> Period {
    let ends = stretch.first().zip(stretch.last());
    ends.and_then(|(first, last)| Period::new(first.start(), last.end()))
        .expect("a stretch has at least one bucket, and its buckets are in order")
}

pub(crate) async fn turn<R>(app: &App<R>) -> Result<tokio::sync::SemaphorePermit<'_>, Problem> {
    // The time limit of the request bounds the wait.
    app.heavy.acquire().await.map_err(|_| Problem::busy("the dashboard is stopping"))
}

pub(crate) async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    spawn_blocking(work).await.map_err(|error| {
        tracing::error!(error = &error as &dyn std::error::Error, "working out a figure failed");
        Problem::internal("this figure could not be worked out; the log says why")
    })
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
