//! The load curve of a scope in numbers.

use domain::calendar::Step;
use domain::energy::{self, EnergyFigure};
use domain::indicators::{
    BaseloadStep, HeatMap, Load, Night, WhileClosed, duration_curve, heat_map, load, nights, steps,
    while_closed,
};
use domain::{Instant, Period};
use serde::Serialize;

use crate::error::FigureError;
use crate::scope::Scope;
use crate::view::View;

/// How the power of a span was spread.
#[derive(Clone, Debug, Serialize)]
pub struct LoadProfile {
    /// The begin of the span.
    pub start: Instant,
    /// Its end.
    pub end: Instant,
    /// Its energy, with how much of it was measured.
    #[serde(flatten)]
    pub energy: EnergyFigure,
    /// The load curve; `None` where nothing was measured.
    pub load: Option<Load>,
    /// The begin of the quarter of an hour with the highest power.
    pub peak_at: Option<Instant>,
    /// Power that is reached or exceeded in 0, 1 ... 100 % of the measured time.
    pub duration_curve_w: Vec<f64>,
    /// Mean power by hour and day of the week.
    pub heat_map: HeatMap,
    /// The baseload night by night.
    pub nights: Vec<Night>,
    /// The nights from which on it is another one.
    pub baseload_steps: Vec<BaseloadStep>,
    /// Energy while the building was closed; `None` without opening hours.
    pub while_closed: Option<WhileClosed>,
}

impl View {
    /// The load profile of a span, from its quarter hours.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn load_profile(
        &self,
        scope: &Scope<'_>,
        span: Period,
    ) -> Result<LoadProfile, FigureError> {
        let quarters = self.past(span, Step::Minutes(15));
        let cells = self.energy_cells(&scope.meters, quarters).await?;
        let (energy, load) = (energy::sum_over_time(&cells), load(&cells));
        let zone = &self.site.timezone;
        let nights = nights(&cells, zone);
        Ok(LoadProfile {
            start: span.start(),
            end: span.end(),
            energy,
            peak_at: load.map(|load| load.peak_at.start()),
            load,
            duration_curve_w: duration_curve(&cells),
            heat_map: heat_map(&cells, zone),
            baseload_steps: steps(&nights),
            nights,
            while_closed: while_closed(&self.site, &cells),
        })
    }
}
