//! When a room was aired and what it brought, and what opening its windows would bring now.

use serde::{Deserialize, Serialize};

use super::track::{Track, median};
use crate::instant::Instant;

/// Air is renewed by an opened window when it is renewed so often an hour, and so many times as often as at night.
const AIRED_PER_H: f64 = 2.0;
const AIRED_TIMES: f64 = 3.0;
/// An airing brings the CO2 down by so much, in ppm; less is a door left open.
const LEAST_DROP_PPM: f64 = 150.0;
/// Below such an excess over outdoor air a rate is lost in noise, in ppm.
const LEAST_EXCESS_PPM: f64 = 60.0;
/// Over so many minutes the rate is told.
const OVER: usize = 5;
/// What windows bring where none was ever opened, in air changes an hour: a tilted window and a closed door.
const USUAL_PER_H: f64 = 4.0;

/// One airing and its effect.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Airing {
    /// When it began to work.
    pub start: Instant,
    /// When it brought no more.
    pub end: Instant,
    /// CO2 before, in ppm.
    pub from_ppm: f64,
    /// CO2 after, in ppm.
    pub to_ppm: f64,
    /// Air changes an hour meanwhile.
    pub per_h: f64,
}

/// The airings of a track.
pub(super) fn airings(track: &Track, outdoor_ppm: f64, night_per_h: Option<f64>) -> Vec<Airing> {
    let least = AIRED_PER_H.max(AIRED_TIMES * night_per_h.unwrap_or(0.0));
    let values = &track.0;
    let is_aired = |index: usize| {
        let ((at, before), (later, after)) = (values[index], values[index + OVER]);
        let (before, after) = (before - outdoor_ppm, (after - outdoor_ppm).max(1.0));
        let hours = later.since(at).as_secs_f64() / 3600.0;
        before > LEAST_EXCESS_PPM && hours < 0.5 && (before / after).ln() / hours >= least
    };
    let count = values.len().saturating_sub(OVER);
    let mut airings = Vec::new();
    let mut index = 0;
    while index < count {
        if !is_aired(index) {
            index += 1;
            continue;
        }
        let end = (index..count).find(|later| !is_aired(*later)).unwrap_or(count) + OVER - 1;
        let fall = &values[index..=end.min(values.len() - 1)];
        airings.extend(airing(fall, outdoor_ppm));
        index = end;
    }
    airings
}

/// What remains at either end of a fall belongs to the time before and after it, as a share of the fall.
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

/// What opening the windows would bring.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Advice {
    /// CO2 now, in ppm.
    pub now_ppm: f64,
    /// Below which it should be again, in ppm.
    pub target_ppm: f64,
    /// After about so many minutes it is; `None` when so many people breathe that windows alone do not bring it there.
    pub minutes: Option<f64>,
    /// Air changes an hour that the windows are taken to bring.
    pub per_h: f64,
    /// From how many airings of this room that is known; 0 when it is only usual.
    pub airings: usize,
}

impl Advice {
    /// For air that needs renewing; `breath_ppm_h` is what those who are there add, in ppm an hour.
    pub(super) fn of(
        (now_ppm, target_ppm): (f64, f64),
        outdoor_ppm: f64,
        breath_ppm_h: f64,
        airings: &[Airing],
    ) -> Option<Self> {
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
    fn a_window_opened_for_ten_minutes_is_told_with_its_effect() {
        let mut ppm = 1250.0;
        let values = (0..60).map(|minute: i64| {
            let per_h: f64 = if (20..31).contains(&minute) { 6.0 } else { 0.4 };
            ppm = 420.0 + (ppm - 420.0) * (-per_h / 60.0).exp();
            (Instant::from_millis(minute * 60_000), ppm)
        });
        let told = airings(&Track(values.collect()), 420.0, Some(0.4));
        let [airing] = told[..] else { panic!("{told:?}") };
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

    #[test]
    fn the_advice_tells_after_how_many_minutes_the_air_is_good_again() {
        let advice = Advice::of((1250.0, 800.0), 420.0, 0.0, &[]).unwrap();
        assert!((advice.minutes.unwrap() - 11.7).abs() < 0.1, "{advice:?}");
        assert_eq!(Advice::of((700.0, 800.0), 420.0, 0.0, &[]), None);
    }

    #[test]
    fn where_too_many_breathe_windows_alone_do_not_do_it() {
        let crowded = Advice::of((1250.0, 800.0), 420.0, 4000.0, &[]).unwrap();
        assert_eq!(crowded.minutes, None);
    }
}
