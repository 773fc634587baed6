//! `GET /api/v1/meters/{meter}/energy`: watt-hours by civil period; null where unknown, never 0.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use domain::energy::EnergyFigure;
use domain::{Instant, Period};
use serde::Serialize;
use store::SeriesReader;

use crate::app::App;
use crate::energy_figures;
use crate::known::Known;
use crate::paging::Page;
use crate::problem::Problem;
use crate::query::Query;

#[derive(Debug, Serialize)]
pub(crate) struct EnergyItem {
    start: Instant,
    end: Instant,
    #[serde(flatten)]
    energy: EnergyFigure,
}

impl EnergyItem {
    pub(crate) fn of(period: Period, energy: EnergyFigure) -> Self {
        Self { start: period.start(), end: period.end(), energy }
    }
}

pub(crate) async fn list<R: SeriesReader>(
    State(app): State<Arc<App<R>>>,
    Path(meter): Path<String>,
    query: Query,
) -> Result<Json<Page<EnergyItem>>, Problem> {
    let Some(meter) = app.site.meter(&meter) else {
        return Err(Problem::unknown("meter", &meter, "an id of a [[meter]] of the site file"));
    };
    let by = query.by()?;
    let span = query.span(app.clock.now())?;
    let (grid, next) = query.buckets(by, span, &app.site.timezone)?;
    let known = Known::at(&app, query.known_at()?).await?;
    let figures = energy_figures::of_meter_as(&app, &known, meter, &grid).await?;
    let items = grid.into_iter().zip(figures);
    let items = items.map(|(period, figure)| EnergyItem::of(period, figure)).collect();
    Ok(Json(Page { items, next }))
}
