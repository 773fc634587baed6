//! Alerts of clocks that are wrong.

use super::*;
use crate::alerts::Matter;

/// Seconds ahead in the alert of the clock of a device whose messages arrive each minute, dated so many seconds ahead.
fn clock(ahead: impl Fn(i64) -> i64, minutes: i64) -> Option<f64> {
    let mut live = house();
    for minute in 0..minutes {
        let mut one = reading("air", Quantity::Co2, minute * 60 + ahead(minute), 600.0);
        one.observation.received_at = at(minute * 60);
        live.observe(&one);
        live.states(at(minute * 60));
    }
    live.states(at(minutes * 60));
    live.alerts().iter().find_map(|alert| match alert.matter {
        Matter::DeviceClock { ahead_s, .. } => Some(ahead_s),
        _ => None,
    })
}

#[test]
fn a_device_whose_clock_is_minutes_off_is_reported_after_half_an_hour_until_it_is_right() {
    assert_eq!(clock(|_| -400, 20), None);
    assert_eq!(clock(|_| -400, 40), Some(-400.0));
    assert_eq!(clock(|_| 200, 40), Some(200.0));
    assert_eq!(clock(|minute| if minute < 40 { -400 } else { -1 }, 60), None);
}

#[test]
fn a_network_that_is_slow_at_times_and_a_backlog_are_no_wrong_clock() {
    assert_eq!(clock(|minute| if minute % 3 == 0 { -2 } else { -170 }, 60), None);
    assert_eq!(clock(|minute| (minute - 20).min(0) * 3600 - 2, 60), None);
}

#[test]
fn a_device_that_is_so_far_ahead_that_its_readings_are_refused_is_reported_too() {
    let mut live = house();
    for minute in 0..40 {
        live.ahead(&"air".parse().unwrap(), at(minute * 60), 900.0);
        live.states(at(minute * 60));
    }
    assert!(alerts(&mut live, 2400).contains(&"device_clock".to_owned()));
}

#[test]
fn a_gateway_whose_clock_nobody_sets_is_reported_and_one_that_cannot_say_is_not() {
    let is_raised = |is_set: Option<bool>| {
        let mut live = house();
        for minute in 0..=30 {
            live.clock(is_set, at(minute * 60));
        }
        alerts(&mut live, 1800).contains(&"gateway_clock".to_owned())
    };
    assert!(is_raised(Some(false)));
    assert!(!is_raised(Some(true)) && !is_raised(None));
}

/// The value that the zone shows of its CO2, and its age.
fn shown(live: &mut Live, second: i64) -> Option<(f64, f64)> {
    live.states(at(second)).iter().find_map(|stamped| match &stamped.state {
        State::Zone { gauges, .. } => Some((gauges.first()?.value, stamped.age_s?)),
        _ => None,
    })
}

#[test]
fn a_reading_of_a_clock_that_ran_ahead_is_not_the_newest_once_the_clock_is_set_back() {
    const YEARS: i64 = 13 * 365 * 86_400;
    for ahead in [3600, 86_400, YEARS] {
        let mut live = house();
        live.observe(&reading("air", Quantity::Co2, 0, 500.0));
        live.observe(&reading("air", Quantity::Co2, ahead, 900.0));
        assert_eq!(shown(&mut live, ahead), Some((900.0, 0.0)));

        live.set_back(at(60));
        for need in live.take_stale(at(60)) {
            assert!(need.period.end() < at(ahead), "what is dated later is not asked for");
            live.reload(&need.source, &[]);
        }
        live.observe(&reading("air", Quantity::Co2, 61, 610.0));

        assert_eq!(shown(&mut live, 62), Some((610.0, 1.0)), "{ahead}");
        assert!(alerts(&mut live, 63).iter().all(|rule| rule == "silence"), "{ahead}");
    }
}

#[test]
fn a_device_that_was_heard_by_a_clock_that_ran_ahead_falls_silent_all_the_same() {
    let mut live = house();
    for second in 0..100 {
        live.observe(&reading("air", Quantity::Co2, 86_400 + second * 10, 500.0));
    }
    live.set_back(at(0));
    for second in 1..100 {
        live.observe(&reading("air", Quantity::Co2, second * 10, 500.0));
    }
    live.states(at(1000));
    let silent = |live: &mut Live, second| {
        live.states(at(second));
        let devices = live.devices.silent().map(|(device, _)| device.id.to_string());
        devices.collect::<Vec<_>>().contains(&"air".to_owned())
    };
    assert!(!silent(&mut live, 1001));
    assert!(silent(&mut live, 12 * 3600));
}

#[test]
fn a_reading_that_is_only_a_little_ahead_is_of_the_present_and_one_received_later_is_not() {
    let live = house();
    let mut one = reading("air", Quantity::Co2, 100, 500.0).observation;
    one.received_at = at(0);
    assert!(live.present(&one, at(0)).is_some(), "a device whose clock is ahead by minutes");
    one.received_at = at(100);
    assert!(live.present(&one, at(0)).is_none(), "a clock that was ahead by minutes");
    assert!(live.present(&one, at(100)).is_some());
    // What a device dated rightly while our clock was ahead.
    (one.observed_at, one.received_at) = (at(-10), at(86_400));
    assert_eq!(live.present(&one, at(0)).map(|one| one.received_at), Some(at(0)));
}
