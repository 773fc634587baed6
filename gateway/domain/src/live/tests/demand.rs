//! Alerts of power near and above what is subscribed.

use super::*;
use crate::alerts::{Alert, Matter};

/// Severity of the alert of demand, minute by minute, while the saw of a house with 3 kVA draws these watts, each for
/// so many minutes.
fn demands(draws: &[(i64, f64)]) -> Vec<Option<crate::alerts::Severity>> {
    let text = HOUSE.replace("running_above_w = 200", "subscribed_kva = 3");
    let site = crate::site::parse(&text, "house.toml").unwrap();
    let mut live = Live::new(Arc::new(site), at(0));
    let (mut minute, mut severities) = (0, Vec::new());
    for (minutes, watts) in draws {
        for _ in 0..*minutes {
            live.observe(&reading("plug", Quantity::ActivePower, minute * 60, *watts));
            live.states(at(minute * 60));
            let is_demand = |alert: &&Alert| matches!(alert.matter, Matter::Demand { .. });
            severities.push(live.alerts().iter().find(is_demand).map(|alert| alert.severity));
            minute += 1;
        }
    }
    severities
}

#[test]
fn ten_minutes_above_the_subscription_are_urgent_and_one_minute_is_not() {
    use crate::alerts::Severity::Urgent;
    // 3.1 kVA, and one minute of 6 kVA among nine of little.
    assert_eq!(demands(&[(11, 2945.0)]).last(), Some(&Some(Urgent)));
    assert_eq!(demands(&[(1, 5700.0), (20, 200.0)]).into_iter().flatten().count(), 0);
}

#[test]
fn the_demand_of_an_alert_is_that_of_the_pages_however_unevenly_power_is_reported() {
    let text = HOUSE.replace("running_above_w = 200", "subscribed_kva = 3");
    let site = crate::site::parse(&text, "house.toml").unwrap();
    let mut live = Live::new(Arc::new(site), at(0));
    // A change is reported at once, twice a minute or every second, and else every two minutes.
    let watts = |second: i64| if (200..320).contains(&second) { 7000.0 } else { 2500.0 };
    let is_reported = |second: &i64| second % 120 == 0 || (200..=320).contains(second);
    let readings: Vec<_> = (0..=600)
        .filter(is_reported)
        .map(|second| reading("plug", Quantity::ActivePower, second, watts(second)))
        .collect();
    for second in 0..=600 {
        let now = readings.iter().filter(|one| one.observation.observed_at == at(second));
        now.for_each(|one| live.observe(one));
        live.states(at(second));
    }
    let kva = live.alerts().iter().find_map(|alert| match alert.matter {
        Matter::Demand { kva, .. } => Some(kva),
        _ => None,
    });

    let observations: Vec<_> = readings.iter().map(|one| one.observation).collect();
    let window = [crate::instant::Period::new(at(0), at(600)).unwrap()];
    let gap = SignedDuration::from_mins(15);
    let cells = crate::indicators::window_means(&observations, &window, gap, at(600));
    let demand = crate::indicators::demand(3.0, &cells, true);
    assert!((kva.unwrap() - demand.highest_kva.unwrap()).abs() < 1e-9, "{kva:?} {demand:?}");
    assert!((demand.highest_kva.unwrap() - 3.4 / 0.95).abs() < 1e-9, "{demand:?}");
}

#[test]
fn what_stays_near_the_subscription_is_reported_after_twenty_minutes_until_it_is_clearly_below() {
    use crate::alerts::Severity::Attention;
    let severities = demands(&[(21, 2660.0), (10, 2508.0), (10, 2300.0), (1, 2300.0)]);
    assert_eq!((severities[19], severities[20]), (None, Some(Attention)), "2.8 kVA of 3");
    assert_eq!(severities[31], Some(Attention), "2.64 kVA still is near");
    assert_eq!(severities[41], None, "2.42 kVA no longer is");
}
