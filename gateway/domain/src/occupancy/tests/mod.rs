//! A small house, its doors and detectors through a day.

mod closing;
mod silence;

use jiff::SignedDuration;

use super::*;
use crate::figure::Quality;
use crate::instant::{Instant, Period};
use crate::occupancy::estimate::Estimate;
use crate::occupancy::place::Place;
use crate::occupancy::places::index_of;
use crate::occupancy::{Occupancy, Parts, Witness};
use crate::quantity::Quantity;
use crate::reading::{DatedBy, Observation, SeriesSet, Source, Value};
use crate::site::Site;

const HOUSE: &str = r#"
[site]
id = "house"
name = "House"
timezone = "Europe/Paris"
capacity = 20
area_m2 = 100

[site.opening]
monday = ["08:00-18:00"]
tuesday = ["08:00-18:00"]

[[zone]]
id = "hall"
name = "Hall"

[[zone]]
id = "upstairs"
name = "Upstairs"

[[zone]]
id = "study"
name = "Study"
parent = "upstairs"

[[point]]
id = "study-movement"
zone = "study"
quantity = "occupancy_detected"
sources = [{ device = "pir" }]

[[doorway]]
id = "front"
from = "outside"
to = "hall"
sources = [{ device = "front" }]

[[doorway]]
id = "stairs"
from = "hall"
to = "upstairs"
sources = [{ device = "stairs" }]
"#;

fn house() -> Site {
    crate::site::parse(HOUSE, "house.toml").unwrap()
}

/// A time of Monday 23 November 2026 in Dreux; from 24:00 on of the day after.
fn at(time: &str) -> Instant {
    let (hours, minutes) = time.split_once(':').unwrap();
    let minutes = hours.parse::<i64>().unwrap() * 60 + minutes.parse::<i64>().unwrap();
    "2026-11-22T23:00:00Z".parse::<Instant>().unwrap() + SignedDuration::from_mins(minutes)
}

fn one(time: &str, value: Value) -> Observation {
    let instant = at(time);
    Observation { observed_at: instant, received_at: instant, dated_by: DatedBy::Device, value }
}

fn source(device: &str, quantity: Quantity) -> Source {
    Source { device: device.parse().unwrap(), quantity, channel: None }
}

/// The totals that a door showed: people in and out at each time. It was online in the night before.
fn door(series: &mut SeriesSet, device: &str, totals: &[(&str, f64, f64)]) {
    let all = || [("3:00", 0.0, 0.0)].into_iter().chain(totals.iter().copied());
    let people_in = all().map(|(time, people, _)| one(time, Value::Register(people)));
    let people_out = all().map(|(time, _, people)| one(time, Value::Register(people)));
    series.insert(source(device, Quantity::PeopleIn), people_in.collect());
    series.insert(source(device, Quantity::PeopleOut), people_out.collect());
}

fn movement(series: &mut SeriesSet, states: &[(&str, bool)]) {
    let states = states.iter().map(|&(time, state)| one(time, Value::State(state)));
    series.insert(source("pir", Quantity::OccupancyDetected), states.collect());
}

fn moment(series: &SeriesSet, zone: Option<&str>, time: &str) -> Moment {
    let site = house();
    let zone = zone.map(|zone| zone.parse().unwrap());
    let (places, place) = (Places::of(&site), index_of(&site, zone.as_ref()));
    let mut traffic = Traffic::new(&site);
    traffic.replay((0..places.count()).map(|index| places.get(index)), &site, series);
    people_now(&site, &places, &traffic, &mut Filters::default(), at(time))[place]
}

fn people(series: &SeriesSet, zone: Option<&str>, time: &str) -> Option<f64> {
    moment(series, zone, time).estimate.people
}

#[test]
fn people_are_counted_over_all_doors_of_a_zone() {
    let mut series = SeriesSet::default();
    door(&mut series, "front", &[("8:10", 3.0, 0.0), ("9:00", 5.0, 1.0)]);
    door(&mut series, "stairs", &[("8:20", 2.0, 0.0)]);

    assert_eq!(people(&series, None, "8:15"), Some(3.0));
    assert_eq!(people(&series, Some("hall"), "8:30"), Some(1.0));
    assert_eq!(people(&series, Some("upstairs"), "8:30"), Some(2.0));
    assert_eq!(people(&series, None, "9:30"), Some(4.0));
}

