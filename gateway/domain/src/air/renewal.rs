//! Renewal of the air of a room, from the decay of its CO2 once everybody has left, and outdoor air per person.

use serde::{Deserialize, Serialize};

use super::track::{Track, median, quantile};
use crate::instant::Period;
use crate::total::Total;

/// Conditions for a decay that gives an air change (`ln(C - outdoor)` over time is a line): number of values, share of
/// the scatter that the line explains, excess at its start, and share of that by which it falls.
const LEAST_VALUES: usize = 8;
const LEAST_R2: f64 = 0.95;
const LEAST_EXCESS_PPM: f64 = 150.0;
const LEAST_DROP: f64 = 0.5;
/// Plausible air changes an hour.
const PLAUSIBLE_PER_H: std::ops::RangeInclusive<f64> = 0.05..=10.0;
/// Minutes between the values taken: those in between are not independent.
const EVERY: usize = 5;
/// Newest nights that the median is taken of.
const NIGHTS: usize = 20;

/// Origin of the air changes of a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RenewalBasis {
    /// Decay of its CO2 in quiet nights.
    NightDecay,
    /// Decay of its CO2 in quiet spells of opening hours.
    DayDecay,
    /// The site file.
    SiteFile,
}

/// Renewal of the air of a zone while it is empty, with closed windows: in closed hours with fans as at night, or in
/// opening hours with fans as by day.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Renewal {
    /// Air changes an hour: the median of the nights, or spells.
    pub per_h: f64,
    /// Lower end of the range of nine of ten of them.
    pub low_per_h: f64,
    /// Upper end of that range.
    pub high_per_h: f64,
    /// Number of nights, or spells; 0 for a value from the site file.
    pub nights: u32,
    /// Origin of the figure.
    pub basis: RenewalBasis,
}

/// Error of the decay of one night, as a share: wind and doors differ, and so does the assumed outdoor air.
const NIGHT_ERROR: f64 = 0.3;
/// Error of a configured air change, as a share: the wind under which it was measured is unknown.
const CONFIGURED_ERROR: f64 = 0.5;

impl Renewal {
    /// Renewal from quiet spells of a regime, oldest first, or else the configured one.
    pub(super) fn of(
        basis: RenewalBasis,
        track: &Track,
        quiet: &[Period],
        outdoor_ppm: f64,
        configured: Option<f64>,
    ) -> Option<Self> {
        let nights = quiet.iter().rev().filter_map(|spell| decay(track, *spell, outdoor_ppm));
        let nights: Vec<f64> = nights.take(NIGHTS).collect();
        let count = u32::try_from(nights.len()).unwrap_or(u32::MAX);
        let share_of_nights = |share| quantile(nights.clone(), share);
        if let (Some(per_h), Some(low), Some(high)) =
            (median(nights.clone()), share_of_nights(0.05), share_of_nights(0.95))
        {
            // A few nights do not show how far nights lie apart.
            let error = NIGHT_ERROR / f64::from(count).sqrt();
            let low_per_h = low.min(per_h * (1.0 - error));
            let high_per_h = high.max(per_h * (1.0 + error));
            return Some(Self { per_h, low_per_h, high_per_h, nights: count, basis });
        }
        configured.map(|per_h| Self {
            per_h,
            low_per_h: per_h * (1.0 - CONFIGURED_ERROR),
            high_per_h: per_h * (1.0 + CONFIGURED_ERROR),
            nights: 0,
            basis: RenewalBasis::SiteFile,
        })
    }
}

/// Air changes an hour of one quiet spell; `None` when it is no clean decay.
fn decay(track: &Track, spell: Period, outdoor_ppm: f64) -> Option<f64> {
    let values = track.within(spell);
    let first = values.first()?;
    let from = first.1 - outdoor_ppm;
    // The tail is noise round outdoor air.
    let falls = values.iter().step_by(EVERY).take_while(|(_, ppm)| ppm - outdoor_ppm > 0.1 * from);
    let line: Vec<(f64, f64)> = falls
        .map(|(at, ppm)| (at.since(first.0).as_secs_f64() / 3600.0, (ppm - outdoor_ppm).ln()))
        .collect();
    let drop = 1.0 - line.last()?.1.exp() / from;
    if from < LEAST_EXCESS_PPM || line.len() < LEAST_VALUES || drop < LEAST_DROP {
        return None;
    }
    let (slope, r2) = straight(&line)?;
    (r2 >= LEAST_R2 && PLAUSIBLE_PER_H.contains(&-slope)).then_some(-slope)
}

