//! A span beside the same one a year before, as if both had had the same weather.

use domain::energy::{EnergyFigure, use_meters};
use domain::indicators::{DegreeDayMethod, DegreeDays, Signature, at_reference_weather};
use domain::site::{Meter, Point, Site, Use};
use domain::total::Total;
use domain::{Instant, Period};
use jiff::{Span, ToSpan};
use serde::Serialize;

use crate::complete::is_complete;
use crate::error::FigureError;
use crate::view::View;
use crate::weather::{ENOUGH, Weather};

/// Spans of at most so many days are compared with the same days of the week, 52 weeks before; longer ones with the
/// same dates.
const WEEKS_UP_TO_DAYS: usize = 14;
/// With fewer degree days than this nothing is corrected after a signature either.
const LEAST_DEGREE_DAYS: f64 = 50.0;
/// With this method both spans are compared.
const METHOD: DegreeDayMethod = DegreeDayMethod::Integral;

/// The span that it is compared with, and what the present one would have taken in its weather.
#[derive(Clone, Debug, Serialize)]
pub struct Comparison {
    /// The begin of the span a year before.
    pub start: Instant,
    /// Its end.
    pub end: Instant,
    /// Its energy.
    #[serde(flatten)]
    pub energy: EnergyFigure,
    /// Degree days of the present span.
    pub degree_days: DegreeDays,
    /// Degree days of the one before.
    pub degree_days_before: DegreeDays,
    /// Energy of the present span that went into heating, in Wh.
    pub heating_wh: f64,
    /// How that is known.
    pub heating_from: HeatingFrom,
    /// The present span in the weather of the one before, in Wh: nothing but heating is corrected.
    pub adjusted_wh: f64,
    /// By what share it is more than the one before; negative when it is less.
    pub change: f64,
}

/// How it is known what went into heating.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HeatingFrom {
    /// Meters of this use.
    Meters,
    /// The signature of the span.
    Signature,
}

impl View {
    /// A span beside the one a year before; `None` where either is not known well enough, or it was too warm for a
    /// comparison to say anything.
    pub(crate) async fn comparison(
        &self,
        point: &Point,
        now: &Weather,
        signature: Option<&Signature>,
    ) -> Result<Option<Comparison>, FigureError> {
        let Some(energy_wh) = known(now) else { return Ok(None) };
        let Some(span) = a_year_before(&self.site, now) else { return Ok(None) };
        let before = self.weather(point, span).await?;
        let Some(before_wh) = known(&before).filter(|wh| *wh > 0.0) else { return Ok(None) };
        let (degree_days, degree_days_before) =
            (now.degree_days(METHOD), before.degree_days(METHOD));
        let (now_dd, before_dd) = (degree_days.value, degree_days_before.value);
        let (heating_wh, heating_from, heated) = match (self.heating(now.span).await?, signature) {
            (Heating::Metered(wh), _) => {
                (wh, HeatingFrom::Meters, at_reference_weather(wh, now_dd, before_dd))
            }
            (Heating::NotMetered, Some(of)) => {
                let heated = (now_dd >= LEAST_DEGREE_DAYS).then(|| modelled(of, &before));
                (modelled(of, now), HeatingFrom::Signature, heated)
            }
            _ => return Ok(None),
        };
        Ok(heated.map(|heated| {
            let adjusted_wh = energy_wh - heating_wh + heated;
            Comparison {
                start: before.span.start(),
                end: before.span.end(),
                energy: before.energy,
                degree_days,
                degree_days_before,
                heating_wh,
                heating_from,
                adjusted_wh,
                change: adjusted_wh / before_wh - 1.0,
            }
        }))
    }

    async fn heating(&self, span: Period) -> Result<Heating, FigureError> {
        let meters: Vec<&Meter> = use_meters(&self.site, Use::Heating).collect();
        if meters.is_empty() {
            return Ok(Heating::NotMetered);
        }
        let figure = self.total(&meters, span).await?;
        let wh = figure.energy_wh.filter(|_| is_complete(&figure));
        Ok(wh.map_or(Heating::Unknown, Heating::Metered))
    }
}

/// The energy of a span that is completely known, and whose weather is known well enough.
fn known(weather: &Weather) -> Option<f64> {
    let DegreeDays { days, missing_days, .. } = weather.degree_days(METHOD);
    #[expect(clippy::cast_precision_loss, reason = "some hundred days")]
    let is_warm_known = days > 0 && days as f64 >= ENOUGH * (days + missing_days) as f64;
    weather.energy.energy_wh.filter(|_| is_warm_known && is_complete(&weather.energy))
}

/// Energy of the meters of heating.
enum Heating {
    /// There are none.
    NotMetered,
    /// Too little.
    Unknown,
    /// In Wh.
    Metered(f64),
}

/// What a signature expects for the cold of a span. Days of unknown weather count like the mean of the others. With the
/// same signature for both spans it does not matter which base it has found when all days were cold.
fn modelled(signature: &Signature, weather: &Weather) -> f64 {
    let known: Vec<f64> = weather.days.iter().filter_map(|day| day.outdoor_c).collect();
    let cold = known.iter().map(|c| (signature.base_c - c).max(0.0)).total();
    #[expect(clippy::cast_precision_loss, reason = "some hundred days")]
    let all = weather.days.len() as f64 / known.len().max(1) as f64;
    signature.wh_per_degree * cold * all
}

/// The span a year before.
fn a_year_before(site: &Site, now: &Weather) -> Option<Period> {
    let back: Span = if now.days.len() <= WEEKS_UP_TO_DAYS { 364.days() } else { 1.year() };
    let moved = |at: Instant| {
        let here = at.to_jiff().to_zoned_datetime(site.timezone.clone());
        here.checked_sub(back).ok().map(|then| Instant::from(then.timestamp()))
    };
    Period::new(moved(now.span.start())?, moved(now.span.end())?)
}
