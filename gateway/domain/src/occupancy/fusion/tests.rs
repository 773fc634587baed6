//! Rooms whose people are known, because their air was worked out from them.

use jiff::SignedDuration;

use crate::instant::{Instant, Period};
use crate::occupancy::{
    Filters, Moment, PeopleFigure, Traffic, Tree, lead, people_now, place_of, zone_needs,
    zone_people,
};
use crate::quantity::Quantity;
use crate::reading::{DatedBy, Observation, SeriesSet, Source, Value};
use crate::site::Site;
use crate::wire::state::{Occupancy, Quality};

const DAY_MIN: u16 = 24 * 60;

/// A room of 100 m³ for 20 people.
struct Room {
    ventilation: &'static str,
    capacity: u32,
    volume_m3: f64,
    /// Air changes an hour at a minute of the day.
    air: fn(u16) -> f64,
    /// How many people there are at a minute of the day.
    people: fn(u16) -> f64,
}

impl Room {
    const OFFICE: Self = Self {
        ventilation: "\"natural\"",
        capacity: 20,
        volume_m3: 100.0,
        air: |_| 0.8,
        people: office_hours,
    };

    fn site(&self) -> Site {
        let Self { ventilation, capacity, volume_m3, .. } = self;
        let text = format!(
            r#"
[site]
id = "house"
name = "House"
timezone = "Europe/Paris"
capacity = 20
area_m2 = 100

[[zone]]
id = "room"
name = "Room"
capacity = {capacity}
volume_m3 = {volume_m3}
ventilation = {ventilation}

[[point]]
id = "air"
zone = "room"
quantity = "co2"
sources = [{{ device = "air" }}]

[[point]]
id = "movement"
zone = "room"
quantity = "occupancy_detected"
sources = [{{ device = "pir" }}]

[[point]]
id = "flow"
zone = "room"
quantity = "airflow"
sources = [{{ device = "fan" }}]

[[meter]]
id = "laser"
name = "Laser"
zone = "room"
running_above_w = 200
power = [{{ device = "laser" }}]

[[doorway]]
id = "door"
from = "outside"
to = "room"
sources = [{{ device = "door" }}]
"#
        );
        crate::site::parse(&text, "room.toml").unwrap()
    }

    /// The CO2 of the room minute by minute, with the noise of a cheap sensor.
    fn co2(&self) -> Vec<Observation> {
        let mut chance = Chance(1);
        let mut ppm = 430.0;
        let one = |minute| {
            let (air, people) = ((self.air)(minute), (self.people)(minute));
            let steady = 420.0 + 1e6 * 0.0187 * people / (self.volume_m3 * air);
            ppm = steady + (ppm - steady) * (-air / 60.0).exp();
            observation(minute, Value::Gauge(ppm + 16.0 * (chance.next() - 0.5)))
        };
        (0..DAY_MIN).map(one).collect()
    }

    /// Movement minute by minute: one person moves in every third.
    fn movement(&self) -> Vec<Observation> {
        let mut chance = Chance(2);
        let one = |minute| {
            let moves = (self.people)(minute) > 0.0 && chance.next() < 0.35;
            observation(minute, Value::State(moves))
        };
        (0..DAY_MIN).map(one).collect()
    }

    /// The registers of a door that counts everyone in, and this share of those who leave.
    fn door(&self, series: &mut SeriesSet, leaving: f64) {
        let (mut inside, mut all_in, mut all_out) = (0.0, 0.0, 0.0);
        let (mut people_in, mut people_out) = (Vec::new(), Vec::new());
        for minute in 0..DAY_MIN {
            let change = (self.people)(minute) - inside;
            inside += change;
            all_in += f64::max(change, 0.0);
            all_out += (f64::max(-change, 0.0) * leaving).floor();
            people_in.push(observation(minute, Value::Register(all_in)));
            people_out.push(observation(minute, Value::Register(all_out)));
        }
        series.insert(source("door", Quantity::PeopleIn), people_in);
        series.insert(source("door", Quantity::PeopleOut), people_out);
    }

