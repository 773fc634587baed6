//! A room whose people are known, because its air was worked out from them.

use jiff::SignedDuration;

use crate::instant::{Instant, Period};
use crate::occupancy::{PeopleFigure, zone_people};
use crate::quantity::Quantity;
use crate::reading::{DatedBy, Observation, SeriesSet, Value};
use crate::site::Site;
pub(super) use crate::testing::source;

pub(super) const DAY_MIN: u16 = 24 * 60;

/// A room of 100 m³ for 20 people.
pub(super) struct Room {
    pub(super) ventilation: &'static str,
    pub(super) capacity: u32,
    pub(super) volume_m3: f64,
    /// Air changes an hour at a minute of the day.
    pub(super) air: fn(u16) -> f64,
    /// How many people there are at a minute of the day.
    pub(super) people: fn(u16) -> f64,
}

impl Room {
    pub(super) const OFFICE: Self = Self {
        ventilation: "\"natural\"",
        capacity: 20,
        volume_m3: 100.0,
        air: |_| 0.8,
        people: office_hours,
    };

    pub(super) fn site(&self) -> Site {
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
    pub(super) fn door(&self, series: &mut SeriesSet, leaving: f64) {
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

    pub(super) fn series(&self, quantities: &[Quantity]) -> SeriesSet {
        let mut series = SeriesSet::default();
        if quantities.contains(&Quantity::Co2) {
            series.insert(source("air", Quantity::Co2), self.co2());
        }
        if quantities.contains(&Quantity::OccupancyDetected) {
            series.insert(source("pir", Quantity::OccupancyDetected), self.movement());
        }
        series
    }

    pub(super) fn figures(&self, series: &SeriesSet, grid: &[Period]) -> Vec<PeopleFigure> {
        let zone = "room".parse().unwrap();
        zone_people(&self.site(), Some(&zone), grid, series, at(DAY_MIN))
    }

    pub(super) fn at_hour(&self, series: &SeriesSet, hour: u16) -> PeopleFigure {
        self.figures(series, &hours())[usize::from(hour)]
    }

    /// Mean difference between the figures and the people who were there, over the hours in which anybody was.
    pub(super) fn error(&self, series: &SeriesSet) -> f64 {
        let occupied: Vec<_> = self
            .figures(series, &quarters())
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
pub(super) fn at(minute: u16) -> Instant {
    "2026-11-23T23:00:00Z".parse::<Instant>().unwrap() + SignedDuration::from_mins(minute.into())
}

pub(super) fn grid(length: u16) -> Vec<Period> {
    let starts = (0..DAY_MIN).step_by(length.into());
    starts.map(|start| Period::new(at(start), at(start + length)).unwrap()).collect()
}

pub(super) fn hours() -> Vec<Period> {
    grid(60)
}

pub(super) fn quarters() -> Vec<Period> {
    grid(15)
}

pub(super) fn observation(minute: u16, value: Value) -> Observation {
    let instant = at(minute) + SignedDuration::from_secs(7);
    Observation { observed_at: instant, received_at: instant, dated_by: DatedBy::Device, value }
}

pub(super) const AIR_AND_MOVEMENT: [Quantity; 2] = [Quantity::Co2, Quantity::OccupancyDetected];
