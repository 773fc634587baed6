//! The weather outside and what it did to the energy of the building; the way of the décret tertiaire.

use domain::calendar::Step;
use domain::history::Summary;
use domain::indicators::{
    DayPoint, DayTemperature, DegreeDayMethod, DegreeDays, Pathway, Signature, degree_days,
    pathway, signature,
};
use domain::site::Point;
use domain::{Instant, Kind, Period};
use jiff::SignedDuration;
use serde::Serialize;
use store::SeriesReader;

use super::scope::{Scope, cells, past, whole_days};
use crate::app::App;
use crate::figures;
use crate::problem::Problem;

/// The base temperature of heating degree days in France, in °C.
const BASE_C: f64 = 18.0;
/// A day needs so many hours of temperature; its extremes may lie in any of them.
const LEAST_HOURS: usize = 20;
/// Days and years of which less was measured are not compared.
const ENOUGH: f64 = 0.9;

/// The weather of a span, and what it did.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Climate {
    pub(crate) start: Instant,
    pub(crate) end: Instant,
    /// The point that measures it.
    pub(crate) point: String,
    /// By each method.
    pub(crate) degree_days: Vec<DegreeDays>,
    /// The signature of the days of the span; null when they are too few or too much alike.
    pub(crate) signature: Option<Signature>,
}

/// The climate of a span of whole days; a problem when the site file names no point outside.
pub(crate) async fn climate<R: SeriesReader>(
    app: &App<R>,
    span: Period,
) -> Result<Climate, Problem> {
    let point = app.site.outdoor.as_ref().and_then(|id| app.site.point(id.as_str()));
    let point = point.ok_or_else(|| {
        let expected = "`outdoor_temperature` in [site] of the site file, naming a [[point]]";
        Problem::unknown("point of the temperature outside", "outdoor_temperature", expected)
    })?;
    let days = past(app, span, Step::Day);
    let temperatures = temperatures(app, point, &days).await?;
    let scope = Scope::of_building(&app.site);
    let energies = cells(app, &scope.meters, days).await?;
    let points: Vec<DayPoint> = energies
        .iter()
        .zip(&temperatures)
        .filter_map(|(cell, day)| {
            let energy_wh = cell.figure.energy_wh.filter(|_| cell.figure.coverage >= ENOUGH)?;
            Some(DayPoint { energy_wh, outdoor_c: mean(&day.as_ref()?.hourly), person_hours: None })
        })
        .collect();
    let methods =
        [DegreeDayMethod::Meteo, DegreeDayMethod::Professional, DegreeDayMethod::Integral];
    Ok(Climate {
        start: span.start(),
        end: span.end(),
        point: point.id.to_string(),
        degree_days: methods.map(|method| degree_days(&temperatures, BASE_C, method)).to_vec(),
        signature: signature(&points),
    })
}

#[expect(clippy::cast_precision_loss, reason = "some 24 hours")]
fn mean(hourly: &[f64]) -> f64 {
    hourly.iter().sum::<f64>() / hourly.len().max(1) as f64
}

/// The air outside on each day, from its hours.
async fn temperatures<R: SeriesReader>(
    app: &App<R>,
    point: &Point,
    days: &[Period],
) -> Result<Vec<Option<DayTemperature>>, Problem> {
    let Some((first, last)) = days.first().zip(days.last()) else { return Ok(Vec::new()) };
    let span = Period::new(first.start(), last.end()).expect("a grid is in order");
    let hours = past(app, span, Step::Hour);
    let summaries = figures::history(app, Kind::Gauge, &point.sources, &hours).await?;
    let of_day = |day: &Period| {
        let within = |hour: &Period| day.contains(hour.start());
        let known: Vec<&Summary> = hours
            .iter()
            .zip(&summaries)
            .filter(|(hour, _)| within(hour))
            .filter_map(|(_, summary)| summary.as_ref())
            .collect();
        (known.len() >= LEAST_HOURS).then(|| DayTemperature {
            low: known.iter().map(|it| it.min).fold(f64::INFINITY, f64::min),
            high: known.iter().map(|it| it.max).fold(f64::NEG_INFINITY, f64::max),
            hourly: known.iter().map(|it| it.mean).collect(),
        })
    };
    Ok(days.iter().map(of_day).collect())
}

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
