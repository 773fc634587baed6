//! A house with its readings as chance has them, and a store of them.

use std::collections::BTreeMap;

use domain::calendar::{Step, grid};
use domain::energy::EnergyFigure;
use domain::site::Site;
use domain::{DatedBy, Instant, Observation, Period, Quantity, Reading, SeriesSet, Source, Value};
use jiff::SignedDuration;
use proptest::prelude::*;

pub(crate) const SITE: &str = r#"
[site]
id = "house"
name = "House"
timezone = "Europe/Paris"
capacity = 10
area_m2 = 100

[site.opening]
saturday = ["08:00-21:00"]
sunday = ["10:00-16:00"]

[[zone]]
id = "ground"
name = "Ground floor"

[[zone]]
id = "workshop"
name = "Workshop"
parent = "ground"

[[zone]]
id = "loft"
name = "Loft"

[[point]]
id = "workshop-movement"
zone = "workshop"
quantity = "occupancy_detected"
sources = [{ device = "pir" }]

[[doorway]]
id = "front"
from = "outside"
to = "ground"
sources = [{ device = "front" }]

[[doorway]]
id = "inner"
from = "ground"
to = "workshop"
sources = [{ device = "inner" }]

[[meter]]
id = "saw"
name = "Saw"
zone = "workshop"
max_power_w = 3000
energy = [{ device = "old", until = "2026-10-25T03:30:00+01:00" }, { device = "new", since = "2026-10-25T03:30:00+01:00" }]
power = [{ device = "old" }]

[[meter]]
id = "blade"
name = "Blade"
zone = "workshop"
parent = "saw"
energy = [{ device = "blade" }]

[[meter]]
id = "lamps"
name = "Lamps"
zone = "loft"
energy = [{ device = "lamps" }]
power = [{ device = "lamps" }]
"#;

/// The evening before the day of 25 hours.
pub(crate) const EVENING: &str = "2026-10-24T20:00:00+02:00";

pub(crate) fn site() -> Site {
    domain::site::parse(SITE, "house.toml").unwrap()
}

pub(crate) fn at(second: i64) -> Instant {
    EVENING.parse::<Instant>().unwrap() + SignedDuration::from_secs(second)
}

pub(crate) fn reading(device: &str, quantity: Quantity, second: i64, number: f64) -> Reading {
    let source = Source { device: device.parse().unwrap(), quantity, channel: None };
    let value = Value::from_f64(quantity.kind(), number);
    let (observed_at, received_at) = (at(second), at(second));
    let observation = Observation { observed_at, received_at, dated_by: DatedBy::Device, value };
    Reading { source, observation }
}

/// Registers that rise, stand still, start again, glitch and jump; power that comes and goes; silences of each length.
pub(crate) fn readings() -> impl Strategy<Value = Vec<Reading>> {
    let step = prop_oneof![8 => 1..300_i64, 1 => 300..20_000_i64];
    let change = prop_oneof![
        8 => (0..80_u16).prop_map(|rise| (1.0, f64::from(rise))),
        1 => Just((0.0, 0.0)),
        1 => Just((1.0, -50.0)),
        1 => Just((0.5, 0.0)),
        1 => Just((1.0, 90_000.0)),
    ];
    let device = prop::sample::select(vec!["old", "new", "blade", "lamps"]);
    let one = (device, any::<bool>(), step, change, 0..3000_u16);
    prop::collection::vec(one, 0..250).prop_map(|steps| {
        let mut totals = BTreeMap::new();
        let (mut second, mut readings) = (0, Vec::new());
        for (device, is_register, step, (factor, rise), watts) in steps {
            second += step;
            let total = totals.entry(device).or_insert(50_000.0);
            if is_register {
                *total = f64::max(*total * factor + rise, 0.0);
                readings.push(reading(device, Quantity::EnergyImported, second, *total));
            } else {
                readings.push(reading(device, Quantity::ActivePower, second, f64::from(watts)));
            }
        }
        readings
    })
}

/// People who pass two doors, counters that start again, a detector that sees them now and then, over three days.
pub(crate) fn traffic() -> impl Strategy<Value = Vec<Reading>> {
    let step = prop_oneof![8 => 1..600_i64, 1 => 600..30_000_i64];
    let people = prop_oneof![12 => 0..6_u8, 1 => Just(255)];
    let one = (0..5_usize, step, people);
    prop::collection::vec(one, 0..200).prop_map(|steps| {
        let lanes = [
            ("front", Quantity::PeopleIn),
            ("front", Quantity::PeopleOut),
            ("inner", Quantity::PeopleIn),
            ("inner", Quantity::PeopleOut),
        ];
        let (mut second, mut totals) = (0, [100.0; 4]);
        let mut readings = Vec::new();
        for (lane, step, people) in steps {
            second += step;
            let Some((device, quantity)) = lanes.get(lane).copied() else {
                readings.push(reading(
                    "pir",
                    Quantity::OccupancyDetected,
                    second,
                    f64::from(people % 2),
                ));
                continue;
            };
            totals[lane] = if people == 255 { 0.0 } else { totals[lane] + f64::from(people) };
            readings.push(reading(device, quantity, second, totals[lane]));
        }
        readings
    })
}

/// What a store does: each identity once, the first one stays.
#[derive(Default)]
pub(crate) struct Store(BTreeMap<Source, BTreeMap<Instant, Observation>>);

impl Store {
    pub(crate) fn append(&mut self, reading: &Reading) {
        let series = self.0.entry(reading.source.clone()).or_default();
        series.entry(reading.observation.observed_at).or_insert(reading.observation);
    }

    pub(crate) fn of(readings: &[Reading]) -> SeriesSet {
        let mut store = Self::default();
        for reading in readings {
            store.append(reading);
        }
        store.all()
    }

    pub(crate) fn all(self) -> SeriesSet {
        let mut set = SeriesSet::default();
        for (source, series) in self.0 {
            set.insert(source, series.into_values().collect());
        }
        set
    }

    pub(crate) fn range(&self, source: &Source, period: Period, before: usize) -> Vec<Observation> {
        let Some(series) = self.0.get(source) else { return Vec::new() };
        let inside = series.values().filter(|one| period.contains(one.observed_at));
        let earlier: Vec<_> =
            series.values().filter(|one| one.observed_at < period.start()).copied().collect();
        let mut found = earlier[earlier.len().saturating_sub(before)..].to_vec();
        found.extend(inside);
        found
    }
}

pub(crate) fn days(now: Instant) -> Vec<Period> {
    let span = Period::new(at(0), now + SignedDuration::from_secs(1)).unwrap();
    grid(Step::Day, span, &site().timezone).collect()
}

pub(crate) fn total(figures: &[EnergyFigure]) -> Option<f64> {
    figures.iter().filter_map(|figure| figure.energy_wh).reduce(|sum, wh| sum + wh)
}

pub(crate) fn assert_same(one: Option<f64>, other: Option<f64>) -> Result<(), TestCaseError> {
    let near = match (one, other) {
        (Some(one), Some(other)) => (one - other).abs() <= 1e-9 * one.abs().max(1.0),
        (one, other) => one == other,
    };
    prop_assert!(near, "{one:?} is not {other:?}");
    Ok(())
}
