//! Energy and air beside the people who were there.

use super::*;

#[test]
fn energy_is_split_by_whether_somebody_was_there() {
    let wh = [Some(1000.0), Some(3000.0), Some(500.0), None];
    let there = [people(Some(0.0)), people(Some(10.0)), people(None), people(Some(0.0))];
    let found = usage(&hourly("2026-01-05T00:00:00Z", &wh), &there);

    assert_eq!((found.vacant_wh, found.occupied_wh, found.unknown_wh), (1000.0, 3000.0, 500.0));
    // The hour of unknown energy is no hour without energy.
    near(found.vacant_hours, 1.0);
    assert_eq!((found.person_hours, found.person_hours_low), (Some(10.0), Some(5.0)));
    near(found.wh_per_person_hour.unwrap(), 400.0);
    near(found.coverage, 0.5);
}

#[test]
fn where_nobody_counts_there_is_no_energy_per_person_hour() {
    let found = usage(&hourly("2026-01-05T00:00:00Z", &[Some(1000.0)]), &[people(None)]);
    assert_eq!((found.person_hours, found.wh_per_person_hour), (None, None));
}

#[test]
fn person_hours_of_unknown_energy_are_not_counted_against_the_energy_that_is_known() {
    // Ten people for two hours; the energy of the second one is unknown.
    let cells = hourly("2026-01-05T08:00:00Z", &[Some(4000.0), None, Some(9000.0)]);
    let there = [people(Some(10.0)), people(Some(10.0)), people(None)];
    let found = usage(&cells, &there);

    near(found.wh_per_person_hour.unwrap(), 400.0);
    assert_eq!(found.person_hours, Some(20.0));
    near(found.counted_person_hours, 10.0);
    near(found.per_person_hour_coverage, 1.0 / 3.0);
    assert_eq!(counted_shares(&cells, &there), [1.0, 0.0, 0.0]);
}

#[test]
fn in_an_hour_that_is_known_in_part_energy_and_people_of_the_same_time_are_set_beside_each_other() {
    // Half of the energy of an hour is known, 1 kWh, in which there were ten people all the time.
    let mut cells = hourly("2026-01-05T08:00:00Z", &[Some(1000.0), Some(3000.0)]);
    cells[0].figure.coverage = 0.5;
    let mut there = [people(Some(10.0)), people(Some(10.0))];
    there[1].coverage = 0.25;
    let found = usage(&cells, &there);

    // 1 kWh of half an hour, and a quarter of 3 kWh of a quarter of an hour.
    near(found.wh_per_person_hour.unwrap(), (1000.0 + 750.0) / (5.0 + 2.5));
    near(found.per_person_hour_coverage, 0.75 / 2.0);
    near(found.person_hours.unwrap(), 12.5);
    near(found.coverage, 0.75 / 2.0);
}

#[test]
fn person_hours_beside_energy_are_those_of_the_attendance() {
    let cells = hourly("2026-01-05T08:00:00Z", &[Some(1.0); 4]);
    let mut there = [Some(4.0), None, Some(0.0), Some(7.0)].map(people);
    there[3].coverage = 0.6;
    let periods: Vec<Period> = cells.iter().map(|cell| cell.period).collect();
    let used = crate::occupancy::attendance(&house(), Some(10), (&periods, &there), None);
    let found = usage(&cells, &there);

    assert_eq!(found.person_hours, used.person_hours);
    assert_eq!(
        (found.person_hours_low, found.person_hours_high),
        (used.low_person_hours, used.high_person_hours)
    );
}

#[test]
fn the_share_while_closed_is_by_the_opening_hours_in_civil_time() {
    let opening = "\n[site.opening]\nmonday = [\"08:30-18:00\"]\n";
    let text = SITE.replacen("\n[[meter]]", &format!("{opening}\n[[meter]]"), 1);
    let open = site::parse(&text, "house.toml").unwrap();
    // 7 h and 8 h on a Monday in Paris are closed at their beginning, 9 h is open, and at 10 h nothing is known.
    let cells = hourly("2026-01-05T06:00:00Z", &[Some(100.0), Some(50.0), Some(50.0), None]);
    let found = while_closed(&open, &cells).unwrap();

    near(found.share().unwrap(), 0.75);
    near(found.closed_hours, 2.0);
    near(found.coverage, 0.75);
    assert_eq!(while_closed(&house(), &cells), None);
}
