//! The load curve of a scope in numbers, and its power beside the subscription.

use domain::calendar::Step;
use domain::energy::{self, EnergyFigure};
use domain::indicators::{
    BaseloadStep, Demand, HeatMap, Load, Night, demand, duration_curve, heat_map, load, nights,
    steps,
};
use domain::site::Meter;
use domain::{Instant, Period};
use serde::Serialize;
use store::SeriesReader;

use super::scope::{Scope, cells, past};
use crate::app::App;
use crate::figures;
use crate::problem::Problem;

/// How the power of a span was spread.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct LoadProfile {
    pub(crate) start: Instant,
    pub(crate) end: Instant,
    #[serde(flatten)]
    pub(crate) energy: EnergyFigure,
    pub(crate) load: Option<Load>,
    /// When power was highest; a quarter of an hour.
    pub(crate) peak_at: Option<Instant>,
    /// Power that is reached or exceeded in 0, 1 ... 100 % of the measured time.
    pub(crate) duration_curve_w: Vec<f64>,
    pub(crate) heat_map: HeatMap,
    pub(crate) nights: Vec<Night>,
    pub(crate) baseload_steps: Vec<BaseloadStep>,
}

/// The profile of a span, from its quarter hours.
pub(crate) async fn profile<R: SeriesReader>(
    app: &App<R>,
    scope: &Scope<'_>,
    span: Period,
) -> Result<LoadProfile, Problem> {
    let cells = cells(app, &scope.meters, past(app, span, Step::Minutes(15))).await?;
    let energy = energy::sum_over_time(&cells);
    let zone = &app.site.timezone;
    let load = load(&cells);
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
    })
}

/// The demand of a meter that has a subscription, from means of ten minutes.
pub(crate) async fn demand_of<R: SeriesReader>(
    app: &App<R>,
    meter: &Meter,
    span: Period,
) -> Result<Option<Demand>, Problem> {
    let Some(subscribed) = meter.subscribed_kva else { return Ok(None) };
    let grid = past(app, span, Step::Minutes(10));
    let is_active = meter.apparent.is_empty();
    let sources = if is_active { &meter.power } else { &meter.apparent };
    let cells = figures::window_means(app, sources, &grid).await?;
    Ok(Some(demand(subscribed, &cells, is_active)))
}
