//! Heating degree days: how cold it was below a base temperature. Three methods are in use and differ by some percent
//! in mid-season, so each figure names its own.

use crate::total::Total;
use serde::Serialize;

/// Method by which the degree days of a day are worked out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DegreeDayMethod {
    /// Météo: the base less the mean of the lowest and the highest temperature, not below 0.
    Meteo,
    /// Professionals of energy (COSTIC): as `Meteo` on cold days, and with a correction on days that cross the base.
    Professional,
    /// The integral of what is below the base, hour by hour.
    Integral,
}

/// The air outside on one civil day.
#[derive(Clone, Debug, PartialEq)]
pub struct DayTemperature {
    /// The lowest temperature, in °C.
    pub low: f64,
    /// The highest temperature, in °C.
    pub high: f64,
    /// Mean of each measured hour, in °C. Only the integral needs them.
    pub hourly: Vec<f64>,
}

/// Degree days of a span.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct DegreeDays {
    /// Sum over the measured days, in °C × day.
    pub value: f64,
    /// The base, in °C.
    pub base_c: f64,
    /// Method by which each day was worked out.
    pub method: DegreeDayMethod,
    /// Days whose temperature was measured.
    pub days: usize,
    /// Days whose temperature was not measured; they add nothing.
    pub missing_days: usize,
}

/// Degree days of these days below `base_c`; `None` is a day without measured temperature.
pub fn degree_days(
    days: &[Option<DayTemperature>],
    base_c: f64,
    method: DegreeDayMethod,
) -> DegreeDays {
    let measured = || days.iter().flatten();
    let value = measured().map(|day| of_day(day, base_c, method)).total();
    let count = measured().count();
    DegreeDays { value, base_c, method, days: count, missing_days: days.len() - count }
}

fn of_day(day: &DayTemperature, base: f64, method: DegreeDayMethod) -> f64 {
    let (low, high) = (day.low, day.high);
    let by_mean = base - f64::midpoint(low, high);
    match method {
        DegreeDayMethod::Meteo => by_mean.max(0.0),
        DegreeDayMethod::Professional if base > high => by_mean,
        DegreeDayMethod::Professional if base <= low => 0.0,
        // Here low < base <= high, so that the span is not 0.
        DegreeDayMethod::Professional => {
            let share = (base - low) / (high - low);
            (base - low) * (0.08 + 0.42 * share)
        }
        DegreeDayMethod::Integral => {
            let below: f64 = day.hourly.iter().map(|hour| (base - hour).max(0.0)).total();
            #[expect(clippy::cast_precision_loss, reason = "some 24 hours")]
            let hours = day.hourly.len().max(1) as f64;
            // The mean over the known hours stands for the whole day, which may have 23 or 25.
            below / hours
        }
    }
}