    fn series(&self, quantities: &[Quantity]) -> SeriesSet {
        let mut series = SeriesSet::default();
        if quantities.contains(&Quantity::Co2) {
            series.insert(source("air", Quantity::Co2), self.co2());
        }
        if quantities.contains(&Quantity::OccupancyDetected) {
            series.insert(source("pir", Quantity::OccupancyDetected), self.movement());
        }
        series
    }

    fn told(&self, series: &SeriesSet, grid: &[Period]) -> Vec<PeopleFigure> {
        let zone = "room".parse().unwrap();
        zone_people(&self.site(), Some(&zone), grid, series, at(DAY_MIN))
    }

    fn at_hour(&self, series: &SeriesSet, hour: u16) -> PeopleFigure {
        self.told(series, &hours())[usize::from(hour)]
    }

    /// The mean difference between what is told and who was there, over the hours in which anybody was.
    fn error(&self, series: &SeriesSet) -> f64 {
        let occupied: Vec<_> = self
            .told(series, &quarters())
            .iter()
            .zip((0..DAY_MIN).step_by(15))
            .filter(|(_, minute)| (self.people)(*minute) > 0.0)
            .map(|(figure, minute)| (figure.people.unwrap() - (self.people)(minute)).abs())
            .collect();
        occupied.iter().sum::<f64>() / occupied.len() as f64
    }
}

/// Six people from 9 to 12 and three from 13:30 to 17.
fn office_hours(minute: u16) -> f64 {
    match minute {
        540..720 => 6.0,
        810..1020 => 3.0,
        _ => 0.0,
    }
}

/// Chance from 0 to 1 that is the same in every run.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> f64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as f64 / f64::from(1_u32 << 31)
    }
}

/// A minute of Tuesday 24 November 2026 in Dreux.
fn at(minute: u16) -> Instant {
    "2026-11-23T23:00:00Z".parse::<Instant>().unwrap() + SignedDuration::from_mins(minute.into())
}

fn grid(length: u16) -> Vec<Period> {
    let starts = (0..DAY_MIN).step_by(length.into());
    starts.map(|start| Period::new(at(start), at(start + length)).unwrap()).collect()
}

fn hours() -> Vec<Period> {
    grid(60)
}

fn quarters() -> Vec<Period> {
    grid(15)
}

fn observation(minute: u16, value: Value) -> Observation {
    let instant = at(minute) + SignedDuration::from_secs(7);
    Observation { observed_at: instant, received_at: instant, dated_by: DatedBy::Device, value }
}

fn source(device: &str, quantity: Quantity) -> Source {
    Source { device: device.parse().unwrap(), quantity, channel: None }
}

const AIR_AND_MOVEMENT: [Quantity; 2] = [Quantity::Co2, Quantity::OccupancyDetected];

