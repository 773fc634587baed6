//! What follows from energy, people and weather, on figures small enough to check by hand.

mod accounts;
mod course;
mod machines;
mod people;
mod weather;

use jiff::SignedDuration;
use jiff::civil::date;
use jiff::tz::TimeZone;

use super::*;
use crate::calendar::{Step, grid};
use crate::figure::Quality;
use crate::occupancy::Occupancy;
use crate::occupancy::PeopleFigure;
use crate::quantity::Quantity;
use crate::reading::{DatedBy, Observation, SeriesSet, Source, Value};
use crate::site::{self, Carrier, Factor, Reference, Rules, Site, Use};
use crate::testing::at;

const SITE: &str = r#"
[site]
id = "house"
name = "House"
timezone = "Europe/Paris"
capacity = 10
area_m2 = 100

[[meter]]
id = "laser"
name = "Laser"
machine = "laser"
power = [{ device = "plug" }]
energy = [{ device = "plug" }]
max_power_w = 4000

[[price]]
since = "2025-01-01"
eur_per_kwh = 0.20
fixed_eur_per_year = 365
source = "contract of 2025"

[[price]]
since = "2026-01-01"
until = "2027-01-01"
eur_per_kwh = 0.25
source = "contract of 2026"
periods = [
  { name = "winter nights", eur_per_kwh = 0.15, hours = ["00:00-06:00", "22:00-24:00"], months = [11, 12, 1, 2, 3] },
  { name = "sundays", eur_per_kwh = 0.18, days = ["sunday"] },
]
"#;

fn house() -> Site {
    site::parse(SITE, "house.toml").unwrap()
}

fn paris() -> TimeZone {
    TimeZone::get("Europe/Paris").unwrap()
}

fn span(from: &str, to: &str) -> Period {
    Period::new(at(from), at(to)).unwrap()
}

fn measured(wh: f64) -> EnergyFigure {
    let unknown = EnergyFigure::UNKNOWN;
    EnergyFigure { energy_wh: Some(wh), quality: Quality::Measured, coverage: 1.0, ..unknown }
}

/// Hours from `from` on with these Wh; `None` is unknown.
fn hourly(from: &str, wh: &[Option<f64>]) -> Vec<EnergyCell> {
    let cell = |(hour, wh): (usize, &Option<f64>)| {
        let start = at(from) + SignedDuration::from_hours(i64::try_from(hour).unwrap());
        let period = Period::new(start, start + SignedDuration::from_hours(1)).unwrap();
        Bucket { period, figure: wh.map_or(EnergyFigure::UNKNOWN, measured) }
    };
    wh.iter().enumerate().map(cell).collect()
}

fn near(one: f64, other: f64) {
    assert!((one - other).abs() < 1e-9, "{one} is not {other}");
}

fn people(count: Option<f64>) -> PeopleFigure {
    let occupancy = match count {
        None => Occupancy::Unknown,
        Some(0.0) => Occupancy::Vacant,
        Some(_) => Occupancy::Occupied,
    };
    PeopleFigure {
        people: count,
        low: count.map(|n| n * 0.5),
        high: count.map(|n| n * 2.0),
        occupancy,
        counted: None,
        parts: crate::occupancy::Parts::None,
        sources: crate::occupancy::Witnesses::NOTHING,
        quality: Quality::Estimated,
        coverage: 1.0,
    }
}
