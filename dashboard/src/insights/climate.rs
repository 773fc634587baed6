//! The weather outside, and what it did to the energy of the building.

use domain::calendar::Step;
use domain::energy::{EnergyFigure, sum_over_time};
use domain::history::Summary;
use domain::indicators::{
    DayPoint, DayTemperature, DegreeDayMethod, DegreeDays, EnergyCell, Signature, degree_days,
    signature,
};
use domain::site::Point;
use domain::{Instant, Kind, Period};
use serde::Serialize;
use store::SeriesReader;

use super::comparison::{Comparison, compare};
use super::scope::{Scope, cells, past};
use crate::app::App;
use crate::figures;
use crate::problem::Problem;

/// The base temperature of heating degree days in France, in °C.
const BASE_C: f64 = 18.0;
/// A day needs so many hours of temperature; its extremes may lie in any of them.
const LEAST_HOURS: usize = 20;
/// Days and years of which less was measured are not compared.
pub(super) const ENOUGH: f64 = 0.9;
const METHODS: [DegreeDayMethod; 3] =
    [DegreeDayMethod::Meteo, DegreeDayMethod::Professional, DegreeDayMethod::Integral];

/// The weather of a span, and what it did.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Climate {
    pub(crate) start: Instant,
    pub(crate) end: Instant,
    /// Days after this are not told of: the last whole one is over by then.
    pub(crate) as_of: Instant,
    /// The point that measures it.
    pub(crate) point: String,
    /// What the building took on the whole days of the span.
    pub(crate) energy: EnergyFigure,
    /// Its whole days.
    pub(crate) days: Vec<ClimateDay>,
    /// By each method.
    pub(crate) degree_days: Vec<DegreeDays>,
    /// The signature of the days of the span; null when they are too few or too much alike.
    pub(crate) signature: Option<Signature>,
    /// The span beside the one a year before; null where either is not well enough known.
    pub(crate) comparison: Option<Comparison>,
}

/// Energy and weather of one civil day.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ClimateDay {
    pub(crate) start: Instant,
    pub(crate) end: Instant,
    #[serde(flatten)]
    pub(crate) energy: EnergyFigure,
    /// Mean temperature outside, in °C; null where too little of the day is known.
    pub(crate) outdoor_c: Option<f64>,
}

/// The climate of a span of whole days; a problem when the site file names no point outside.
pub(crate) async fn climate<R: SeriesReader>(
    app: &App<R>,
    span: Period,
) -> Result<Climate, Problem> {
    let point = outdoor(app).ok_or_else(|| {
        let expected = "`outdoor_temperature` in [site] of the site file, naming a [[point]]";
        Problem::unknown("point of the temperature outside", "outdoor_temperature", expected)
    })?;
    let told = weather(app, point, span).await?;
    let signature = signature(&told.points());
    Ok(Climate {
        start: span.start(),
        end: span.end(),
        as_of: app.clock.now(),
        point: point.id.to_string(),
        energy: told.energy,
        degree_days: METHODS.map(|method| told.degree_days(method)).to_vec(),
        comparison: compare(app, point, &told, signature.as_ref()).await?,
        days: told.days,
        signature,
    })
}

/// The point that measures the air outside.
pub(crate) fn outdoor<R>(app: &App<R>) -> Option<&Point> {
    app.site.outdoor.as_ref().and_then(|id| app.site.point(id.as_str()))
}

/// Whole days with their energy and their weather.
pub(super) struct Weather {
    /// From the first day to the last whole one.
    pub(super) span: Period,
    pub(super) energy: EnergyFigure,
    pub(super) days: Vec<ClimateDay>,
    temperatures: Vec<Option<DayTemperature>>,
}

impl Weather {
    pub(super) fn degree_days(&self, method: DegreeDayMethod) -> DegreeDays {
        degree_days(&self.temperatures, BASE_C, method)
    }

    /// The days of which energy and weather are well known.
    pub(super) fn points(&self) -> Vec<DayPoint> {
        let point = |day: &ClimateDay| {
            let energy_wh = day.energy.energy_wh.filter(|_| day.energy.coverage >= ENOUGH)?;
            Some(DayPoint { energy_wh, outdoor_c: day.outdoor_c?, person_hours: None })
        };
        self.days.iter().filter_map(point).collect()
    }
}

/// The building and the air outside on the whole days of a span.
pub(super) async fn weather<R: SeriesReader>(
    app: &App<R>,
    point: &Point,
    span: Period,
) -> Result<Weather, Problem> {
    let now = app.clock.now();
    // Of a day that is not over neither its energy nor its extremes are known.
    let whole = past(app, span, Step::Day).into_iter().filter(|day| day.end() <= now);
    let whole: Vec<Period> = whole.collect();
    let end = whole.last().map_or(span.start(), |day| day.end());
    let span = Period::new(span.start(), end).expect("days are in order");
    let temperatures = temperatures(app, point, &whole).await?;
    let scope = Scope::of_building(&app.site);
    let energies = cells(app, &scope.meters, whole).await?;
    let day = |(cell, day): (&EnergyCell, &Option<DayTemperature>)| ClimateDay {
        start: cell.period.start(),
        end: cell.period.end(),
        energy: cell.figure,
        outdoor_c: day.as_ref().map(|day| mean(&day.hourly)),
    };
    let days = energies.iter().zip(&temperatures).map(day).collect();
    Ok(Weather { span, energy: sum_over_time(&energies), days, temperatures })
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
