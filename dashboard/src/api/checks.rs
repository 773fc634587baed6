//! The calls about what stands behind the figures of a meter.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use domain::Instant;
use domain::energy::{CrossCheck, Repair};
use domain::ids::{Channel, DeviceId};
use domain::reading::Source;
use domain::register::{Event, EventSort};
use serde::Serialize;

use crate::app::App;
use crate::paging::Page;
use crate::path::Path;
use crate::problem::Problem;
use crate::query::Query;
use figures::{ExcessItem, PartsItem, whole_days};

/// The longest span of which all readings of the registers are read.
const MOST_DAYS: i64 = 92;
/// The longest span of which days are compared.
const MOST_DAYS_COMPARED: i64 = 400;

/// What a register did that it should not do, or a silence that it bridges.
#[derive(Debug, Serialize)]
pub(crate) struct EventItem {
    start: Instant,
    end: Instant,
    sort: Sort,
    device: DeviceId,
    channel: Option<Channel>,
    /// The total before a misbehaviour.
    before_wh: Option<f64>,
    /// The total that departed.
    after_wh: Option<f64>,
    /// What was added over a silence.
    energy_wh: Option<f64>,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Sort {
    Register(EventSort),
    /// Spread evenly over a silence, from the difference of a register.
    Repaired(&'static str),
}

/// `GET /meters/{meter}/events`: resets, glitches, jumps and repaired silences, in the order of time.
pub(crate) async fn events(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    query: Query,
) -> Result<Json<Page<EventItem>>, Problem> {
    let view = app.figures.view(query.known_at()?).await?;
    let meter = view.meter(&id)?;
    let span = whole_days(view.site(), query.span(view.now())?, MOST_DAYS)?;
    let story = view.register_story(meter, span).await?;
    let mut items: Vec<EventItem> = story.events.iter().map(misbehaved).collect();
    items.extend(story.repairs.iter().map(repaired));
    items.sort_by_key(|item| item.start);
    Ok(Json(Page { items, next: None }))
}

fn misbehaved((source, event): &(Source, Event)) -> EventItem {
    EventItem {
        start: event.at,
        end: event.at,
        sort: Sort::Register(event.sort),
        device: source.device.clone(),
        channel: source.channel.clone(),
        before_wh: Some(event.before),
        after_wh: Some(event.after),
        energy_wh: None,
    }
}

fn repaired(repair: &Repair) -> EventItem {
    EventItem {
        start: repair.period.start(),
        end: repair.period.end(),
        sort: Sort::Repaired("repaired"),
        device: repair.source.device.clone(),
        channel: repair.source.channel.clone(),
        before_wh: None,
        after_wh: None,
        energy_wh: Some(repair.wh),
    }
}

/// Register and power of a day.
#[derive(Debug, Serialize)]
pub(crate) struct CheckItem {
    start: Instant,
    end: Instant,
    #[serde(flatten)]
    check: CrossCheck,
}

/// `GET /meters/{meter}/checks`: the register beside integrated power, day by day.
pub(crate) async fn checks(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    query: Query,
) -> Result<Json<Page<CheckItem>>, Problem> {
    let view = app.figures.view(query.known_at()?).await?;
    let meter = view.meter(&id)?;
    let span = whole_days(view.site(), query.span(view.now())?, MOST_DAYS_COMPARED)?;
    let days = view.cross_checks(meter, span).await?;
    let item = |day: domain::calendar::Bucket<CrossCheck>| CheckItem {
        start: day.period.start(),
        end: day.period.end(),
        check: day.figure,
    };
    Ok(Json(Page { items: days.into_iter().map(item).collect(), next: None }))
}

/// A meter beside its parts, and where these are above it.
#[derive(Debug, Serialize)]
pub(crate) struct PartsAnswer {
    items: Vec<PartsItem>,
    excesses: Vec<ExcessItem>,
    next: Option<String>,
}

/// `GET /meters/{meter}/parts`: what no part accounts for, and parts above their whole.
pub(crate) async fn beside_parts(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    query: Query,
) -> Result<Json<PartsAnswer>, Problem> {
    let view = app.figures.view(query.known_at()?).await?;
    let meter = view.meter(&id)?;
    let span = query.span(view.now())?;
    let (grid, next) = query.buckets(query.by()?, span, &view.site().timezone)?;
    let (items, excesses) = view.parts(meter, &grid).await?;
    Ok(Json(PartsAnswer { items, excesses, next }))
}
