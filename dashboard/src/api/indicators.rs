//! The calls about what follows from energy: each loads nothing itself and asks `insights`.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use domain::calendar::grid;
use domain::energy::EnergyFigure;
use domain::indicators::Demand;
use domain::{Instant, Period};
use serde::Serialize;
use store::SeriesReader;

use super::energy::EnergyItem;
use crate::access::Visitor;
use crate::app::App;
use crate::energy_figures;
use crate::insights::accounts::{Account, accounts};
use crate::insights::breakdown::{By, Line, breakdown};
use crate::insights::climate::{Climate, climate};
use crate::insights::load::{LoadProfile, demand_of, profile};
use crate::insights::machine::{MachineReport, report};
use crate::insights::pathway::{PathwayReport, pathway_now};
use crate::insights::scope::{Scope, meter, whole_days};
use crate::insights::usage::{UsageItem, usages};
use crate::paging::Page;
use crate::problem::Problem;
use crate::query::Query;

/// The longest span that is worked out from quarter hours.
const MOST_DAYS: i64 = 400;
/// The longest span that is worked out from readings or from the air of rooms.
const MOST_DAYS_OF_READINGS: i64 = 92;

type Answer<T> = Result<Json<T>, Problem>;
type Dashboard<R> = State<Arc<App<R>>>;

/// `GET /zones/{zone}/energy`: as that of a meter.
pub(crate) async fn zone_energy<R: SeriesReader>(
    State(app): Dashboard<R>,
    Path(zone): Path<String>,
    query: Query,
) -> Answer<Page<EnergyItem>> {
    let scope = Scope::of_zone(&app.site, &zone)?;
    let span = query.span(app.clock.now())?;
    let (grid, next) = query.buckets(query.by()?, span, &app.site.timezone)?;
    let figures = energy_figures::together(&app, &scope.meters, &grid).await?;
    let items = grid.into_iter().zip(figures);
    let items = items.map(|(period, figure)| EnergyItem::of(period, figure)).collect();
    Ok(Json(Page { items, next }))
}

/// `GET /energy/breakdown`: a span by meter, zone or use.
pub(crate) async fn by_part<R: SeriesReader>(
    State(app): Dashboard<R>,
    query: Query,
) -> Answer<Breakdown> {
    let by = query.one_of_named(
        "by",
        &[("meter", By::Meter), ("zone", By::Zone), ("use", By::Use)],
        By::Meter,
    )?;
    let span = whole_days(&app.site, query.span(app.clock.now())?, MOST_DAYS)?;
    let (building, items) = breakdown(&app, by, span).await?;
    Ok(Json(Breakdown { start: span.start(), end: span.end(), building, items, next: None }))
}

/// A span broken down.
#[derive(Debug, Serialize)]
pub(crate) struct Breakdown {
    start: Instant,
    end: Instant,
    building: EnergyFigure,
    items: Vec<Line>,
    next: Option<String>,
}

/// `GET /meters/{meter}/accounts`.
pub(crate) async fn meter_accounts<R: SeriesReader>(
    State(app): Dashboard<R>,
    Path(id): Path<String>,
    query: Query,
) -> Answer<Page<Account>> {
    list_accounts(&app, Scope::of_meter(&app.site, &id)?, &query).await
}

/// `GET /zones/{zone}/accounts`.
pub(crate) async fn zone_accounts<R: SeriesReader>(
    State(app): Dashboard<R>,
    Path(id): Path<String>,
    query: Query,
) -> Answer<Page<Account>> {
    list_accounts(&app, Scope::of_zone(&app.site, &id)?, &query).await
}

async fn list_accounts<R: SeriesReader>(
    app: &App<R>,
    scope: Scope<'_>,
    query: &Query,
) -> Answer<Page<Account>> {
    let span = whole_days(&app.site, query.span(app.clock.now())?, MOST_DAYS)?;
    let periods: Vec<Period> = grid(query.by_week()?, span, &app.site.timezone).collect();
    Ok(Json(Page { items: accounts(app, &scope, &periods).await?, next: None }))
}

/// `GET /meters/{meter}/load`.
pub(crate) async fn meter_load<R: SeriesReader>(
    State(app): Dashboard<R>,
    Path(id): Path<String>,
    query: Query,
) -> Answer<LoadProfile> {
    let span = whole_days(&app.site, query.span(app.clock.now())?, MOST_DAYS)?;
    Ok(Json(profile(&app, &Scope::of_meter(&app.site, &id)?, span).await?))
}