#[test]
fn a_building_whose_doors_never_reported_is_unknown_and_not_empty() {
    let moment = moment(&SeriesSet::default(), None, "9:00");
    assert_eq!((moment.estimate, moment.parts), (Estimate::UNKNOWN, Parts::Unknown));
}

#[test]
fn a_door_that_was_silent_for_more_than_a_day_makes_the_count_unknown() {
    let mut series = SeriesSet::default();
    door(&mut series, "front", &[("8:10", 3.0, 0.0)]);
    assert_eq!(people(&series, None, "34:09"), Some(0.0));
    assert_eq!(people(&series, None, "34:10"), None);
}

#[test]
fn who_left_by_the_door_is_not_held_by_a_detector_that_saw_him_before() {
    let mut series = SeriesSet::default();
    door(&mut series, "stairs", &[("8:10", 1.0, 0.0), ("9:00", 1.0, 1.0)]);
    movement(&mut series, &[("8:10", true), ("9:02", false), ("9:30", true), ("9:31", false)]);

    let estimate = |time| moment(&series, Some("upstairs"), time).estimate;

    assert_eq!(estimate("9:01").people, Some(1.0), "it still sees somebody");
    assert_eq!(
        (estimate("9:03").people, estimate("9:03").occupancy),
        (Some(0.0), Occupancy::Vacant)
    );
    assert_eq!(estimate("9:40").people, Some(1.0), "somebody moved whom the door did not count");
}

#[test]
fn each_figure_names_the_kinds_of_instruments_that_contributed() {
    let mut series = SeriesSet::default();
    door(&mut series, "front", &[("8:10", 9.0, 0.0)]);
    door(&mut series, "stairs", &[("8:20", 2.0, 0.0)]);
    movement(&mut series, &[("7:00", false), ("8:25", true)]);

    let sources = |zone, time| moment(&series, zone, time).sources.each().collect::<Vec<_>>();

    assert_eq!(sources(Some("study"), "9:00"), [Witness::Detectors]);
    assert_eq!(sources(Some("hall"), "9:00"), [Witness::Doors]);
    assert_eq!(sources(Some("upstairs"), "9:00"), [Witness::Doors, Witness::Detectors]);
    assert_eq!(sources(None, "2:00"), []);
    let minute = closing::minutes(["9:00"]);
    let figure = zone_people(&house(), None, &minute, &series, at("10:00"))[0];
    let kinds: Vec<_> = figure.sources.each().collect();
    assert_eq!(kinds, [Witness::Doors, Witness::Detectors]);
}

#[test]
fn more_out_than_in_is_nobody_and_the_drift_keeps_its_sign() {
    let mut series = SeriesSet::default();
    door(&mut series, "front", &[("8:10", 1.0, 3.0), ("9:00", 4.0, 3.0)]);
    let moment = moment(&series, None, "9:30");
    assert_eq!((moment.estimate.people, moment.drift), (Some(3.0), Some(1.0)));
}

#[test]
fn a_counter_that_restarts_loses_nobody() {
    let mut series = SeriesSet::default();
    door(&mut series, "front", &[("8:10", 300.0, 290.0), ("9:00", 0.0, 0.0), ("9:10", 2.0, 1.0)]);
    assert_eq!(people(&series, None, "9:30"), Some(11.0));
}

#[test]
fn a_zone_with_a_detector_only_is_occupied_or_vacant_and_never_a_number() {
    let mut series = SeriesSet::default();
    movement(&mut series, &[("7:00", false), ("9:00", true), ("9:10", false)]);

    let estimate = |time| moment(&series, Some("study"), time).estimate;

    assert_eq!(estimate("6:59").occupancy, Occupancy::Unknown);
    assert_eq!(
        (estimate("8:00").people, estimate("8:00").occupancy),
        (Some(0.0), Occupancy::Vacant)
    );
    assert_eq!((estimate("9:24").people, estimate("9:24").low), (None, Some(1.0)));
    assert_eq!(estimate("9:25").occupancy, Occupancy::Vacant);
    assert_eq!(estimate("35:10").occupancy, Occupancy::Unknown);
}

