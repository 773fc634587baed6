//! `GET /api/v1/sources`: every source with a reading, with its newest reading and the role it fills now.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use domain::ids::{Channel, DeviceId, PointId};
use domain::site::{Site, assigned_at};
use domain::{Instant, Observation, Quantity, Source, Value};
use serde::Serialize;
use store::{SeriesReader, StoredSource};

use crate::access::Visitor;
use crate::app::App;
use crate::paging::{self, LARGEST_PAGE, Page};
use crate::problem::Problem;
use crate::query::Query;

#[derive(Debug, Serialize)]
pub(crate) struct SourceItem {
    device: DeviceId,
    quantity: Quantity,
    channel: Option<Channel>,
    unit: &'static str,
    family: Option<String>,
    point: Option<PointId>,
    /// Withheld from the public for sources that count the people of a small room, or of nobody knows which.
    last: Option<ReadingItem>,
}

/// A reading, as lists of readings and of sources show it.
#[derive(Debug, Serialize)]
pub(crate) struct ReadingItem {
    pub(crate) observed_at: Instant,
    pub(crate) received_at: Instant,
    pub(crate) value: Value,
}

impl From<Observation> for ReadingItem {
    fn from(observation: Observation) -> Self {
        let Observation { observed_at, received_at, value, .. } = observation;
        Self { observed_at, received_at, value }
    }
}

pub(crate) async fn list(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    query: Query,
) -> Result<Json<Page<SourceItem>>, Problem> {
    let limit = paging::limit(query.get("limit"), LARGEST_PAGE)?;
    let skip = paging::read_number::<usize>(query.get("cursor"))?.unwrap_or(0);
    let stored = app.reader.sources().await?;
    let points = points_now(&app.site, app.clock.now());
    let rest = stored.into_iter().skip(skip).take(limit + 1);
    let item = |stored: StoredSource| {
        let is_withheld = visitor.visibility.withholds_source(&app.site, &stored.source);
        let item = item(stored, &points);
        SourceItem { last: item.last.filter(|_| !is_withheld), ..item }
    };
    let items = rest.map(item).collect();
    Ok(Json(Page::cut(items, limit, |_| skip.saturating_add(limit).to_string())))
}

fn item(stored: StoredSource, points: &HashMap<&Source, &PointId>) -> SourceItem {
    let StoredSource { source, last, family } = stored;
    let point = points.get(&source).copied().cloned();
    let Source { device, quantity, channel } = source;
    let unit = quantity.unit();
    SourceItem { device, quantity, channel, unit, family, point, last: Some(last.into()) }
}

fn points_now(site: &Site, now: Instant) -> HashMap<&Source, &PointId> {
    let filled = site.points.iter().filter_map(|point| {
        let assignment = assigned_at(&point.sources, now)?;
        Some((&assignment.source, &point.id))
    });
    filled.collect()
}
