//! The load curve of a scope: mean power step by step, and its mean and highest step day by day.

use domain::calendar::Step;
use domain::energy;
use domain::indicators::{EnergyCell, mean_power};
use domain::total::Total;
use domain::{Instant, Period};
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::complete::is_complete;
use crate::error::FigureError;
use crate::scope::Scope;
use crate::view::View;

/// Mean power over time.
#[derive(Clone, Debug)]
pub struct LoadCurve {
    /// Energy of each step of the span so far, in order.
    cells: Vec<EnergyCell>,
}

/// Mean power of one step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PowerStep {
    /// The step.
    pub period: Period,
    /// Its mean power in W; `None` unless it was measured completely.
    pub watts: Option<f64>,
    /// Share of the step that was measured, 0 to 1.
    pub coverage: f64,
}

/// Power of one civil day.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PowerDay {
    /// The begin of its first step.
    pub start: Instant,
    /// Mean power in W: the energy of the day by its length so far; `None` unless the energy is known completely.
    pub mean_w: Option<f64>,
    /// Mean power of the highest step in W.
    pub highest_w: Option<f64>,
}

impl View {
    /// The load curve of a span.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn load_curve(
        &self,
        scope: &Scope<'_>,
        span: Period,
        step: Step,
    ) -> Result<LoadCurve, FigureError> {
        let cells = self.energy_cells(&scope.meters, self.past(span, step)).await?;
        Ok(LoadCurve { cells })
    }
}

impl LoadCurve {
    /// Each step, in order.
    pub fn steps(&self) -> impl ExactSizeIterator<Item = PowerStep> + '_ {
        self.cells.iter().map(PowerStep::of)
    }

    /// The step with the highest power, and that power in W.
    pub fn peak(&self) -> Option<(Period, f64)> {
        let powers = self.steps().filter_map(|step| Some((step.period, step.watts?)));
        powers.max_by(|a, b| a.1.total_cmp(&b.1))
    }

    /// Each civil day in `zone`, in order.
    pub fn days(&self, zone: &TimeZone) -> Vec<PowerDay> {
        let date = |cell: &EnergyCell| -> Date {
            cell.period.start().to_jiff().to_zoned_datetime(zone.clone()).date()
        };
        self.cells.chunk_by(|a, b| date(a) == date(b)).map(PowerDay::of).collect()
    }
}

impl PowerStep {
    fn of(cell: &EnergyCell) -> Self {
        Self { period: cell.period, watts: mean_power(cell), coverage: cell.figure.coverage }
    }
}

impl PowerDay {
    fn of(cells: &[EnergyCell]) -> Self {
        let energy = energy::sum_over_time(cells);
        let hours = cells.iter().map(|cell| cell.period.length().as_secs_f64() / 3600.0).total();
        let highest_w = cells.iter().filter_map(mean_power).reduce(f64::max);
        Self {
            start: cells[0].period.start(),
            mean_w: energy.energy_wh.filter(|_| is_complete(&energy)).map(|wh| wh / hours),
            highest_w,
        }
    }
}
