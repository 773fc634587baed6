//! Warmth, cold, damp and dry air, and machines that work without a pause.

use std::sync::Arc;

use super::{HOUSE, alerts, at, reading};
use crate::live::Live;
use crate::quantity::Quantity;

/// The house with a thermometer, a hygrometer and a detector in its workshop.
fn watched() -> Live {
    let point = |id: &str, quantity: &str| {
        format!(
            "[[point]]\nid = \"{id}\"\nzone = \"workshop\"\nquantity = \"{quantity}\"\n\
             sources = [{{ device = \"{id}\" }}]\n"
        )
    };
    let points = [("t", "temperature"), ("h", "relative_humidity"), ("m", "occupancy_detected")];
    let points = points.map(|(id, quantity)| point(id, quantity)).concat();
    let site = crate::site::parse(&format!("{HOUSE}\n{points}"), "house.toml").unwrap();
    let mut live = Live::new(Arc::new(site), at(0));
    for need in live.take_stale(at(0)) {
        live.reload(&need.source, &[]);
    }
    live
}

/// Whether the alert of a rule stands after a device has reported the same every ten minutes of these minutes.
fn is_raised(
    live: &mut Live,
    (device, quantity): (&str, Quantity),
    minutes: std::ops::Range<i64>,
    value: f64,
    rule: &str,
) -> bool {
    let mut raised = false;
    for minute in minutes.step_by(10) {
        live.observe(&reading(device, quantity, minute * 60, value));
        raised = alerts(live, minute * 60 + 1).contains(&rule.to_owned());
    }
    raised
}

const WARMTH: (&str, Quantity) = ("t", Quantity::Temperature);

#[test]
fn a_room_above_28_degrees_for_half_an_hour_is_overheated_until_it_is_below_27() {
    let mut live = watched();
    let mut is_raised =
        |minutes, celsius| is_raised(&mut live, WARMTH, minutes, celsius, "overheating");
    assert!(!is_raised(0..30, 28.6));
    assert!(is_raised(30..50, 28.6));
    assert!(is_raised(50..70, 27.4));
    assert!(!is_raised(70..90, 26.8));
}

#[test]
fn a_room_below_5_degrees_is_a_matter_of_frost_and_below_8_one_of_cold() {
    let mut live = watched();
    assert!(is_raised(&mut live, WARMTH, 0..60, 4.0, "cold"));
    let raised = live.alerts.raised();
    assert_eq!(raised[0].severity, crate::alerts::Severity::Urgent);
    assert!(is_raised(&mut live, WARMTH, 60..120, 7.0, "cold"));
    assert_eq!(live.alerts.raised()[0].severity, crate::alerts::Severity::Attention);
    assert!(!is_raised(&mut live, WARMTH, 120..180, 9.5, "cold"));
}

#[test]
fn air_is_too_dry_after_a_day_below_thirty_percent() {
    let mut live = watched();
    let mut is_raised = |minutes, percent| {
        is_raised(&mut live, ("h", Quantity::RelativeHumidity), minutes, percent, "humidity")
    };
    assert!(!is_raised(0..1400, 28.0));
    assert!(is_raised(1400..1480, 28.0));
    assert!(!is_raised(1480..1500, 36.0));
}

#[test]
fn a_warm_room_in_which_nobody_is_for_two_hours_is_heated_for_nobody() {
    let mut live = watched();
    let mut rules = Vec::new();
    for minute in (0..180).step_by(5) {
        live.observe(&reading("t", Quantity::Temperature, minute * 60, 20.0));
        live.observe(&reading("m", Quantity::OccupancyDetected, minute * 60, 0.0));
        rules = alerts(&mut live, minute * 60 + 1);
        assert!(minute > 110 || !rules.contains(&"heating_empty".to_owned()), "after {minute} min");
    }
    assert!(rules.contains(&"heating_empty".to_owned()), "{rules:?}");
}

#[test]
fn a_machine_that_works_for_more_than_sixteen_hours_is_reported() {
    let mut live = watched();
    let mut is_raised = |minutes| {
        is_raised(&mut live, ("plug", Quantity::ActivePower), minutes, 2000.0, "machine_long")
    };
    assert!(!is_raised(0..950));
    assert!(is_raised(950..1000));
}

/// Whether damp of so many hours before a restart is raised as an alert after it.
fn is_damp_raised_after_a_restart(hours: i64, more: &str) -> bool {
    let point = "[[point]]\nid = \"h\"\nzone = \"workshop\"\nquantity = \"relative_humidity\"\n\
                 sources = [{ device = \"h\" }]\n";
    let site = crate::site::parse(&format!("{HOUSE}\n{point}{more}"), "house.toml").unwrap();
    let mut live = Live::new(Arc::new(site), at(0));
    for need in live.take_stale(at(0)) {
        let damp = (-hours * 3600..0)
            .step_by(600)
            .map(|second| reading("h", Quantity::RelativeHumidity, second, 80.0).observation);
        let series: Vec<_> = damp.filter(|one| need.period.contains(one.observed_at)).collect();
        let is_humidity = need.source.quantity == Quantity::RelativeHumidity;
        live.reload(&need.source, if is_humidity { &series } else { &[] });
    }
    alerts(&mut live, 1).contains(&"humidity".to_owned())
}

#[test]
fn damp_that_had_lasted_before_a_restart_is_reported_after_it() {
    assert!(is_damp_raised_after_a_restart(56, ""));
    let patient = "[[alert]]\nrule = \"damp\"\ndwell = \"72h\"\n";
    assert!(!is_damp_raised_after_a_restart(56, patient));
    assert!(is_damp_raised_after_a_restart(80, patient), "as long as the site file says");
}
