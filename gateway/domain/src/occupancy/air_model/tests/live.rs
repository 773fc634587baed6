//! Rooms now, and movement that is no sign of anybody.

use super::room::{AIR_AND_MOVEMENT, DAY_MIN, Room, at, observation, source};
use crate::instant::Period;
use crate::occupancy::places::index_of;
use crate::occupancy::{Filters, Moment, Occupancy, Places, Traffic, people_now, zone_people};
use crate::quantity::Quantity;
use crate::reading::{SeriesSet, Value};

/// Estimate of the live view at a minute, from all readings up to then.
fn live_moment(room: &Room, series: &SeriesSet, filters: &mut Filters, minute: u16) -> Moment {
    let site = room.site();
    let places = Places::of(&site);
    let each = || (0..places.count()).map(|index| places.get(index));
    let mut received = SeriesSet::default();
    for need in each().flat_map(|place| place.needs(&site)) {
        let until = series.of(&need.source).iter().filter(|one| one.observed_at <= at(minute));
        received.insert(need.source.clone(), until.copied().collect());
    }
    let mut traffic = Traffic::new(&site);
    traffic.replay(each(), &site, &received);
    let place = index_of(&site, Some(&"room".parse().unwrap()));
    people_now(&site, &places, &traffic, filters, at(minute))[place]
}

#[test]
fn live_and_history_agree_about_the_same_moment() {
    let room = Room::OFFICE;
    let mut series = room.series(&AIR_AND_MOVEMENT);
    room.door(&mut series, 0.5);
    let minute = 10 * 60 + 3;
    let now = Period::new(at(minute - 1), at(minute)).unwrap();

    let live = live_moment(&room, &series, &mut Filters::default(), minute).estimate;

    let received = |quantity| {
        let all = series.of(&source(device(quantity), quantity)).iter();
        all.filter(|one| one.observed_at <= at(minute)).copied().collect()
    };
    let mut until_now = SeriesSet::default();
    for quantity in
        [Quantity::Co2, Quantity::OccupancyDetected, Quantity::PeopleIn, Quantity::PeopleOut]
    {
        until_now.insert(source(device(quantity), quantity), received(quantity));
    }
    let zone = "room".parse().unwrap();
    let history = zone_people(&room.site(), Some(&zone), &[now], &until_now, at(minute))[0];
    assert!((live.people.unwrap() - history.people.unwrap()).abs() < 1e-9, "{live:?} {history:?}");
    assert_eq!((live.low, live.high), (history.low, history.high));
}

#[test]
fn a_restart_changes_no_figure() {
    let room = Room::OFFICE;
    let series = room.series(&AIR_AND_MOVEMENT);
    let mut running = Filters::default();
    for minute in (500..720).step_by(7) {
        live_moment(&room, &series, &mut running, minute);
    }
    let (carried_on, restarted) = (
        live_moment(&room, &series, &mut running, 721),
        live_moment(&room, &series, &mut Filters::default(), 721),
    );
    assert_eq!(carried_on, restarted);
    assert!(restarted.estimate.people.unwrap() > 1.0, "{restarted:?}");
}

#[test]
fn a_stuck_detector_does_not_hold_a_room_whose_air_is_clear() {
    let room = Room { people: |_| 0.0, ..Room::OFFICE };
    let mut series = room.series(&[Quantity::Co2]);
    let stuck = (480..DAY_MIN).map(|minute| observation(minute, Value::State(true)));
    series.insert(source("pir", Quantity::OccupancyDetected), stuck.collect());

    let (soon, later) = (room.at_hour(&series, 8), room.at_hour(&series, 14));

    assert_eq!(soon.occupancy, Occupancy::Occupied, "{soon:?}");
    assert!(later.people.unwrap() < 0.5 && later.occupancy != Occupancy::Occupied, "{later:?}");
}

/// Nobody is there all day; from eight to eleven something moves every other minute.
fn moved_by_nobody(room: &Room) -> SeriesSet {
    let mut series = room.series(&[Quantity::Co2]);
    let moves = |minute: u16| (480..660).contains(&minute) && minute.is_multiple_of(2);
    let seen = (0..DAY_MIN).map(|minute| observation(minute, Value::State(moves(minute))));
    series.insert(source("pir", Quantity::OccupancyDetected), seen.collect());
    series
}

#[test]
fn a_machine_at_work_is_not_taken_for_somebody() {
    let room = Room { people: |_| 0.0, ..Room::OFFICE };
    let mut series = moved_by_nobody(&room);
    let without_meter = room.at_hour(&series, 9);
    let watts = |minute| if (480..660).contains(&minute) { 900.0 } else { 3.0 };
    let power = (0..DAY_MIN).map(|minute| observation(minute, Value::Gauge(watts(minute))));
    series.insert(source("laser", Quantity::ActivePower), power.collect());

    let at_work = room.at_hour(&series, 9);

    assert!(without_meter.people.unwrap() > 0.5, "what moves is somebody: {without_meter:?}");
    assert!(at_work.people.unwrap() < 0.5, "{at_work:?}");
    assert_ne!(at_work.occupancy, Occupancy::Occupied);
}

#[test]
fn somebody_who_breathes_beside_a_machine_at_work_is_not_lost() {
    let room = Room::OFFICE;
    let mut series = room.series(&AIR_AND_MOVEMENT);
    let power = (0..DAY_MIN).map(|minute| observation(minute, Value::Gauge(900.0)));
    series.insert(source("laser", Quantity::ActivePower), power.collect());

    let figure = room.at_hour(&series, 10);

    assert_eq!(figure.occupancy, Occupancy::Occupied, "{figure:?}");
    assert!(figure.people.unwrap() > 1.0, "{figure:?}");
}

fn device(quantity: Quantity) -> &'static str {
    match quantity {
        Quantity::Co2 => "air",
        Quantity::OccupancyDetected => "pir",
        _ => "door",
    }
}

#[test]
fn a_room_whose_air_falls_silent_is_unknown_from_the_beginning_of_the_silence_at_any_now() {
    let room = Room::OFFICE;
    let mut series = SeriesSet::default();
    let air = source("air", Quantity::Co2);
    let until_ten = room.series(&[Quantity::Co2]);
    let until_ten = until_ten.of(&air).iter().filter(|one| one.observed_at < at(600));
    series.insert(air, until_ten.copied().collect());
    let zone = "room".parse().unwrap();
    let grid = [(540, 600), (605, 660), (660, 720)]
        .map(|(start, end)| Period::new(at(start), at(end)).unwrap());

    for now in [720, 735, 900, DAY_MIN] {
        let figures = zone_people(&room.site(), Some(&zone), &grid, &series, at(now));
        let known = figures.iter().map(|figure| figure.coverage).collect::<Vec<_>>();
        assert_eq!(known, [1.0, 0.0, 0.0], "{now}");
    }
    for minute in [606, 610, 700] {
        let moment = live_moment(&room, &series, &mut Filters::default(), minute);
        assert_eq!(moment.estimate.people, None, "{minute}");
        assert_eq!(moment.estimate.occupancy, Occupancy::Unknown, "{minute}");
    }
}
