//! Energy of meters over a grid: from rollups where the grid is made of whole quarter hours or civil days, with readings
//! only where a rollup does not hold enough; from readings alone for finer grids.

use std::sync::Arc;

use domain::calendar::Bucket;
use domain::energy::{self, EnergyFigure};
use domain::indicators::EnergyCell;
use domain::rollup::Step;
use domain::site::Meter;
use domain::{Instant, Period};
use store::{load_rolled, read_missing, sources_within};

use crate::error::FigureError;
use crate::series::{all_of, stretches, stretches_of, whole};
use crate::turns::{Turn, off_thread};
use crate::view::View;

/// Attempts to make do with rollups; each one shows what readings are missing.
const ATTEMPTS: usize = 4;
/// With more buckets missing than this, reading everything month by month costs no more and holds less in memory.
const MOST_MISSING: usize = 200;

impl View {
    /// The energy of a meter, one figure for each period of `grid`.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn energy_of_meter(
        &self,
        meter: &Meter,
        grid: &[Period],
    ) -> Result<Vec<EnergyFigure>, FigureError> {
        self.energy(&energy::measured(&self.site, meter), grid).await
    }

    /// The energy of several meters together, one figure for each period of `grid`; none of them may be a part of another.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn energy(
        &self,
        meters: &[&Meter],
        grid: &[Period],
    ) -> Result<Vec<EnergyFigure>, FigureError> {
        let meters: Arc<[Meter]> = meters.iter().map(|meter| self.stated(meter)).collect();
        let turn = self.turns.take(all_of(grid)).await?;
        let mut figures = Vec::with_capacity(grid.len());
        // What was stated cuts through rollups, so such periods are made of readings.
        for run in grid.chunk_by(|one, next| is_stated(&meters, *one) == is_stated(&meters, *next))
        {
            if is_stated(&meters, run[0]) {
                figures.extend(self.read(&turn, &meters, run).await?);
            } else {
                figures.extend(self.unstated(&turn, &meters, run).await?);
            }
        }
        Ok(figures)
    }

    /// The energy of several meters together, each figure with its period.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn energy_cells(
        &self,
        meters: &[&Meter],
        grid: Vec<Period>,
    ) -> Result<Vec<EnergyCell>, FigureError> {
        let figures = self.energy(meters, &grid).await?;
        let cell = |(period, figure)| Bucket { period, figure };
        Ok(grid.into_iter().zip(figures).map(cell).collect())
    }

    async fn unstated(
        &self,
        turn: &Turn,
        meters: &Arc<[Meter]>,
        grid: &[Period],
    ) -> Result<Vec<EnergyFigure>, FigureError> {
        match step_of(grid, Step::Day(self.site.timezone.clone())) {
            Some(step @ Step::Day(_)) => self.rolled(turn, meters, grid, &step).await,
            Some(step) => {
                let mut figures = Vec::with_capacity(grid.len());
                for stretch in stretches(grid) {
                    figures.extend(self.rolled(turn, meters, stretch, &step).await?);
                }
                Ok(figures)
            }
            None => self.read(turn, meters, grid).await,
        }
    }

    async fn rolled(
        &self,
        turn: &Turn,
        meters: &Arc<[Meter]>,
        grid: &[Period],
        step: &Step,
    ) -> Result<Vec<EnergyFigure>, FigureError> {
        if grid.is_empty() {
            return Ok(Vec::new());
        }
        let (span, gap) = (whole(grid), self.site.rules.longest_gap());
        let sources = sources_within(meters.iter().flat_map(energy::meter_needs), span);
        let mut series = load_rolled(&self.reader, sources, span, step, gap).await?;
        for _ in 0..ATTEMPTS {
            let (site, now) = (Arc::clone(&self.site), self.now);
            let (meters, periods) = (Arc::clone(meters), grid.to_vec());
            let (answer, loaded) = off_thread(turn, move || {
                let all: Vec<&Meter> = meters.iter().collect();
                let answer = energy::rolled_energy(&all, &periods, &series, &site.rules, now);
                (answer, series)
            })
            .await?;
            series = loaded;
            match answer {
                Ok(figures) => return Ok(figures),
                Err(missing) if missing.len() > MOST_MISSING => break,
                Err(missing) => read_missing(&self.reader, &mut series, missing).await?,
            }
        }
        self.read(turn, meters, grid).await
    }

    /// The figures from all readings, a stretch at a time.
    async fn read(
        &self,
        turn: &Turn,
        meters: &Arc<[Meter]>,
        grid: &[Period],
    ) -> Result<Vec<EnergyFigure>, FigureError> {
        let mut figures = Vec::with_capacity(grid.len());
        let sources = meters.iter().flat_map(energy::meter_needs).count();
        for stretch in stretches_of(grid, sources) {
            let needs = meters.iter().flat_map(energy::meter_needs);
            let series = self.load(needs, whole(stretch)).await?;
            let (site, now) = (Arc::clone(&self.site), self.now);
            let (meters, stretch) = (Arc::clone(meters), stretch.to_vec());
            let found = off_thread(turn, move || {
                let meters: Vec<&Meter> = meters.iter().collect();
                energy::sum_of(&meters, &stretch, &series, &site.rules, now)
            });
            figures.extend(found.await?);
        }
        Ok(figures)
    }
}

fn is_stated(meters: &[Meter], period: Period) -> bool {
    let mut stated = meters.iter().flat_map(|meter| &meter.stated);
    stated.any(|stated| stated.period.intersection(period).is_some())
}

/// The coarsest rollups that the periods of a grid are made of.
fn step_of(grid: &[Period], day: Step) -> Option<Step> {
    let is_border = |step: &Step, at: Instant| step.bucket(at).start() == at;
    let fits = |step: &Step| {
        grid.iter().all(|period| is_border(step, period.start()) && is_border(step, period.end()))
    };
    [day, Step::Quarter].into_iter().find(fits)
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
