//! `GET /api/v1/zones/{zone}/occupancy`: people by bucket; the zone `building` is the site.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use domain::Instant;
use domain::figure::Quality;
use domain::occupancy::{Occupancy, Parts};
use serde::Serialize;
use store::SeriesReader;

use crate::access::Visitor;
use crate::app::App;
use crate::figures;
use crate::known::Known;
use crate::paging::Page;
use crate::problem::Problem;
use crate::query::Query;

/// The name that stands for the whole site.
pub(crate) const BUILDING: &str = "building";

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

pub(crate) async fn list<R: SeriesReader>(
    State(app): State<Arc<App<R>>>,
    Path(name): Path<String>,
    visitor: Visitor,
    query: Query,
) -> Result<Json<Page<OccupancyItem>>, Problem> {
    let zone = match app.site.zone(&name) {
        Some(zone) => Some(zone.id.clone()),
        None if name == BUILDING => None,
        None => {
            let expected = "an id of a [[zone]] of the site file, or `building`";
            return Err(Problem::unknown("zone", &name, expected));
        }
    };
    visitor.visibility.admit(&app.site, zone.as_ref())?;
    let step = query.step()?;
    let span = query.span(app.clock.now())?;
    let (grid, next) = query.buckets(step, span, &app.site.timezone)?;
    let known = Known::at(&app, query.known_at()?).await?;
    let people = figures::people_as(&app, &known, zone, &grid).await?;
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
