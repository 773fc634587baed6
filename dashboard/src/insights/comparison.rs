//! A span beside the same one a year before, as if both had had the same weather.

use domain::energy::{EnergyFigure, use_meters};
use domain::indicators::{DegreeDayMethod, DegreeDays, Signature, at_reference_weather};
use domain::site::{Meter, Point, Site, Use};
use domain::{Instant, Period};
use jiff::{Span, ToSpan};
use serde::Serialize;
use store::SeriesReader;

use super::climate::{ENOUGH, Weather, weather};
use crate::app::App;
use crate::energy_figures;
use crate::problem::Problem;

/// Spans of at most so many days are compared with the same days of the week, 52 weeks before; longer ones with the
/// same dates.
const WEEKS_UP_TO_DAYS: usize = 14;
/// With this method both spans are compared.
const METHOD: DegreeDayMethod = DegreeDayMethod::Integral;

/// The span that it is compared with, and what the present one would have taken in its weather.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Comparison {
    pub(crate) start: Instant,
    pub(crate) end: Instant,
    #[serde(flatten)]
    pub(crate) energy: EnergyFigure,
    /// Of the present span.
    pub(crate) degree_days: DegreeDays,
    /// Of the one before.
    pub(crate) degree_days_before: DegreeDays,
    /// What of the present span went into heating, in Wh.
    pub(crate) heating_wh: f64,
    pub(crate) heating_from: HeatingFrom,
    /// The present span in the weather of the one before, in Wh: nothing but heating is corrected.
    pub(crate) adjusted_wh: f64,
    /// By what share it is more than the one before; negative when it is less.
    pub(crate) change: f64,
}

/// How it is known what went into heating.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum HeatingFrom {
    /// Meters of this use.
    Meters,
    /// The signature of the span.
    Signature,
}

/// Compares a span with the one a year before; `None` where either is not well enough known, or it was too warm for a
/// comparison to say anything.
pub(super) async fn compare<R: SeriesReader>(
    app: &App<R>,
    point: &Point,
    now: &Weather,
    signature: Option<&Signature>,
) -> Result<Option<Comparison>, Problem> {
    let Some(energy_wh) = known(now) else { return Ok(None) };
    let Some((heating_wh, heating_from)) = heating(app, now, signature).await? else {
        return Ok(None);
    };
    let Some(span) = a_year_before(&app.site, now) else { return Ok(None) };
    let before = weather(app, point, span).await?;
    let Some(before_wh) = known(&before).filter(|wh| *wh > 0.0) else { return Ok(None) };
    let (degree_days, degree_days_before) = (now.degree_days(METHOD), before.degree_days(METHOD));
    let heated = at_reference_weather(heating_wh, degree_days.value, degree_days_before.value);
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

/// The energy of a span of which energy and weather are well known.
fn known(weather: &Weather) -> Option<f64> {
    let DegreeDays { days, missing_days, .. } = weather.degree_days(METHOD);
    #[expect(clippy::cast_precision_loss, reason = "some hundred days")]
    let is_warm_known = days > 0 && days as f64 >= ENOUGH * (days + missing_days) as f64;
    let energy = weather.energy;
    energy.energy_wh.filter(|_| is_warm_known && energy.coverage + energy.repaired >= ENOUGH)
}

/// What went into heating: as its meters tell where there are any, else after the signature.
async fn heating<R: SeriesReader>(
    app: &App<R>,
    now: &Weather,
    signature: Option<&Signature>,
) -> Result<Option<(f64, HeatingFrom)>, Problem> {
    let meters: Vec<&Meter> = use_meters(&app.site, Use::Heating).collect();
    if !meters.is_empty() {
        let figure = energy_figures::together(app, &meters, &[now.span]).await?[0];
        let is_known = figure.coverage + figure.repaired >= ENOUGH;
        let wh = figure.energy_wh.filter(|_| is_known);
        return Ok(wh.map(|wh| (wh, HeatingFrom::Meters)));
    }
    let Some(signature) = signature else { return Ok(None) };
    let cold = now.days.iter().filter_map(|day| day.outdoor_c);
    let wh = cold.map(|c| signature.wh_per_degree * (signature.base_c - c).max(0.0)).sum();
    Ok(Some((wh, HeatingFrom::Signature)))
}

/// The span a year before.
fn a_year_before(site: &Site, now: &Weather) -> Option<Period> {
    let back: Span =
        if now.days.len() <= WEEKS_UP_TO_DAYS { 364.days() } else { 1.year() };
    let moved = |at: Instant| {
        let here = at.to_jiff().to_zoned_datetime(site.timezone.clone());
        here.checked_sub(back).ok().map(|then| Instant::from(then.timestamp()))
    };
    Period::new(moved(now.span.start())?, moved(now.span.end())?)
}
