//! Rooms whose people are known, beside the figures that history gives for them.

mod live;
mod room;

use room::{AIR_AND_MOVEMENT, DAY_MIN, Room, grid, hours, observation, source};

use crate::figure::Quality;
use crate::occupancy::{Occupancy, Witness};
use crate::occupancy::{lead, zone_needs};
use crate::quantity::Quantity;
use crate::reading::{SeriesSet, Value};

#[test]
fn the_people_of_a_closed_room_are_estimated_from_its_air() {
    let room = Room::OFFICE;
    let series = room.series(&AIR_AND_MOVEMENT);
    assert!(room.error(&series) < 0.7, "{} people", room.error(&series));
    let morning = room.at_hour(&series, 10);
    assert!(morning.low.unwrap() <= 6.0 && 6.0 <= morning.high.unwrap(), "{morning:?}");
    assert_eq!((morning.occupancy, morning.quality), (Occupancy::Occupied, Quality::Estimated));
    assert!(morning.sources.each().eq([Witness::Detectors, Witness::Air]));
}

#[test]
fn how_a_room_is_aired_is_learnt_and_a_window_may_be_opened() {
    let room =
        Room { air: |minute| if (840..870).contains(&minute) { 6.0 } else { 0.4 }, ..Room::OFFICE };
    let series = room.series(&AIR_AND_MOVEMENT);
    assert!(room.error(&series) < 0.6, "{} people", room.error(&series));
}

#[test]
fn a_still_room_whose_air_clears_is_vacant_and_nobody_is_in_it() {
    let room = Room::OFFICE;
    let night = room.at_hour(&room.series(&AIR_AND_MOVEMENT), 20);
    assert_eq!(
        (night.people, night.high, night.occupancy),
        (Some(0.0), Some(0.0), Occupancy::Vacant)
    );
}

#[test]
fn the_air_alone_shows_about_how_many_there_are() {
    let room = Room::OFFICE;
    let series = room.series(&[Quantity::Co2]);
    assert!(room.error(&series) < 1.0, "{} people", room.error(&series));
}

#[test]
fn a_large_room_is_estimated_in_steps_of_several_people() {
    let room = Room {
        capacity: 150,
        volume_m3: 1500.0,
        people: |minute| if (600..720).contains(&minute) { 100.0 } else { 0.0 },
        ..Room::OFFICE
    };
    let figure = room.at_hour(&room.series(&AIR_AND_MOVEMENT), 11);
    assert!((figure.people.unwrap() - 100.0).abs() < 10.0, "{figure:?}");
}

#[test]
fn a_door_that_counts_right_gives_the_number() {
    let room = Room::OFFICE;
    let mut series = room.series(&AIR_AND_MOVEMENT);
    room.door(&mut series, 1.0);

    let figure = |hour| room.at_hour(&series, hour);

    assert_eq!((figure(10).people, figure(15).people), (Some(6.0), Some(3.0)));
    assert_eq!((figure(20).people, figure(20).occupancy), (Some(0.0), Occupancy::Vacant));
}

#[test]
fn a_door_that_misses_those_who_leave_is_overruled_by_stillness_and_clearing_air() {
    let room = Room::OFFICE;
    let mut series = room.series(&AIR_AND_MOVEMENT);
    room.door(&mut series, 0.5);

    let (noon, night) = (room.at_hour(&series, 12), room.at_hour(&series, 20));

    assert_eq!((night.people, night.quality), (Some(0.0), Quality::Estimated));
    assert!(noon.people.unwrap() < 2.0, "{noon:?}");
    assert!(room.error(&series) < 1.0, "{} people", room.error(&series));
}

#[test]
fn the_air_of_a_fan_only_shows_how_many_must_be_there_at_least() {
    let room = Room { ventilation: "\"mechanical\"", air: |_| 3.0, ..Room::OFFICE };
    let series = room.series(&[Quantity::Co2]);

    let (morning, night) = (room.at_hour(&series, 10), room.at_hour(&series, 3));

    assert_eq!((morning.people, morning.high), (None, Some(20.0)));
    assert!(morning.low.unwrap() <= 6.0, "{morning:?}");
    assert_eq!((night.people, night.occupancy), (None, Occupancy::Unknown));
}

#[test]
fn under_a_fan_a_still_room_is_vacant_all_the_same() {
    let room = Room { ventilation: "\"mechanical\"", air: |_| 3.0, ..Room::OFFICE };
    let night = room.at_hour(&room.series(&AIR_AND_MOVEMENT), 3);
    assert_eq!((night.people, night.occupancy), (Some(0.0), Occupancy::Vacant));
}

#[test]
fn a_fan_whose_flow_is_measured_gives_the_number_again() {
    let room = Room { ventilation: "{ airflow = \"flow\" }", air: |_| 3.1, ..Room::OFFICE };
    let mut series = room.series(&AIR_AND_MOVEMENT);
    let flow = (0..DAY_MIN).map(|minute| observation(minute, Value::Gauge(300.0)));
    series.insert(source("fan", Quantity::Airflow), flow.collect());
    assert!(room.error(&series) < 1.0, "{} people", room.error(&series));
}

#[test]
fn a_room_without_any_reading_is_unknown_and_not_vacant() {
    let figure = Room::OFFICE.at_hour(&SeriesSet::default(), 10);
    assert_eq!((figure.people, figure.occupancy), (None, Occupancy::Unknown));
    assert_eq!((figure.quality, figure.coverage), (Quality::Unknown, 0.0));
}

#[test]
fn an_hour_is_the_same_whatever_else_is_queried() {
    let room = Room::OFFICE;
    let series = room.series(&AIR_AND_MOVEMENT);
    let hour = hours()[10];
    let (alone, among) = (room.figures(&series, &[hour])[0], room.at_hour(&series, 10));
    assert!((alone.people.unwrap() - among.people.unwrap()).abs() < 1e-3, "{alone:?} {among:?}");
    assert_eq!((alone.low, alone.high), (among.low, among.high));
}

#[test]
fn a_room_needs_its_air_and_whole_days_of_it() {
    let site = Room { ventilation: "{ airflow = \"flow\" }", ..Room::OFFICE }.site();
    let zone = "room".parse().unwrap();
    let needs = zone_needs(&site, Some(&zone)).into_iter().map(|need| need.source.quantity);
    for quantity in
        [Quantity::Co2, Quantity::Airflow, Quantity::OccupancyDetected, Quantity::PeopleIn]
    {
        assert!(needs.clone().any(|needed| needed == quantity), "{quantity}");
    }
    let loaded = lead(hours()[10], &site);
    assert_eq!(loaded.start().to_string(), "2026-11-22T15:00:00Z");
    // Three hours that smoothing looks ahead after the night, and three that show whether a detector fell silent in them.
    assert_eq!(loaded.end().to_string(), "2026-11-25T09:00:00Z");
}

#[test]
fn who_passes_a_door_late_in_a_step_of_five_minutes_was_not_there_at_its_begin() {
    let room = Room {
        people: |minute| if (543..723).contains(&minute) { 6.0 } else { 0.0 },
        ..Room::OFFICE
    };
    let mut series = room.series(&AIR_AND_MOVEMENT);
    room.door(&mut series, 1.0);

    let figures = room.figures(&series, &grid(1));

    let people = |minute: usize| figures[minute].people.unwrap();
    assert_eq!((people(541), people(544)), (0.0, 6.0));
    assert_eq!((people(721), people(724)), (6.0, 0.0));
}
