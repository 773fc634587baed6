//! `GET /api/v1/meters/{meter}/energy`: watt-hours by civil period; null where unknown, never 0.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use domain::energy::EnergyFigure;
use domain::{Instant, Period};
use serde::Serialize;

use crate::app::App;
use crate::paging::Page;
use crate::path::Path;
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

pub(crate) async fn list(
    State(app): State<Arc<App>>,
    Path(meter): Path<String>,
    query: Query,
) -> Result<Json<Page<EnergyItem>>, Problem> {
    let view = app.figures.view(query.known_at()?).await?;
    let meter = view.meter(&meter)?;
    let (by, span) = (query.by()?, query.span(view.now())?);
    let (grid, next) = query.buckets(by, span, &view.site().timezone)?;
    let figures = view.energy_of_meter(meter, &grid).await?;
    let items = grid.into_iter().zip(figures);
    let items = items.map(|(period, figure)| EnergyItem::of(period, figure)).collect();
    Ok(Json(Page { items, next }))
}
