//! The calls about one zone: how it is used, how its doors count and how its air is; and the CO2 instruments of all.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use domain::air::{AirReport, InstrumentCheck};
use domain::occupancy::{Attendance, Counting};
use domain::{Instant, Period};
use serde::Serialize;

use crate::access::Visitor;
use crate::app::App;
use crate::paging::Page;
use crate::path::Path;
use crate::problem::Problem;
use crate::query::Query;
use figures::whole_days;

/// The longest span that is worked out from the air of a room.
const MOST_DAYS: i64 = 92;

type Dashboard = State<Arc<App>>;

/// One period of something.
#[derive(Debug, Serialize)]
pub(crate) struct Item<T> {
    start: Instant,
    end: Instant,
    #[serde(flatten)]
    of: T,
}

impl<T> Item<T> {
    fn page(grid: Vec<Period>, items: Vec<T>, next: Option<String>) -> Page<Self> {
        let items = grid.into_iter().zip(items);
        let items = items.map(|(it, of)| Self { start: it.start(), end: it.end(), of });
        Page { items: items.collect(), next }
    }
}

/// `GET /zones/{zone}/attendance`: how a zone or the building is used, by civil period.
pub(crate) async fn attendance(
    State(app): Dashboard,
    Path(name): Path<String>,
    visitor: Visitor,
    query: Query,
) -> Result<Json<Page<Item<Attendance>>>, Problem> {
    let view = app.figures.view(query.known_at()?).await?;
    let zone = view.zone_or_building(&name)?;
    visitor.visibility.admit(view.site(), zone.as_ref())?;
    let span = whole_days(view.site(), query.span(view.now())?, MOST_DAYS)?;
    let (grid, next) = query.buckets(query.by()?, span, &view.site().timezone)?;
    let items = view.attendances(zone, &grid).await?;
    Ok(Json(Item::page(grid, items, next)))
}

/// `GET /zones/{zone}/counting`: how right the doors of a zone or the building count, by civil period.
pub(crate) async fn counting(
    State(app): Dashboard,
    Path(name): Path<String>,
    visitor: Visitor,
    query: Query,
) -> Result<Json<Page<Item<Option<Counting>>>>, Problem> {
    let view = app.figures.view(query.known_at()?).await?;
    let zone = view.zone_or_building(&name)?;
    visitor.visibility.admit_to_doors(view.site(), zone.as_ref())?;
    let span = whole_days(view.site(), query.span(view.now())?, MOST_DAYS)?;
    let (grid, next) = query.buckets(query.by()?, span, &view.site().timezone)?;
    let items = view.countings(zone, &grid).await?;
    Ok(Json(Item::page(grid, items, next)))
}

/// `GET /zones/{zone}/air`: the air of a zone over a span of whole days, best a week.
pub(crate) async fn air(
    State(app): Dashboard,
    Path(name): Path<String>,
    visitor: Visitor,
    query: Query,
) -> Result<Json<Item<AirReport>>, Problem> {
    let view = app.figures.view(query.known_at()?).await?;
    let zone = view.zone(&name)?;
    let span = whole_days(view.site(), query.span(view.now())?, MOST_DAYS)?;
    let of = if visitor.visibility.withholds(view.site(), Some(&zone.id)) {
        view.air_alone(zone, span).await?
    } else {
        view.air(zone, span).await?
    };
    Ok(Json(Item { start: span.start(), end: span.end(), of }))
}

/// `GET /air/instruments`: which CO2 instruments must be looked at, over a span of whole days, best a week.
pub(crate) async fn instruments(
    State(app): Dashboard,
    query: Query,
) -> Result<Json<Page<InstrumentCheck>>, Problem> {
    let view = app.figures.view(query.known_at()?).await?;
    let span = whole_days(view.site(), query.span(view.now())?, MOST_DAYS)?;
    let items = view.instrument_checks(span).await?;
    Ok(Json(Page { items, next: None }))
}
