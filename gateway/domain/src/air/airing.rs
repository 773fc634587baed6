//! Airings of a room with their effect, and advice on the effect of opening its windows now.

use serde::{Deserialize, Serialize};

use super::track::{Track, median};
use crate::instant::Instant;

/// Least air changes an hour of an airing, and how many times those of a night they must be.
const AIRED_PER_H: f64 = 2.0;
const AIRED_TIMES: f64 = 3.0;
/// Least fall of CO2 in an airing, in ppm; less is a door left open.
const LEAST_DROP_PPM: f64 = 150.0;
/// Excess over outdoor air, in ppm, below which a rate is lost in noise.
const LEAST_EXCESS_PPM: f64 = 60.0;
/// Minutes over which the rate is taken.
const RATE_MINUTES: usize = 5;
/// Air changes an hour by windows in a room that was never aired: a tilted window and a closed door.
const USUAL_PER_H: f64 = 4.0;

/// Airing and its effect.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Airing {
    /// Start of the fall of CO2.
    pub start: Instant,
    /// End of the fall of CO2.
    pub end: Instant,
    /// CO2 before, in ppm.
    pub from_ppm: f64,
    /// CO2 after, in ppm.
    pub to_ppm: f64,
    /// Air changes an hour from start to end.
    pub per_h: f64,
}

/// Airings of a track, in order.
pub(super) fn airings(track: &Track, outdoor_ppm: f64, night_per_h: Option<f64>) -> Vec<Airing> {
    let least = AIRED_PER_H.max(AIRED_TIMES * night_per_h.unwrap_or(0.0));
    let values = &track.0;
    let is_aired = |index: usize| {
        let ((at, before), (later, after)) = (values[index], values[index + RATE_MINUTES]);
        let (before, after) = (before - outdoor_ppm, (after - outdoor_ppm).max(1.0));
        let hours = later.since(at).as_secs_f64() / 3600.0;
        before > LEAST_EXCESS_PPM && hours < 0.5 && (before / after).ln() / hours >= least
    };
    let count = values.len().saturating_sub(RATE_MINUTES);
    let mut airings = Vec::new();
    let mut index = 0;
    while index < count {
        if !is_aired(index) {
            index += 1;
            continue;
        }
        let end =
            (index..count).find(|later| !is_aired(*later)).unwrap_or(count) + RATE_MINUTES - 1;
        let fall = &values[index..=end.min(values.len() - 1)];
        airings.extend(airing(fall, outdoor_ppm));
        index = end;
    }
    airings
}

/// Share of a fall at either end that belongs to the time before and after it.
const ENDS: f64 = 0.05;

fn airing(fall: &[(Instant, f64)], outdoor_ppm: f64) -> Option<Airing> {
    let (first, last) = fall.first().zip(fall.last())?;
    let edge = ENDS * (first.1 - last.1);
    let from = *fall.iter().rfind(|(_, ppm)| *ppm >= first.1 - edge)?;
    let to = *fall.iter().find(|(at, ppm)| *at > from.0 && *ppm <= last.1 + edge)?;
    let hours = to.0.since(from.0).as_secs_f64() / 3600.0;
    let per_h = ((from.1 - outdoor_ppm) / (to.1 - outdoor_ppm).max(1.0)).ln() / hours;
    let airing = Airing { start: from.0, end: to.0, from_ppm: from.1, to_ppm: to.1, per_h };
    (from.1 - to.1 >= LEAST_DROP_PPM).then_some(airing)
}

/// Advice to open the windows, with the expected effect.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Advice {
    /// CO2 now, in ppm.
    pub now_ppm: f64,
    /// CO2 below which the air is good again, in ppm.
    pub target_ppm: f64,
    /// Expected minutes until then; `None` when so many people breathe that windows alone do not suffice.
    pub minutes: Option<f64>,
    /// Air changes an hour that the windows are assumed to bring.
    pub per_h: f64,
    /// Number of airings of this room which that rests on; 0 when it is only the usual value.
    pub airings: usize,
}

/// CO2 of a room now, and what it depends on.
#[derive(Clone, Copy, Debug)]
pub(super) struct PresentAir {
    pub(super) now_ppm: f64,
    /// CO2 below which the air is good.
    pub(super) target_ppm: f64,
    pub(super) outdoor_ppm: f64,
    /// Rise by the breath of those who are there, in ppm an hour.
    pub(super) breath_ppm_h: f64,
}

impl Advice {
    /// Advice for air above its target, by the effect of former airings; `None` for good air.
    pub(super) fn of(air: PresentAir, airings: &[Airing]) -> Option<Self> {
        let PresentAir { now_ppm, target_ppm, outdoor_ppm, breath_ppm_h } = air;
        if now_ppm < target_ppm {
            return None;
        }
        let per_h = median(airings.iter().map(|airing| airing.per_h).collect());
        let per_h = per_h.unwrap_or(USUAL_PER_H);
        let settles = outdoor_ppm + breath_ppm_h / per_h;
        let minutes = (settles < target_ppm)
            .then(|| 60.0 / per_h * ((now_ppm - settles) / (target_ppm - settles)).ln());
        Some(Self { now_ppm, target_ppm, minutes, per_h, airings: airings.len() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_opened_for_ten_minutes_is_an_airing_with_its_effect() {
        let mut ppm = 1250.0;
        let values = (0..60).map(|minute: i64| {
            let per_h: f64 = if (20..31).contains(&minute) { 6.0 } else { 0.4 };
            ppm = 420.0 + (ppm - 420.0) * (-per_h / 60.0).exp();
            (Instant::from_millis(minute * 60_000), ppm)
        });
        let airings = airings(&Track(values.collect()), 420.0, Some(0.4));
        let [airing] = airings[..] else { panic!("{airings:?}") };
        assert!(airing.from_ppm > 1100.0 && airing.to_ppm < 750.0, "{airing:?}");
        let minutes = airing.end.since(airing.start).as_mins();
        assert!((9..=15).contains(&minutes), "{airing:?}");
    }

    #[test]
    fn a_room_that_empties_over_night_was_not_aired() {
        let values = (0..600).map(|minute: i64| {
            let ppm = 420.0 + 900.0 * (-0.6 * minute as f64 / 60.0).exp();
            (Instant::from_millis(minute * 60_000), ppm)
        });
        assert_eq!(airings(&Track(values.collect()), 420.0, None), []);
    }

    fn air(now_ppm: f64, breath_ppm_h: f64) -> PresentAir {
        PresentAir { now_ppm, target_ppm: 800.0, outdoor_ppm: 420.0, breath_ppm_h }
    }

    #[test]
    fn the_advice_gives_the_minutes_until_the_air_is_good_again() {
        let advice = Advice::of(air(1250.0, 0.0), &[]).unwrap();
        assert!((advice.minutes.unwrap() - 11.7).abs() < 0.1, "{advice:?}");
        assert_eq!(Advice::of(air(700.0, 0.0), &[]), None);
    }

    #[test]
    fn where_too_many_breathe_windows_alone_do_not_do_it() {
        let crowded = Advice::of(air(1250.0, 4000.0), &[]).unwrap();
        assert_eq!(crowded.minutes, None);
    }
}
