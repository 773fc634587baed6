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