/// Slope of the straight line through points, and the share of their scatter that it explains.
fn straight(points: &[(f64, f64)]) -> Option<(f64, f64)> {
    let count = points.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).total() / count;
    let (x, y) = (mean(|it| it.0), mean(|it| it.1));
    let sum = |of: &dyn Fn(f64, f64) -> f64| points.iter().map(|it| of(it.0 - x, it.1 - y)).total();
    let (xx, xy, yy) = (sum(&|x, _| x * x), sum(&|x, y| x * y), sum(&|_, y| y * y));
    (xx > 0.0 && yy > 0.0).then(|| (xy / xx, xy * xy / (xx * yy)))
}

/// Outdoor air that each person gets, in m³ an hour.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PerPerson {
    /// Best estimate.
    pub m3_h: f64,
    /// Lower end of its 90 % interval.
    pub low_m3_h: f64,
    /// Upper end of its 90 % interval.
    pub high_m3_h: f64,
}

/// Errors of the tabulated breath, 20 %, and of a CO2 instrument, 50 ppm + 5 %.
const BREATH_ERROR: f64 = 0.2;
const CO2_ERROR_PPM: f64 = 50.0;
const CO2_ERROR: f64 = 0.05;
const NINETY_PERCENT: f64 = 1.645;

impl PerPerson {
    /// Outdoor air from the mean CO2 while people were there: in a steady state each breath is diluted by as much air as
    /// it takes, `1e6 · G / (C - outdoor)`. `None` where the air is as outdoors, which gives no number.
    pub(super) fn of(mean_ppm: f64, outdoor_ppm: f64, breath_m3_h: f64) -> Option<Self> {
        let excess = mean_ppm - outdoor_ppm;
        if excess < CO2_ERROR_PPM {
            return None;
        }
        let m3_h = 1e6 * breath_m3_h / excess;
        // The limits of the instrument are taken as two standard errors.
        let of_co2 = f64::midpoint(CO2_ERROR_PPM, CO2_ERROR * mean_ppm) / excess;
        let error = NINETY_PERCENT * BREATH_ERROR.hypot(of_co2);
        Some(Self { m3_h, low_m3_h: m3_h / (1.0 + error), high_m3_h: m3_h * (1.0 + error) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instant::Instant;

    fn track(ppm: impl Fn(f64) -> f64) -> (Track, Period) {
        let at = |minute: i64| Instant::from_millis(minute * 60_000);
        let values = (0..360).map(|minute| (at(minute), ppm(minute as f64 / 60.0))).collect();
        (Track(values), Period::new(at(0), at(360)).unwrap())
    }

    #[test]
    fn the_air_change_of_a_quiet_night_is_that_of_its_decay() {
        let (track, night) = track(|hours| 420.0 + 800.0 * (-0.6 * hours).exp());
        let renewal = Renewal::of(RenewalBasis::NightDecay, &track, &[night], 420.0, None).unwrap();
        assert!((renewal.per_h - 0.6).abs() < 1e-6, "{renewal:?}");
        assert_eq!((renewal.nights, renewal.basis), (1, RenewalBasis::NightDecay));
        assert!(
            renewal.low_per_h < 0.5 && renewal.high_per_h > 0.7,
            "one night has an error: {renewal:?}"
        );
    }

    #[test]
    fn a_night_in_which_nothing_decays_gives_nothing_and_the_site_file_does() {
        let (track, night) = track(|hours| 460.0 + 5.0 * hours);
        assert_eq!(Renewal::of(RenewalBasis::NightDecay, &track, &[night], 420.0, None), None);
        let renewal =
            Renewal::of(RenewalBasis::NightDecay, &track, &[night], 420.0, Some(0.5)).unwrap();
        assert_eq!((renewal.per_h, renewal.basis), (0.5, RenewalBasis::SiteFile));
        assert!(renewal.low_per_h < 0.5 && 0.5 < renewal.high_per_h);
    }

    #[test]
    fn a_window_opened_in_the_middle_of_the_night_is_no_straight_decay() {
        let (track, night) = track(|hours| {
            if hours < 3.0 {
                1200.0 - 10.0 * hours
            } else {
                420.0 + 700.0 * (-4.0 * (hours - 3.0)).exp()
            }
        });
        assert_eq!(Renewal::of(RenewalBasis::NightDecay, &track, &[night], 420.0, None), None);
    }

    #[test]
    fn eight_hundred_ppm_above_outdoor_air_at_desks_is_about_twenty_cubic_metres_a_person() {
        let each = PerPerson::of(1220.0, 420.0, 0.0155).unwrap();
        assert!((each.m3_h - 19.4).abs() < 0.1, "{each:?}");
        assert!(each.low_m3_h < 16.0 && each.high_m3_h > 23.0, "{each:?}");
        assert_eq!(PerPerson::of(440.0, 420.0, 0.0155), None);
    }
}
