//! Whole days of the building with their energy and the air outside.

use domain::calendar::Step;
use domain::energy::{EnergyFigure, sum_over_time};
use domain::history::Summary;
use domain::indicators::{
    DayPoint, DayTemperature, DegreeDayMethod, DegreeDays, EnergyCell, degree_days,
};
use domain::site::Point;
use domain::total::Total;
use domain::{Instant, Kind, Period};
use serde::Serialize;

use crate::error::FigureError;
use crate::scope::Scope;
use crate::series::whole;
use crate::view::View;

/// The base temperature of heating degree days in France, in °C.
const BASE_C: f64 = 18.0;
/// A day needs so many hours of temperature; its extremes may lie in any of them.
const LEAST_HOURS: usize = 20;
/// Days of which less energy was measured are no points of a signature, and spans of which the weather of fewer days is
/// known are not compared.
pub(crate) const ENOUGH: f64 = 0.9;

/// Energy and weather of one civil day.
#[derive(Clone, Debug, Serialize)]
pub struct ClimateDay {
    /// The begin of the day.
    pub start: Instant,
    /// Its end.
    pub end: Instant,
    /// The energy of the building.
    #[serde(flatten)]
    pub energy: EnergyFigure,
    /// Mean temperature outside, in °C; `None` where too little of the day is known.
    pub outdoor_c: Option<f64>,
}

/// Whole days with their energy and their weather.
pub(crate) struct Weather {
    /// From the first day to the last whole one.
    pub(crate) span: Period,
    pub(crate) energy: EnergyFigure,
    pub(crate) days: Vec<ClimateDay>,
    temperatures: Vec<Option<DayTemperature>>,
}

impl Weather {
    pub(crate) fn degree_days(&self, method: DegreeDayMethod) -> DegreeDays {
        degree_days(&self.temperatures, BASE_C, method)
    }

    /// The days of which energy and weather are well known.
    pub(crate) fn points(&self) -> Vec<DayPoint> {
        let point = |day: &ClimateDay| {
            let energy_wh = day.energy.energy_wh.filter(|_| day.energy.coverage >= ENOUGH)?;
            Some(DayPoint { energy_wh, outdoor_c: day.outdoor_c?, person_hours: None })
        };
        self.days.iter().filter_map(point).collect()
    }
}

impl View {
    /// The building and the air outside on the whole days of a span.
    pub(crate) async fn weather(
        &self,
        point: &Point,
        span: Period,
    ) -> Result<Weather, FigureError> {
        // Of a day that is not over neither its energy nor its extremes are known.
        let days = self.past(span, Step::Day).into_iter().filter(|day| day.end() <= self.now);
        let days: Vec<Period> = days.collect();
        let end = days.last().map_or(span.start(), |day| day.end());
        let span = Period::new(span.start(), end).expect("days are in order");
        let temperatures = self.temperatures(point, &days).await?;
        let scope = Scope::of_building(&self.site);
        let energies = self.energy_cells(&scope.meters, days).await?;
        let day = |(cell, day): (&EnergyCell, &Option<DayTemperature>)| ClimateDay {
            start: cell.period.start(),
            end: cell.period.end(),
            energy: cell.figure,
            outdoor_c: day.as_ref().map(|day| mean(&day.hourly)),
        };
        let days = energies.iter().zip(&temperatures).map(day).collect();
        Ok(Weather { span, energy: sum_over_time(&energies), days, temperatures })
    }

    /// The air outside on each day, from its hours.
    async fn temperatures(
        &self,
        point: &Point,
        days: &[Period],
    ) -> Result<Vec<Option<DayTemperature>>, FigureError> {
        if days.is_empty() {
            return Ok(Vec::new());
        }
        let hours = self.past(whole(days), Step::Hour);
        let summaries = self.history(Kind::Gauge, &point.sources, &hours).await?;
        let of_day = |day: &Period| {
            let within = |hour: &Period| day.contains(hour.start());
            let known: Vec<&Summary> = hours
                .iter()
                .zip(&summaries)
                .filter(|(hour, _)| within(hour))
                .filter_map(|(_, summary)| summary.as_ref())
                .collect();
            (known.len() >= LEAST_HOURS).then(|| day_temperature(&known))
        };
        Ok(days.iter().map(of_day).collect())
    }
}

fn day_temperature(hours: &[&Summary]) -> DayTemperature {
    DayTemperature {
        low: hours.iter().map(|it| it.min).fold(f64::INFINITY, f64::min),
        high: hours.iter().map(|it| it.max).fold(f64::NEG_INFINITY, f64::max),
        hourly: hours.iter().map(|it| it.mean).collect(),
    }
}

#[expect(clippy::cast_precision_loss, reason = "some 24 hours")]
fn mean(hourly: &[f64]) -> f64 {
    hourly.iter().total() / hourly.len().max(1) as f64
}