#[test]
fn the_people_of_a_closed_room_are_told_from_its_air() {
    let room = Room::OFFICE;
    let series = room.series(&AIR_AND_MOVEMENT);
    assert!(room.error(&series) < 0.7, "{} people", room.error(&series));
    let morning = room.at_hour(&series, 10);
    assert!(morning.low.unwrap() <= 6.0 && 6.0 <= morning.high.unwrap(), "{morning:?}");
    assert_eq!((morning.occupancy, morning.quality), (Occupancy::Occupied, Quality::Estimated));
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
fn the_air_alone_tells_about_how_many_there_are() {
    let room = Room::OFFICE;
    let series = room.series(&[Quantity::Co2]);
    assert!(room.error(&series) < 1.0, "{} people", room.error(&series));
}

#[test]
fn a_large_room_is_told_in_steps_of_several_people() {
    let room = Room {
        capacity: 150,
        volume_m3: 1500.0,
        people: |minute| if (600..720).contains(&minute) { 100.0 } else { 0.0 },
        ..Room::OFFICE
    };
    let told = room.at_hour(&room.series(&AIR_AND_MOVEMENT), 11);
    assert!((told.people.unwrap() - 100.0).abs() < 10.0, "{told:?}");
}

#[test]
fn a_door_that_counts_right_is_told_as_it_counts() {
    let room = Room::OFFICE;
    let mut series = room.series(&AIR_AND_MOVEMENT);
    room.door(&mut series, 1.0);

    let told = |hour| room.at_hour(&series, hour);

    assert_eq!((told(10).people, told(15).people), (Some(6.0), Some(3.0)));
    assert_eq!((told(20).people, told(20).occupancy), (Some(0.0), Occupancy::Vacant));
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
fn the_air_of_a_fan_tells_only_how_many_must_be_there_at_least() {
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
fn a_fan_whose_flow_is_measured_tells_the_number_again() {
    let room = Room { ventilation: "{ airflow = \"flow\" }", air: |_| 3.1, ..Room::OFFICE };
    let mut series = room.series(&AIR_AND_MOVEMENT);
    let flow = (0..DAY_MIN).map(|minute| observation(minute, Value::Gauge(300.0)));
    series.insert(source("fan", Quantity::Airflow), flow.collect());
    assert!(room.error(&series) < 1.0, "{} people", room.error(&series));
}

#[test]
fn a_room_of_which_nothing_is_heard_is_unknown_and_not_vacant() {
    let told = Room::OFFICE.at_hour(&SeriesSet::default(), 10);
    assert_eq!((told.people, told.occupancy), (None, Occupancy::Unknown));
    assert_eq!((told.quality, told.coverage), (Quality::Unknown, 0.0));
}

#[test]
fn an_hour_is_the_same_whatever_else_was_asked_for() {
    let room = Room::OFFICE;
    let series = room.series(&AIR_AND_MOVEMENT);
    let hour = hours()[10];
    let (alone, among) = (room.told(&series, &[hour])[0], room.at_hour(&series, 10));
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
    assert_eq!(loaded.end().to_string(), "2026-11-25T06:00:00Z");
}

/// What the live view tells at a minute, with everything heard up to then.
fn told_live(room: &Room, series: &SeriesSet, filters: &mut Filters, minute: u16) -> Moment {
    let site = room.site();
    let tree = Tree::of(&site);
    let extents = || (0..tree.count()).map(|place| tree.extent(place));
    let mut heard = SeriesSet::default();
    for need in extents().flat_map(|extent| extent.needs(&site)) {
        let until = series.of(&need.source).iter().filter(|one| one.observed_at <= at(minute));
        heard.insert(need.source.clone(), until.copied().collect());
    }
    let mut traffic = Traffic::new(&site);
    traffic.replay(extents(), &site, &heard);
    let place = place_of(&site, Some(&"room".parse().unwrap()));
    people_now(&site, &tree, &traffic, filters, at(minute))[place]
}

#[test]
fn live_tells_what_history_tells_of_the_same_moment() {
    let room = Room::OFFICE;
    let mut series = room.series(&AIR_AND_MOVEMENT);
    room.door(&mut series, 0.5);
    let minute = 10 * 60 + 3;
    let now = Period::new(at(minute - 1), at(minute)).unwrap();

    let live = told_live(&room, &series, &mut Filters::default(), minute).estimate;

    let heard = |quantity| {
        let all = series.of(&source(device(quantity), quantity)).iter();
        all.filter(|one| one.observed_at <= at(minute)).copied().collect()
    };
    let mut until_now = SeriesSet::default();
    for quantity in
        [Quantity::Co2, Quantity::OccupancyDetected, Quantity::PeopleIn, Quantity::PeopleOut]
    {
        until_now.insert(source(device(quantity), quantity), heard(quantity));
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
        told_live(&room, &series, &mut running, minute);
    }
    let (carried_on, restarted) = (
        told_live(&room, &series, &mut running, 721),
        told_live(&room, &series, &mut Filters::default(), 721),
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

    let told = room.at_hour(&series, 10);

    assert_eq!(told.occupancy, Occupancy::Occupied, "{told:?}");
    assert!(told.people.unwrap() > 1.0, "{told:?}");
}

fn device(quantity: Quantity) -> &'static str {
    match quantity {
        Quantity::Co2 => "air",
        Quantity::OccupancyDetected => "pir",
        _ => "door",
    }
}