#[test]
fn a_period_has_the_mean_over_its_time_and_nothing_of_the_future() {
    let mut series = SeriesSet::default();
    door(&mut series, "front", &[("9:00", 4.0, 0.0), ("9:15", 4.0, 4.0), ("9:45", 8.0, 4.0)]);
    let hours = [("9:00", "10:00"), ("10:00", "11:00"), ("11:00", "12:00")];
    let hours = hours.map(|(start, end)| Period::new(at(start), at(end)).unwrap());

    let figures = zone_people(&house(), None, &hours, &series, at("10:30"));

    assert_eq!((figures[0].people, figures[0].coverage), (Some(2.0), 1.0));
    assert_eq!((figures[1].people, figures[1].coverage), (Some(4.0), 1.0));
    assert_eq!((figures[2].people, figures[2].occupancy), (None, Occupancy::Unknown));
    assert!(figures[0].low <= figures[0].people && figures[0].people <= figures[0].high);
}

#[test]
fn a_building_without_outer_doors_is_the_sum_of_its_zones() {
    let site = HOUSE.split("[[doorway]]").next().unwrap();
    let site = crate::site::parse(site, "house.toml").unwrap();
    assert!(Place::of(&site, None).is_sum);
    assert_eq!(zone_needs(&site, None).len(), 1);
}

#[test]
fn a_building_is_open_in_its_opening_hours() {
    assert_eq!(is_open(&house(), at("9:00")), Some(true));
    assert_eq!(is_open(&house(), at("18:00")), Some(false));
}

/// All places, in the order of the site file.
const PLACES: [Option<&str>; 4] = [None, Some("hall"), Some("upstairs"), Some("study")];

#[test]
fn zones_add_up_to_the_building_when_its_door_and_theirs_disagree() {
    let mut series = SeriesSet::default();
    // Ten came in, but the stairs counted twelve who went up.
    door(&mut series, "front", &[("8:10", 10.0, 0.0)]);
    door(&mut series, "stairs", &[("8:20", 12.0, 0.0)]);

    let [building, hall, upstairs] = [None, Some("hall"), Some("upstairs")]
        .map(|zone| moment(&series, zone, "9:00").estimate.people.unwrap());

    assert!((building - hall - upstairs).abs() < 1e-9, "{building} {hall} {upstairs}");
    assert!(10.0 < building && building < 12.0 && hall >= 0.0, "{building} {hall} {upstairs}");
}

#[test]
fn zones_and_building_agree_in_history_as_they_do_now() {
    let mut series = SeriesSet::default();
    door(&mut series, "front", &[("8:10", 10.0, 0.0), ("9:10", 11.0, 3.0)]);
    door(&mut series, "stairs", &[("8:20", 12.0, 0.0), ("9:05", 12.0, 2.0)]);
    movement(&mut series, &[("7:00", false), ("8:25", true), ("8:40", false)]);
    let minute = [Period::new(at("9:30"), at("9:31")).unwrap()];
    let ids = PLACES.map(ids_of);
    let zones = ids.each_ref().map(Option::as_ref);

    let figures_then = people_of(&house(), &zones, &minute, &series, at("9:31"));

    for (place, figures) in PLACES.iter().zip(&figures_then) {
        let now = moment(&series, *place, "9:30");
        assert_eq!(
            (figures[0].people, figures[0].parts),
            (now.estimate.people, now.parts),
            "{place:?}"
        );
        let alone = zone_people(&house(), ids_of(*place).as_ref(), &minute, &series, at("9:31"));
        assert_eq!(&alone, figures, "{place:?}");
    }
    let people = |place: usize| figures_then[place][0].people.unwrap();
    assert!((people(0) - people(1) - people(2)).abs() < 1e-9, "{figures_then:?}");
}

fn ids_of(zone: Option<&str>) -> Option<crate::ids::ZoneId> {
    zone.map(|zone| zone.parse().unwrap())
}

#[test]
fn a_detector_that_sees_somebody_for_half_a_day_without_a_pause_is_stuck_and_shows_nothing() {
    let mut series = SeriesSet::default();
    movement(&mut series, &[("7:00", false), ("8:00", true)]);

    let occupancy = |time| moment(&series, Some("study"), time).estimate.occupancy;

    assert_eq!(occupancy("19:59"), Occupancy::Occupied);
    assert_eq!(occupancy("20:01"), Occupancy::Unknown);
}
