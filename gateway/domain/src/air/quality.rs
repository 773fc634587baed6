//! How good air is: guidance values, the ICONE index of stuffiness and the categories of EN 16798-1.

use crate::total::Total;
use serde::{Deserialize, Serialize};

use crate::site::Thresholds;

/// No air outdoors has less CO2: an instrument that says so is out of calibration. It is shown all the same.
pub(super) const OUTDOOR_LEAST_PPM: f64 = 400.0;

/// Level of the air at one moment, by its CO2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AirLevel {
    /// Less than there is outdoors: the instrument must be looked at.
    Impossible,
    /// Renewed well.
    Good,
    /// Above the reference value.
    Stale,
    /// Above the value at which one must act.
    Bad,
}

impl AirLevel {
    /// Level of this much CO2.
    pub fn of(co2_ppm: f64, thresholds: &Thresholds) -> Self {
        if co2_ppm < OUTDOOR_LEAST_PPM {
            Self::Impossible
        } else if co2_ppm < thresholds.reference_ppm {
            Self::Good
        } else if co2_ppm < thresholds.action_ppm {
            Self::Stale
        } else {
            Self::Bad
        }
    }
}

/// A category of indoor air after EN 16798-1:2019, by CO2 above outdoor air.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Category {
    /// At most 550 ppm above outdoor air, where the site file says nothing.
    I,
    /// At most 800 ppm.
    #[serde(rename = "II")]
    Ii,
    /// At most 1350 ppm.
    #[serde(rename = "III")]
    Iii,
    /// More.
    #[serde(rename = "IV")]
    Iv,
}

impl Category {
    /// The category of this excess over outdoor air.
    pub fn of(excess_ppm: f64, thresholds: &Thresholds) -> Self {
        let above = thresholds.category_ppm.iter().filter(|limit| excess_ppm > **limit).count();
        [Self::I, Self::Ii, Self::Iii, Self::Iv][above]
    }
}

/// Shares of the occupied time with known air.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct AirShares {
    /// Hours with people and known air.
    pub occupied_h: f64,
    /// The mean CO2 of them, in ppm.
    pub mean_ppm: f64,
    /// The highest of them, in ppm.
    pub max_ppm: f64,
    /// Share above the reference value.
    pub above_reference: f64,
    /// Share above the value at which one must act.
    pub above_action: f64,
    /// The category of EN 16798-1 that holds for 95 % of them.
    pub category: Category,
    /// The index of stuffiness.
    pub icone: Icone,
}

/// The index of stuffiness of the CSTB, from 0 (none) to 5 (extreme).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Icone {
    /// The index as it is computed.
    pub index: f64,
    /// Rounded to its class.
    pub class: u8,
    /// Whether it rests on enough occupied time, a working week's half, to be published.
    pub complete: bool,
}

/// Hours of occupied time from which on ICONE stands for a week.
const ICONE_HOURS: f64 = 20.0;
/// Share of the time that a category must hold for.
const CATEGORY_SHARE: f64 = 0.95;

impl AirShares {
    /// Of values of a minute each while somebody was there; `None` without any.
    pub(super) fn of(values: &[f64], outdoor_ppm: f64, thresholds: &Thresholds) -> Option<Self> {
        let count = values.len() as f64;
        let share =
            |is: &dyn Fn(f64) -> bool| values.iter().filter(|it| is(**it)).count() as f64 / count;
        let above = |ppm: f64| share(&|value| value > ppm);
        let excess = super::track::quantile(values.to_vec(), CATEGORY_SHARE)? - outdoor_ppm;
        let (stuffy, very) = (thresholds.icone_ppm, thresholds.icone_high_ppm);
        let index = icone(above(stuffy) - above(very), above(very));
        let occupied_h = count / 60.0;
        Some(Self {
            occupied_h,
            mean_ppm: values.iter().total() / count,
            max_ppm: values.iter().copied().fold(f64::MIN, f64::max),
            above_reference: share(&|value| value >= thresholds.reference_ppm),
            above_action: share(&|value| value >= thresholds.action_ppm),
            category: Category::of(excess, thresholds),
            icone: Icone { index, class: class(index), complete: occupied_h >= ICONE_HOURS },
        })
    }
}

/// ICONE (CSTB 2007): 2.5 / log10(2) · log10(1 + f1 + 3·f2), with the shares of values that are stuffy and very stuffy.
fn icone(stuffy: f64, very_stuffy: f64) -> f64 {
    2.5 / 2_f64.log10() * (1.0 + stuffy + 3.0 * very_stuffy).log10()
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 5")]
fn class(index: f64) -> u8 {
    index.round().clamp(0.0, 5.0) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn icone_is_nothing_in_fresh_air_and_five_in_the_stuffiest() {
        assert!(icone(0.0, 0.0).abs() < 1e-9);
        assert!((icone(0.0, 1.0) - 5.0).abs() < 1e-12);
        assert!((icone(1.0, 0.0) - 2.5).abs() < 1e-12);
    }

    #[test]
    fn air_is_what_the_health_council_says_and_below_outdoor_air_it_is_impossible() {
        let level = |ppm| AirLevel::of(ppm, &Thresholds::default());
        assert_eq!(level(399.0), AirLevel::Impossible);
        assert_eq!((level(799.0), level(800.0)), (AirLevel::Good, AirLevel::Stale));
        assert_eq!(level(1500.0), AirLevel::Bad);
    }

    #[test]
    fn the_categories_of_the_standard_follow_from_the_excess_over_outdoor_air() {
        assert_eq!(
            [550.0, 551.0, 1350.0, 1351.0].map(|ppm| Category::of(ppm, &Thresholds::default())),
            [Category::I, Category::Ii, Category::Iii, Category::Iv]
        );
    }

    #[test]
    fn half_an_hour_in_stuffy_air_is_half_of_an_hour() {
        let values: Vec<f64> = [600.0; 30].into_iter().chain([1200.0; 30]).collect();
        let shares = AirShares::of(&values, 420.0, &Thresholds::default()).unwrap();
        assert_eq!((shares.above_reference, shares.above_action), (0.5, 0.0));
        assert_eq!((shares.category, shares.icone.class), (Category::Ii, 1));
        assert!(!shares.icone.complete);
    }
}
