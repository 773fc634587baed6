//! `GET /api/v1/zones/{zone}/occupancy`: people by bucket; the zone `building` is the site.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use domain::Instant;
use domain::figure::Quality;
use domain::occupancy::{Occupancy, Parts};
use serde::Serialize;

use crate::access::Visitor;
use crate::app::App;
use crate::paging::Page;
use crate::path::Path;
use crate::problem::Problem;
use crate::query::Query;

#[derive(Debug, Serialize)]
pub(crate) struct OccupancyItem {
    start: Instant,
    end: Instant,
    people: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
    occupancy: Occupancy,
    /// What the doors alone counted, uncorrected and with its sign.
    counted: Option<f64>,
    /// Whether it is the sum of the figures of its parts.
    parts: Parts,
    quality: Quality,
    coverage: f64,
}

pub(crate) async fn list(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    visitor: Visitor,
    query: Query,
) -> Result<Json<Page<OccupancyItem>>, Problem> {
    let view = app.figures.view(query.known_at()?).await?;
    let zone = view.zone_or_building(&name)?;
    visitor.visibility.admit(view.site(), zone.as_ref())?;
    let (step, span) = (query.step()?, query.span(view.now())?);
    let (grid, next) = query.buckets(step, span, &view.site().timezone)?;
    let people = view.people(zone, &grid).await?;
    let items = grid.into_iter().zip(people).map(|(period, figure)| OccupancyItem {
        start: period.start(),
        end: period.end(),
        people: figure.people,
        low: figure.low,
        high: figure.high,
        occupancy: figure.occupancy,
        counted: figure.counted,
        parts: figure.parts,
        quality: figure.quality,
        coverage: figure.coverage,
    });
    Ok(Json(Page { items: items.collect(), next }))
}
