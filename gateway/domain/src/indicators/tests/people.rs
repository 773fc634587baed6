//! Energy and air beside the people who were there.

use super::*;

#[test]
fn energy_is_told_apart_by_whether_somebody_was_there() {
    let wh = [Some(1000.0), Some(3000.0), Some(500.0), None];
    let there = [people(Some(0.0)), people(Some(10.0)), people(None), people(Some(0.0))];
    let told = usage(&hourly("2026-01-05T00:00:00Z", &wh), &there);

    assert_eq!((told.vacant_wh, told.occupied_wh, told.unknown_wh), (1000.0, 3000.0, 500.0));
    // The hour of unknown energy is no hour without energy.
    near(told.vacant_hours, 1.0);
    assert_eq!((told.person_hours, told.person_hours_low), (Some(10.0), Some(5.0)));
    near(told.wh_per_person_hour.unwrap(), 400.0);
    near(told.coverage, 0.5);
}

#[test]
fn where_nobody_counts_there_is_no_energy_per_person_hour() {
    let told = usage(&hourly("2026-01-05T00:00:00Z", &[Some(1000.0)]), &[people(None)]);
    assert_eq!((told.person_hours, told.wh_per_person_hour), (None, None));
}

#[test]
fn a_crowd_is_counted_against_the_time_in_which_somebody_was_there() {
    let cells = hourly("2026-01-05T08:00:00Z", &[None; 5]);
    let counts = [Some(0.0), Some(4.0), Some(8.0), Some(9.0), None].map(people);
    let told = attendance(&beside(&cells, &counts), 10);

    let peak = told.peak.unwrap();
    assert_eq!((peak.people, peak.period.start()), (9.0, at("2026-01-05T11:00:00Z")));
    near(told.occupied_hours, 3.0);
    near(told.nearly_full_share().unwrap(), 2.0 / 3.0);
    near(told.coverage, 0.8);
}

#[test]
fn where_nobody_counts_there_is_no_peak_and_no_share() {
    let cells = hourly("2026-01-05T08:00:00Z", &[None; 2]);
    let told = attendance(&beside(&cells, &[people(None); 2]), 10);
    assert_eq!((told.peak, told.nearly_full_share(), told.coverage), (None, None, 0.0));
}

#[test]
fn stale_air_counts_only_while_somebody_breathes_it() {
    let air = |ppm: f64| {
        let (min, mean, max, last) = (ppm, ppm, ppm, ppm);
        Some(crate::history::Summary { min, mean, max, last, count: 1, coverage: 1.0 })
    };
    let cells = hourly("2026-01-05T08:00:00Z", &[None; 5]);
    let co2 = [air(2000.0), air(800.0), air(900.0), air(1600.0), None];
    let counts = [Some(0.0), Some(1.0), Some(2.0), Some(2.0), Some(2.0)].map(people);
    let told = occupied_air(&beside(&cells, &co2), &counts, &[800.0, 1500.0]);

    near(told.occupied_hours, 4.0);
    near(told.coverage(), 0.75);
    assert_eq!(told.above_hours, [2.0, 1.0]);
    near(told.shares().unwrap()[1], 1.0 / 3.0);
    assert_eq!(occupied_air(&beside(&cells, &co2), &[people(None); 5], &[800.0]).shares(), None);
}

#[test]
fn the_share_while_closed_is_by_the_opening_hours_in_civil_time() {
    let opening = "\n[site.opening]\nmonday = [\"08:30-18:00\"]\n";
    let text = SITE.replacen("\n[[meter]]", &format!("{opening}\n[[meter]]"), 1);
    let open = site::parse(&text, "house.toml").unwrap();
    // 7 h and 8 h on a Monday in Paris are closed at their beginning, 9 h is open, and at 10 h nothing is known.
    let cells = hourly("2026-01-05T06:00:00Z", &[Some(100.0), Some(50.0), Some(50.0), None]);
    let told = while_closed(&open, &cells).unwrap();

    near(told.share().unwrap(), 0.75);
    near(told.closed_hours, 2.0);
    near(told.coverage, 0.75);
    assert_eq!(while_closed(&house(), &cells), None);
}
