//! The way of the décret tertiaire: the last twelve months beside the goals.

use domain::calendar::Step;
use domain::indicators::{Pathway, pathway};
use domain::{Instant, Period};
use jiff::SignedDuration;
use serde::Serialize;
use store::SeriesReader;

use super::climate::ENOUGH;
use super::scope::{Scope, cells, whole_days};
use crate::app::App;
use crate::problem::Problem;

/// The building on its way, with how much of the last twelve months was measured.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PathwayReport {
    #[serde(flatten)]
    pub(crate) pathway: Pathway,
    pub(crate) start: Instant,
    pub(crate) end: Instant,
    pub(crate) coverage: f64,
}

/// The last twelve months beside the goals; `None` when the site file names no reference year. With less than 90 % of
/// them known, the current figure is unknown: a part of a year is no year.
pub(crate) async fn pathway_now<R: SeriesReader>(
    app: &App<R>,
) -> Result<Option<PathwayReport>, Problem> {
    let Some(reference) = &app.site.reference else { return Ok(None) };
    let now = app.clock.now();
    let span = Period::new(now - SignedDuration::from_hours(365 * 24), now).expect("a year ago");
    let year = whole_days(&app.site, span, 366)?;
    let yesterday = domain::calendar::period_of(Step::Day, now, &app.site.timezone).start();
    let year = Period::new(year.start(), yesterday).expect("a year ago is before today");
    let scope = Scope::of_building(&app.site);
    let figure = cells(app, &scope.meters, vec![year]).await?[0].figure;
    let known = figure.coverage + figure.repaired;
    let current_kwh = figure.energy_wh.filter(|_| known >= ENOUGH).map(|wh| wh / 1000.0);
    let civil_year = now.to_jiff().to_zoned_datetime(app.site.timezone.clone()).year();
    let pathway = pathway(reference, &app.site.targets, current_kwh, civil_year);
    Ok(Some(PathwayReport { pathway, start: year.start(), end: year.end(), coverage: known }))
}
