//! `GET /api/v1/meters/{meter}/energy`: watt-hours by civil period; null where unknown, never 0.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use domain::Instant;
use domain::wire::state::Quality;
use serde::Serialize;
use store::SeriesReader;

use crate::app::App;
use crate::energy_figures;
use crate::paging::Page;
use crate::problem::Problem;
use crate::query::Query;

#[derive(Debug, Serialize)]
pub(crate) struct EnergyItem {
    start: Instant,
    end: Instant,
    energy_wh: Option<f64>,
    quality: Quality,
    coverage: f64,
    repaired: f64,
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
    let figures = energy_figures::of_meter(&app, meter, &grid).await?;
    let items = grid.into_iter().zip(figures).map(|(period, figure)| EnergyItem {
        start: period.start(),
        end: period.end(),
        energy_wh: figure.energy_wh,
        quality: figure.quality,
        coverage: figure.coverage,
        repaired: figure.repaired,
    });
    Ok(Json(Page { items: items.collect(), next }))
}
