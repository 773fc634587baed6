//! Instruments that are right, and some that are not.

use super::*;
use crate::reading::{DatedBy, Observation, Value};
use crate::testing::source;

/// Instruments a, b and c, each with its CO2 every ten minutes of a day.
fn checked(ppm: [fn(i64) -> f64; 3]) -> Vec<Vec<Fault>> {
    let mut text =
        "[site]\nid = \"a\"\nname = \"A\"\ntimezone = \"UTC\"\ncapacity = 9\narea_m2 = 9\n\
         [[zone]]\nid = \"z\"\nname = \"Z\"\n"
            .to_owned();
    let mut series = SeriesSet::default();
    for (name, ppm) in ["a", "b", "c"].into_iter().zip(ppm) {
        text += &[
            "[[point]]\nid = \"",
            name,
            "\"\nzone = \"z\"\nquantity = \"co2\"\nsources = [{ device = \"",
            name,
            "\" }]\n",
        ]
        .concat();
        let reading = |nr: i64| {
            let at = Instant::from_millis(nr * 600_000);
            let value = Value::Gauge(ppm(nr));
            Observation { observed_at: at, received_at: at, dated_by: DatedBy::Device, value }
        };
        series.insert(source(name, Quantity::Co2), (0..144).map(reading).collect());
    }
    let site = crate::site::parse(&text, "a.toml").unwrap();
    let day = Period::new(Instant::from_millis(0), Instant::from_millis(86_400_000)).unwrap();
    check_instruments(&site, day, &series).into_iter().map(|check| check.faults).collect()
}

fn right(nr: i64) -> f64 {
    430.0 + (nr % 7) as f64
}

#[test]
fn instruments_that_agree_and_change_are_right() {
    assert_eq!(checked([right, right, right]), [[], [], []] as [[Fault; 0]; 3]);
}

#[test]
fn less_than_outdoor_air_is_flagged_and_so_is_what_differs_from_the_others() {
    let faults = checked([right, |nr| right(nr) - 70.0, |nr| right(nr) + 100.0]);
    assert_eq!(faults[0], []);
    assert_eq!(faults[1], [Fault::BelowOutdoor, Fault::NightTooLow, Fault::DiffersFromBuilding]);
    assert_eq!(faults[2], [Fault::DiffersFromBuilding]);
}

#[test]
fn an_instrument_that_shows_one_value_for_hours_is_frozen() {
    assert_eq!(checked([right, |_| 433.0, right])[1], [Fault::Frozen]);
}

/// Faults of an instrument that shows so much at night and outdoor air from 7 in the morning on, beside a detector that
/// sees somebody in some nights.
fn night_faults(ppm: f64, seen: std::ops::Range<i64>, more: &str) -> Vec<Fault> {
    faults_of_week(ppm, Some(&seen), more)
}

/// The same; without a range the detector does not report.
fn faults_of_week(ppm: f64, seen: Option<&std::ops::Range<i64>>, more: &str) -> Vec<Fault> {
    let text = "[site]\nid = \"a\"\nname = \"A\"\ntimezone = \"UTC\"\ncapacity = 9\narea_m2 = 9\n\
         [[zone]]\nid = \"z\"\nname = \"Z\"\n\
         [[point]]\nid = \"c\"\nzone = \"z\"\nquantity = \"co2\"\nsources = [{ device = \"c\" }]\n\
         [[point]]\nid = \"m\"\nzone = \"z\"\nquantity = \"occupancy_detected\"\nsources = [{ device = \"m\" }]\n";
    let site = crate::site::parse(&format!("{text}{more}"), "a.toml").unwrap();
    let quarter = |nr: i64, value: f64| {
        let at = Instant::from_millis(nr * 900_000);
        let period = Period::new(at, at + jiff::SignedDuration::from_mins(15)).unwrap();
        Bucket { period, figure: Rollup::of(at, value) }
    };
    let hour = |nr: i64| nr % 96 / 4;
    let co2 =
        (0..7 * 96).map(|nr| quarter(nr, if hour(nr) < 7 { ppm } else { 425.0 } + (nr % 3) as f64));
    let state = |nr: i64, seen: &std::ops::Range<i64>| {
        let is_seen = seen.contains(&(nr / 96)) && hour(nr) == 2;
        quarter(nr, f64::from(u8::from(is_seen)))
    };
    let moved = seen.into_iter().flat_map(|seen| (0..7 * 96).map(|nr| state(nr, seen)));
    let rolled = BTreeMap::from([
        (source("c", Quantity::Co2), co2.collect()),
        (source("m", Quantity::OccupancyDetected), moved.collect()),
    ]);
    assert_eq!(check_needs(&site).len(), 2);
    let week = Period::new(Instant::from_millis(0), Instant::from_millis(7 * 86_400_000)).unwrap();
    check_rolled(&site, week, &rolled).remove(0).faults
}

#[test]
fn nights_above_outdoor_air_are_suspect_only_when_nobody_was_there() {
    assert_eq!(night_faults(700.0, 0..0, ""), [Fault::NightTooHigh]);
    assert_eq!(night_faults(700.0, 0..7, ""), [], "it was not empty");
    assert_eq!(night_faults(700.0, 0..6, ""), [Fault::NightTooHigh], "one night was");
}

#[test]
fn a_room_without_detector_reports_is_only_known_to_be_empty_while_the_building_is_closed() {
    assert_eq!(faults_of_week(700.0, None, ""), []);
    let hours = "[site.opening]\nmonday = [\"08:00-18:00\"]\n";
    assert_eq!(faults_of_week(700.0, None, hours), [Fault::NightTooHigh]);
}

#[test]
fn the_site_file_sets_from_when_on_an_instrument_is_suspect() {
    assert_eq!(night_faults(700.0, 0..0, "[air]\nnight_above_ppm = 400\n"), []);
    let strict = night_faults(390.0, 0..0, "[air]\nnight_least_ppm = 395\n");
    assert!(strict.contains(&Fault::NightTooLow), "{strict:?}");
}
