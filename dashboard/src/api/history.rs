//! `GET /api/v1/points/{point}/history`: a role's readings, summed up by bucket.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use domain::history::Summary;
use domain::{Instant, Period};
use serde::Serialize;

use crate::access::Visitor;
use crate::app::App;
use crate::paging::Page;
use crate::path::Path;
use crate::privacy::tells_of_people;
use crate::problem::Problem;
use crate::query::Query;

/// A bucket; without readings that speak for it all figures are null.
#[derive(Debug, Serialize)]
pub(crate) struct HistoryItem {
    start: Instant,
    end: Instant,
    min: Option<f64>,
    mean: Option<f64>,
    max: Option<f64>,
    last: Option<f64>,
    count: u64,
    coverage: f64,
}

impl HistoryItem {
    fn new(period: Period, summary: Option<Summary>) -> Self {
        Self {
            start: period.start(),
            end: period.end(),
            min: summary.as_ref().map(|it| it.min),
            mean: summary.as_ref().map(|it| it.mean),
            max: summary.as_ref().map(|it| it.max),
            last: summary.as_ref().map(|it| it.last),
            count: summary.as_ref().map_or(0, |it| it.count),
            coverage: summary.as_ref().map_or(0.0, |it| it.coverage),
        }
    }
}

pub(crate) async fn list(
    State(app): State<Arc<App>>,
    Path(point): Path<String>,
    visitor: Visitor,
    query: Query,
) -> Result<Json<Page<HistoryItem>>, Problem> {
    let Some(point) = app.site.point(&point) else {
        return Err(Problem::unknown("point", &point, "an id of a [[point]] of the site file"));
    };
    if tells_of_people(point.quantity) {
        visitor.visibility.admit(&app.site, Some(&point.zone))?;
    }
    let step = query.step()?;
    let view = app.figures.view(query.known_at()?).await?;
    let span = query.span(view.now())?;
    let (grid, next) = query.buckets(step, span, &app.site.timezone)?;
    let summaries = view.history(point.quantity.kind(), &point.sources, &grid).await?;
    let items = grid.into_iter().zip(summaries);
    let items = items.map(|(period, summary)| HistoryItem::new(period, summary)).collect();
    Ok(Json(Page { items, next }))
}