/// `GET /zones/{zone}/load`.
pub(crate) async fn zone_load<R: SeriesReader>(
    State(app): Dashboard<R>,
    Path(id): Path<String>,
    query: Query,
) -> Answer<LoadProfile> {
    let span = whole_days(&app.site, query.span(app.clock.now())?, MOST_DAYS)?;
    Ok(Json(profile(&app, &Scope::of_zone(&app.site, &id)?, span).await?))
}

/// `GET /meters/{meter}/demand`: power beside the subscription; 404 for a meter without one.
pub(crate) async fn meter_demand<R: SeriesReader>(
    State(app): Dashboard<R>,
    Path(id): Path<String>,
    query: Query,
) -> Answer<DemandAnswer> {
    let meter = meter(&app.site, &id)?;
    let span = whole_days(&app.site, query.span(app.clock.now())?, MOST_DAYS_OF_READINGS)?;
    let demand = demand_of(&app, meter, span).await?.ok_or_else(|| {
        let expected = "a [[meter]] with `subscribed_kva` in the site file";
        Problem::unknown("subscription of the meter", &id, expected)
    })?;
    let overrun = |cell: &domain::calendar::Bucket<f64>| Overrun {
        start: cell.period.start(),
        end: cell.period.end(),
        kva: cell.figure,
    };
    Ok(Json(DemandAnswer {
        start: span.start(),
        end: span.end(),
        highest_at: demand.highest_at.map(Period::start),
        overruns: demand.overruns.iter().map(overrun).collect(),
        demand,
    }))
}

/// Power beside the subscription.
#[derive(Debug, Serialize)]
pub(crate) struct DemandAnswer {
    start: Instant,
    end: Instant,
    #[serde(flatten)]
    demand: Demand,
    highest_at: Option<Instant>,
    overruns: Vec<Overrun>,
}

#[derive(Debug, Serialize)]
struct Overrun {
    start: Instant,
    end: Instant,
    kva: f64,
}

/// `GET /meters/{meter}/sessions`: what a machine did.
pub(crate) async fn sessions<R: SeriesReader>(
    State(app): Dashboard<R>,
    Path(id): Path<String>,
    query: Query,
) -> Answer<MachineReport> {
    let meter = meter(&app.site, &id)?;
    if meter.sessions.is_none() {
        let expected =
            "a [[meter]] with `machine`, `sessions` or `running_above_w` in the site file";
        return Err(Problem::unknown("machine", &id, expected));
    }
    let span = whole_days(&app.site, query.span(app.clock.now())?, MOST_DAYS_OF_READINGS)?;
    Ok(Json(report(&app, meter, span).await?))
}

/// `GET /zones/{zone}/usage`: energy beside people.
pub(crate) async fn zone_usage<R: SeriesReader>(
    State(app): Dashboard<R>,
    Path(id): Path<String>,
    visitor: Visitor,
    query: Query,
) -> Answer<Page<UsageItem>> {
    let scope = Scope::of_zone(&app.site, &id)?;
    visitor.visibility.admit(&app.site, scope.zone.as_ref())?;
    let span = whole_days(&app.site, query.span(app.clock.now())?, MOST_DAYS_OF_READINGS)?;
    let periods: Vec<Period> = grid(query.by_week()?, span, &app.site.timezone).collect();
    Ok(Json(Page { items: usages(&app, &scope, &periods).await?, next: None }))
}

/// `GET /climate`: degree days, the energy signature, and the span beside the one a year before.
pub(crate) async fn show_climate<R: SeriesReader>(
    State(app): Dashboard<R>,
    query: Query,
) -> Answer<Climate> {
    let span = whole_days(&app.site, query.span(app.clock.now())?, MOST_DAYS)?;
    Ok(Json(climate(&app, span).await?))
}

/// `GET /pathway`: the last twelve months beside the goals of the décret tertiaire.
pub(crate) async fn show_pathway<R: SeriesReader>(
    State(app): Dashboard<R>,
) -> Answer<PathwayReport> {
    let report = pathway_now(&app).await?.ok_or_else(|| {
        let expected = "[reference] in the site file, with year, kwh and source";
        Problem::unknown("year of reference", "reference", expected)
    })?;
    Ok(Json(report))
}
