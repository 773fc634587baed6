//! The energy signature: energy of a day by the temperature outside, and what changed since.
//!
//! IPMVP option C and ISO 50006: E = b0 + bh · max(0, Tb − T) + bo · person-hours, fitted by least squares for each base
//! temperature Tb from 10 to 20 °C in steps of half a degree; the one with the least error is taken.

use serde::Serialize;

use super::regression::{Fit, fit, predict};
use crate::total::Total;

/// With fewer days than this there is no signature: a month has seen some weather.
const LEAST_DAYS: usize = 28;
/// With fewer degree days than this nothing is corrected: the ratio would tell of noise.
const LEAST_DEGREE_DAYS: f64 = 50.0;
/// Student's t for 90 % with many days.
const T_90: f64 = 1.645;

/// One day.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DayPoint {
    /// Energy, in Wh.
    pub energy_wh: f64,
    /// Mean temperature outside, in °C.
    pub outdoor_c: f64,
    /// Person-hours; `None` when they are not to explain anything. Either all days have them or none.
    pub person_hours: Option<f64>,
}

/// Energy of a building as a function of the weather.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Signature {
    /// Energy of a day whatever the weather, in Wh.
    pub base_wh: f64,
    /// Energy for each degree below the base temperature and day, in Wh.
    pub wh_per_degree: f64,
    /// The base temperature, in °C.
    pub base_c: f64,
    /// Energy for each person-hour, in Wh.
    pub wh_per_person_hour: Option<f64>,
    /// Error of a day by the mean of all days. ASHRAE guideline 14 asks for at most 0.15 of months; days scatter more.
    pub cv_rmse: f64,
    /// The share of the scatter that it explains, 0 to 1. Not a criterion of its own.
    pub r_squared: f64,
    /// On how many days it stands.
    pub days: usize,
}

/// The signature of these days; `None` with fewer than 28, or when the weather did not change.
pub fn signature(days: &[DayPoint]) -> Option<Signature> {
    let with_people = days.iter().all(|day| day.person_hours.is_some());
    if days.len() < LEAST_DAYS {
        return None;
    }
    let bases = (20..=40_u8).map(|half| f64::from(half) / 2.0);
    let fits = bases.filter_map(|base| {
        let row = |day: &DayPoint| (variables(day, base, with_people), day.energy_wh);
        let fit = fit(&days.iter().map(row).collect::<Vec<_>>())?;
        // Heating that takes less the colder it is would be no heating.
        (fit.coefficients[1] >= 0.0).then_some((base, fit))
    });
    let (base_c, best) = fits.min_by(|a, b| a.1.squares.total_cmp(&b.1.squares))?;
    Some(signature_of(days, base_c, &best))
}

#[expect(clippy::cast_precision_loss, reason = "some thousand days")]
fn signature_of(days: &[DayPoint], base_c: f64, fit: &Fit) -> Signature {
    let count = days.len() as f64;
    let mean = days.iter().map(|day| day.energy_wh).total() / count;
    let scatter: f64 = days.iter().map(|day| (day.energy_wh - mean).powi(2)).total();
    // The base temperature was chosen too.
    let parameters = fit.coefficients.len() as f64 + 1.0;
    let error = (fit.squares / (count - parameters)).sqrt();
    Signature {
        base_wh: fit.coefficients[0],
        wh_per_degree: fit.coefficients[1],
        base_c,
        wh_per_person_hour: fit.coefficients.get(2).copied(),
        cv_rmse: if mean > 0.0 { error / mean } else { 0.0 },
        r_squared: if scatter > 0.0 { 1.0 - fit.squares / scatter } else { 0.0 },
        days: days.len(),
    }
}

fn variables(day: &DayPoint, base_c: f64, with_people: bool) -> Vec<f64> {
    let cold = (base_c - day.outdoor_c).max(0.0);
    std::iter::once(cold).chain(day.person_hours.filter(|_| with_people)).collect()
}

impl Signature {
    /// Energy that is expected of a day like this, in Wh.
    pub fn predicts(&self, day: &DayPoint) -> f64 {
        let coefficients: Vec<f64> =
            [self.base_wh, self.wh_per_degree].into_iter().chain(self.wh_per_person_hour).collect();
        predict(&coefficients, &variables(day, self.base_c, self.wh_per_person_hour.is_some()))
    }
}

/// Saving against a signature, at the weather that there was.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Saving {
    /// Energy that the signature expects, in Wh.
    pub expected_wh: f64,
    /// Energy that was drawn, in Wh.
    pub actual_wh: f64,
    /// Expected less actual, in Wh: negative when more was used.
    pub saved_wh: f64,
    /// Half the width of the 90 % interval of `saved_wh`, in Wh (ASHRAE guideline 14, days taken as independent: a lower
    /// bound).
    pub uncertainty_wh: f64,
    /// On how many days it stands.
    pub days: usize,
}

/// Compares days with a signature that was made of others; `None` without days.
#[expect(clippy::cast_precision_loss, reason = "some thousand days")]
pub fn saving(signature: &Signature, days: &[DayPoint]) -> Option<Saving> {
    if days.is_empty() {
        return None;
    }
    let expected_wh: f64 = days.iter().map(|day| signature.predicts(day)).total();
    let actual_wh: f64 = days.iter().map(|day| day.energy_wh).total();
    let (now, before) = (days.len() as f64, signature.days as f64);
    let relative = T_90 * 1.26 * signature.cv_rmse * ((1.0 + 2.0 / before) / now).sqrt();
    Some(Saving {
        expected_wh,
        actual_wh,
        saved_wh: expected_wh - actual_wh,
        uncertainty_wh: relative * expected_wh.abs(),
        days: days.len(),
    })
}

/// Heating energy as it would have been in the reference weather: times reference by actual degree days. Nothing but
/// heating is ever corrected, and nothing below 50 degree days.
pub fn at_reference_weather(
    heating_wh: f64,
    degree_days: f64,
    reference_degree_days: f64,
) -> Option<f64> {
    let enough = degree_days >= LEAST_DEGREE_DAYS;
    enough.then(|| heating_wh * reference_degree_days / degree_days)
}
