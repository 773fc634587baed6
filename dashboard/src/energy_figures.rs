//! Energy of meters over a grid: from rollups where the grid is made of whole quarter hours or civil days, with readings
//! only where a rollup does not tell enough; from readings alone for finer grids.

use std::sync::Arc;

use domain::energy::{self, EnergyFigure};
use domain::rollup::Step;
use domain::site::Meter;
use domain::{Instant, Period};
use store::{SeriesReader, load_rolled, read_missing, sources_within};

use crate::app::App;
use crate::figures::{load_as, off_thread, stretches, stretches_of, turn, whole};
use crate::known::Known;
use crate::problem::Problem;

/// So often it is tried to make do with rollups; each time shows what readings are missing.
const ATTEMPTS: usize = 4;
/// With more buckets missing than this, reading everything month by month costs no more and holds less in memory.
const MOST_MISSING: usize = 200;

/// The energy of a meter, one figure for each period of `grid`, as known now.
pub(crate) async fn of_meter<R: SeriesReader>(
    app: &App<R>,
    meter: &Meter,
    grid: &[Period],
) -> Result<Vec<EnergyFigure>, Problem> {
    of_meter_as(app, &Known::at(app, None).await?, meter, grid).await
}

/// The same as it is known otherwise.
pub(crate) async fn of_meter_as<R: SeriesReader>(
    app: &App<R>,
    known: &Known<R>,
    meter: &Meter,
    grid: &[Period],
) -> Result<Vec<EnergyFigure>, Problem> {
    together_as(app, known, &energy::measured(&app.site, meter), grid).await
}

/// The energy of several meters together, as known now; none of them may be a part of another.
pub(crate) async fn together<R: SeriesReader>(
    app: &App<R>,
    meters: &[&Meter],
    grid: &[Period],
) -> Result<Vec<EnergyFigure>, Problem> {
    together_as(app, &Known::at(app, None).await?, meters, grid).await
}

async fn together_as<R: SeriesReader>(
    app: &App<R>,
    known: &Known<R>,
    meters: &[&Meter],
    grid: &[Period],
) -> Result<Vec<EnergyFigure>, Problem> {
    let meters: Arc<[Meter]> = meters.iter().map(|meter| known.meter(meter)).collect();
    let _turn = turn(app).await?;
    let mut figures = Vec::with_capacity(grid.len());
    // What was stated cuts through rollups, so such periods are made of readings.
    for run in grid.chunk_by(|one, next| is_stated(&meters, *one) == is_stated(&meters, *next)) {
        if is_stated(&meters, run[0]) {
            figures.extend(read(known, &meters, run).await?);
        } else {
            figures.extend(unstated(known, &meters, run).await?);
        }
    }
    Ok(figures)
}

fn is_stated(meters: &[Meter], period: Period) -> bool {
    let mut stated = meters.iter().flat_map(|meter| &meter.stated);
    stated.any(|stated| stated.period.intersection(period).is_some())
}

async fn unstated<R: SeriesReader>(
    known: &Known<R>,
    meters: &Arc<[Meter]>,
    grid: &[Period],
) -> Result<Vec<EnergyFigure>, Problem> {
    match step_of(grid, Step::Day(known.site.timezone.clone())) {
        Some(step @ Step::Day(_)) => rolled(known, meters, grid, &step).await,
        Some(step) => {
            let mut figures = Vec::with_capacity(grid.len());
            for stretch in stretches(grid) {
                figures.extend(rolled(known, meters, stretch, &step).await?);
            }
            Ok(figures)
        }
        None => read(known, meters, grid).await,
    }
}

/// The coarsest rollups that the periods of a grid are made of.
fn step_of(grid: &[Period], day: Step) -> Option<Step> {
    let is_border = |step: &Step, at: Instant| step.bucket(at).start() == at;
    let fits = |step: &Step| {
        grid.iter().all(|period| is_border(step, period.start()) && is_border(step, period.end()))
    };
    [day, Step::Quarter].into_iter().find(fits)
}

async fn rolled<R: SeriesReader>(
    known: &Known<R>,
    meters: &Arc<[Meter]>,
    grid: &[Period],
    step: &Step,
) -> Result<Vec<EnergyFigure>, Problem> {
    if grid.is_empty() {
        return Ok(Vec::new());
    }
    let (span, gap) = (whole(grid), known.site.rules.longest_gap());
    let sources = sources_within(meters.iter().flat_map(energy::meter_needs), span);
    let mut series = load_rolled(&known.reader, sources, span, step, gap).await?;
    for _ in 0..ATTEMPTS {
        let (site, now) = (Arc::clone(&known.site), known.now);
        let (meters, periods) = (Arc::clone(meters), grid.to_vec());
        let (answer, loaded) = off_thread(move || {
            let all: Vec<&Meter> = meters.iter().collect();
            let answer = energy::rolled_energy(&all, &periods, &series, &site.rules, now);
            (answer, series)
        })
        .await?;
        series = loaded;
        match answer {
            Ok(figures) => return Ok(figures),
            Err(missing) if missing.len() > MOST_MISSING => break,
            Err(missing) => read_missing(&known.reader, &mut series, missing).await?,
        }
    }
    read(known, meters, grid).await
}

/// The figures from all readings, a stretch at a time.
async fn read<R: SeriesReader>(
    known: &Known<R>,
    meters: &Arc<[Meter]>,
    grid: &[Period],
) -> Result<Vec<EnergyFigure>, Problem> {
    let mut figures = Vec::with_capacity(grid.len());
    let sources = meters.iter().flat_map(energy::meter_needs).count();
    for stretch in stretches_of(grid, sources) {
        let needs = meters.iter().flat_map(energy::meter_needs);
        let series = load_as(known, needs, whole(stretch)).await?;
        let (site, now) = (Arc::clone(&known.site), known.now);
        let (meters, stretch) = (Arc::clone(meters), stretch.to_vec());
        figures.extend(
            off_thread(move || {
                let meters: Vec<&Meter> = meters.iter().collect();
                energy::sum_of(&meters, &stretch, &series, &site.rules, now)
            })
            .await?,
        );
    }
    Ok(figures)
}

#[cfg(test)]
mod tests {
    use domain::calendar::{self, grid};
    use jiff::tz::TimeZone;

    use super::*;

    #[test]
    fn months_are_made_of_days_hours_of_quarters_and_minutes_of_readings() {
        let paris = TimeZone::get("Europe/Paris").unwrap();
        let span = Period::new(
            "2026-03-28T12:00:00Z".parse().unwrap(),
            "2026-03-30T12:00:00Z".parse().unwrap(),
        );
        let step = |step| {
            let periods: Vec<_> = grid(step, span.unwrap(), &paris).collect();
            step_of(&periods, Step::Day(paris.clone()))
        };
        assert_eq!(step(calendar::Step::Month), Some(Step::Day(paris.clone())));
        assert_eq!(step(calendar::Step::Day), Some(Step::Day(paris.clone())));
        assert_eq!(step(calendar::Step::Hour), Some(Step::Quarter));
        assert_eq!(step(calendar::Step::Minutes(5)), None);
    }
}
