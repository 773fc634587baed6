//! The calls about indicators of energy: each opens a view and gives one of its figures.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use domain::calendar::grid;
use domain::indicators::Demand;
use domain::{Instant, Period};
use serde::Serialize;

use super::energy::EnergyItem;
use crate::access::Visitor;
use crate::app::App;
use crate::paging::Page;
use crate::path::Path;
use crate::problem::Problem;
use crate::query::Query;
use figures::{
    Breakdown, By, Climate, CostItem, LoadProfile, MachineReport, PathwayReport, Scope, UsageItem,
    View, whole_days,
};

/// The longest span that is worked out from quarter hours.
const MOST_DAYS: i64 = 400;
/// The longest span that is worked out from readings or from the air of rooms.
const MOST_DAYS_OF_READINGS: i64 = 92;

type Answer<T> = Result<Json<T>, Problem>;
type Dashboard = State<Arc<App>>;

/// `GET /zones/{zone}/energy`: as that of a meter.
pub(crate) async fn zone_energy(
    State(app): Dashboard,
    Path(zone): Path<String>,
    query: Query,
) -> Answer<Page<EnergyItem>> {
    let view = app.figures.view(query.known_at()?).await?;
    let scope = Scope::of_zone(view.site(), &zone)?;
    let span = query.span(view.now())?;
    let (grid, next) = query.buckets(query.by()?, span, &view.site().timezone)?;
    let figures = view.energy(&scope.meters, &grid).await?;
    let items = grid.into_iter().zip(figures);
    let items = items.map(|(period, figure)| EnergyItem::of(period, figure)).collect();
    Ok(Json(Page { items, next }))
}

/// `GET /energy/breakdown`: a span by meter, zone or use.
pub(crate) async fn by_part(State(app): Dashboard, query: Query) -> Answer<BreakdownAnswer> {
    let view = app.figures.view(query.known_at()?).await?;
    let by = query.one_of_named(
        "by",
        &[("meter", By::Meter), ("zone", By::Zone), ("use", By::Use)],
        By::Meter,
    )?;
    let span = whole_days(view.site(), query.span(view.now())?, MOST_DAYS)?;
    let breakdown = view.breakdown(by, span).await?;
    Ok(Json(BreakdownAnswer { breakdown, next: None }))
}

/// A span broken down.
#[derive(Debug, Serialize)]
pub(crate) struct BreakdownAnswer {
    #[serde(flatten)]
    breakdown: Breakdown,
    next: Option<String>,
}

/// `GET /meters/{meter}/accounts`.
pub(crate) async fn meter_accounts(
    State(app): Dashboard,
    Path(id): Path<String>,
    query: Query,
) -> Answer<Page<CostItem>> {
    let view = app.figures.view(query.known_at()?).await?;
    list_costs(&view, &Scope::of_meter(view.site(), &id)?, &query).await
}

/// `GET /zones/{zone}/accounts`.
pub(crate) async fn zone_accounts(
    State(app): Dashboard,
    Path(id): Path<String>,
    query: Query,
) -> Answer<Page<CostItem>> {
    let view = app.figures.view(query.known_at()?).await?;
    list_costs(&view, &Scope::of_zone(view.site(), &id)?, &query).await
}

async fn list_costs(view: &View, scope: &Scope<'_>, query: &Query) -> Answer<Page<CostItem>> {
    let span = whole_days(view.site(), query.span(view.now())?, MOST_DAYS)?;
    let periods: Vec<Period> = grid(query.by_week()?, span, &view.site().timezone).collect();
    Ok(Json(Page { items: view.costs(scope, &periods).await?, next: None }))
}

/// `GET /meters/{meter}/load`.
pub(crate) async fn meter_load(
    State(app): Dashboard,
    Path(id): Path<String>,
    query: Query,
) -> Answer<LoadProfile> {
    let view = app.figures.view(query.known_at()?).await?;
    let span = whole_days(view.site(), query.span(view.now())?, MOST_DAYS)?;
    Ok(Json(view.load_profile(&Scope::of_meter(view.site(), &id)?, span).await?))
}

/// `GET /zones/{zone}/load`.
pub(crate) async fn zone_load(
    State(app): Dashboard,
    Path(id): Path<String>,
    query: Query,
) -> Answer<LoadProfile> {
    let view = app.figures.view(query.known_at()?).await?;
    let span = whole_days(view.site(), query.span(view.now())?, MOST_DAYS)?;
    Ok(Json(view.load_profile(&Scope::of_zone(view.site(), &id)?, span).await?))
}

/// `GET /meters/{meter}/demand`: power beside the subscription; 404 for a meter without one.
pub(crate) async fn meter_demand(
    State(app): Dashboard,
    Path(id): Path<String>,
    query: Query,
) -> Answer<DemandAnswer> {
    let view = app.figures.view(query.known_at()?).await?;
    let meter = view.meter(&id)?;
    let span = whole_days(view.site(), query.span(view.now())?, MOST_DAYS_OF_READINGS)?;
    let demand = view.demand(meter, span).await?.ok_or_else(|| {
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
pub(crate) async fn sessions(
    State(app): Dashboard,
    Path(id): Path<String>,
    query: Query,
) -> Answer<MachineReport> {
    let view = app.figures.view(query.known_at()?).await?;
    let meter = view.meter(&id)?;
    if meter.sessions.is_none() {
        let expected =
            "a [[meter]] with `machine`, `sessions` or `running_above_w` in the site file";
        return Err(Problem::unknown("machine", &id, expected));
    }
    let span = whole_days(view.site(), query.span(view.now())?, MOST_DAYS_OF_READINGS)?;
    Ok(Json(view.machine(meter, span).await?))
}

/// `GET /zones/{zone}/usage`: energy beside people.
pub(crate) async fn zone_usage(
    State(app): Dashboard,
    Path(id): Path<String>,
    visitor: Visitor,
    query: Query,
) -> Answer<Page<UsageItem>> {
    let view = app.figures.view(query.known_at()?).await?;
    let scope = Scope::of_zone(view.site(), &id)?;
    visitor.visibility.admit(view.site(), scope.zone.as_ref())?;
    let span = whole_days(view.site(), query.span(view.now())?, MOST_DAYS_OF_READINGS)?;
    let periods: Vec<Period> = grid(query.by_week()?, span, &view.site().timezone).collect();
    Ok(Json(Page { items: view.usages(&scope, &periods).await?, next: None }))
}

/// `GET /climate`: degree days, the energy signature, and the span beside the one a year before.
pub(crate) async fn show_climate(State(app): Dashboard, query: Query) -> Answer<Climate> {
    let view = app.figures.view(query.known_at()?).await?;
    let span = whole_days(view.site(), query.span(view.now())?, MOST_DAYS)?;
    Ok(Json(view.climate(span).await?))
}

/// `GET /pathway`: the last twelve months beside the goals of the décret tertiaire.
pub(crate) async fn show_pathway(State(app): Dashboard, query: Query) -> Answer<PathwayReport> {
    let view = app.figures.view(query.known_at()?).await?;
    let report = view.pathway().await?.ok_or_else(|| {
        let expected = "[reference] in the site file, with year, kwh and source";
        Problem::unknown("year of reference", "reference", expected)
    })?;
    Ok(Json(report))
}
