//! What holds for the figures whatever the readings are.
#![expect(clippy::unwrap_used, reason = "the helpers stand outside of the test functions")]

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::calendar::{Step, grid, period_of};
use domain::energy::{
    EnergyFigure, Missing, NEIGHBOURS, Piece, RolledSet, meter_energy, meter_needs, rolled_energy,
    sum_of, zone_energy,
};
use domain::live::{Live, Need};
use domain::occupancy;
use domain::rollup::{self, Basis, roll_up};
use domain::site::{Rules, Site};
use domain::{DatedBy, Instant, Observation, Period, Quantity, Reading, SeriesSet, Source, Value};
use jiff::SignedDuration;
use proptest::prelude::*;

const SITE: &str = r#"
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
const EVENING: &str = "2026-10-24T20:00:00+02:00";

fn site() -> Site {
    domain::site::parse(SITE, "house.toml").unwrap()
}

fn at(second: i64) -> Instant {
    EVENING.parse::<Instant>().unwrap() + SignedDuration::from_secs(second)
}

fn reading(device: &str, quantity: Quantity, second: i64, number: f64) -> Reading {
    let source = Source { device: device.parse().unwrap(), quantity, channel: None };
    let value = Value::from_f64(quantity.kind(), number);
    let (observed_at, received_at) = (at(second), at(second));
    let observation = Observation { observed_at, received_at, dated_by: DatedBy::Device, value };
    Reading { source, observation }
}

/// Registers that rise, stand still, start again, glitch and jump; power that comes and goes; silences of each length.
fn readings() -> impl Strategy<Value = Vec<Reading>> {
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
fn traffic() -> impl Strategy<Value = Vec<Reading>> {
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
struct Store(BTreeMap<Source, BTreeMap<Instant, Observation>>);

impl Store {
    fn append(&mut self, reading: &Reading) {
        let series = self.0.entry(reading.source.clone()).or_default();
        series.entry(reading.observation.observed_at).or_insert(reading.observation);
    }

    fn of(readings: &[Reading]) -> SeriesSet {
        let mut store = Self::default();
        for reading in readings {
            store.append(reading);
        }
        store.all()
    }

    fn all(self) -> SeriesSet {
        let mut set = SeriesSet::default();
        for (source, series) in self.0 {
            set.insert(source, series.into_values().collect());
        }
        set
    }

    fn range(&self, source: &Source, period: Period, before: usize) -> Vec<Observation> {
        let Some(series) = self.0.get(source) else { return Vec::new() };
        let inside = series.values().filter(|one| period.contains(one.observed_at));
        let earlier: Vec<_> =
            series.values().filter(|one| one.observed_at < period.start()).copied().collect();
        let mut found = earlier[earlier.len().saturating_sub(before)..].to_vec();
        found.extend(inside);
        found
    }
}

fn days(now: Instant) -> Vec<Period> {
    let span = Period::new(at(0), now + SignedDuration::from_secs(1)).unwrap();
    grid(Step::Day, span, &site().timezone).collect()
}

fn total(figures: &[EnergyFigure]) -> Option<f64> {
    figures.iter().filter_map(|figure| figure.energy_wh).reduce(|sum, wh| sum + wh)
}

fn assert_same(one: Option<f64>, other: Option<f64>) -> Result<(), TestCaseError> {
    let near = match (one, other) {
        (Some(one), Some(other)) => (one - other).abs() <= 1e-9 * one.abs().max(1.0),
        (one, other) => one == other,
    };
    prop_assert!(near, "{one:?} is not {other:?}");
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_day_is_the_sum_of_its_hours_and_never_negative(readings in readings()) {
        let (site, series) = (site(), Store::of(&readings));
        let end = at(40 * 3600);
        for meter in &site.meters {
            for day in days(end) {
                let hours: Vec<_> = grid(Step::Hour, day, &site.timezone).collect();
                let figures = |grid: &[Period]| meter_energy(meter, grid, &series, &Rules::default(), end);
                let (by_hour, whole) = (figures(&hours), figures(&[day])[0]);
                assert_same(total(&by_hour), whole.energy_wh)?;
                prop_assert!(by_hour.iter().all(|hour| hour.energy_wh.is_none_or(|wh| wh >= 0.0)));
                prop_assert!(by_hour.iter().all(|hour| (0.0..=1.0).contains(&hour.coverage)));
            }
        }
    }

    #[test]
    fn a_day_of_23_hours_is_the_sum_of_its_hours_too(readings in readings()) {
        let evening: Instant = "2026-03-28T20:00:00+01:00".parse().unwrap();
        let moved = evening.since(at(0));
        let mut readings = readings;
        for one in &mut readings {
            one.observation.observed_at = one.observation.observed_at + moved;
            one.observation.received_at = one.observation.observed_at;
        }
        let (site, series) = (site(), Store::of(&readings));
        let end = evening + SignedDuration::from_hours(40);
        let sunday = period_of(Step::Day, evening + SignedDuration::from_hours(12), &site.timezone);
        let hours: Vec<_> = grid(Step::Hour, sunday, &site.timezone).collect();
        prop_assert_eq!(hours.len(), 23);
        for meter in &site.meters {
            let figures = |grid: &[Period]| meter_energy(meter, grid, &series, &Rules::default(), end);
            assert_same(total(&figures(&hours)), figures(&[sunday])[0].energy_wh)?;
        }
    }

    #[test]
    fn power_creates_no_energy_across_a_silence(
        before in prop::collection::vec((1..900_i64, 0..3000_u16), 1..40),
        silence in 901..40_000_i64,
        watts in 0..3000_u16,
    ) {
        let mut second = 0;
        let mut readings = vec![];
        for (step, watts) in before {
            readings.push(reading("lamps", Quantity::ActivePower, second, f64::from(watts)));
            second += step;
        }
        let last = readings.last().unwrap().observation.observed_at;
        let back = last + SignedDuration::from_secs(silence);
        let mut series = readings.clone();
        series.push(reading("lamps", Quantity::ActivePower, back.since(at(0)).as_secs(), f64::from(watts)));
        let site = site();
        let lamps = site.meter("lamps").unwrap();
        let held_until = last + SignedDuration::from_mins(15);
        let gap = Period::new(held_until, back).unwrap();
        let known = Period::new(at(0), held_until).unwrap();
        let figures = |readings: &[Reading], span| {
            meter_energy(lamps, &[span], &Store::of(readings), &Rules::default(), back)[0]
        };
        prop_assert_eq!(figures(&series, gap), EnergyFigure::UNKNOWN);
        // What comes after a silence changes nothing before it.
        assert_same(figures(&series, known).energy_wh, figures(&readings, known).energy_wh)?;
    }

    #[test]
    fn order_and_duplicates_do_not_matter((readings, seed) in (readings(), any::<u64>())) {
        let (site, end) = (site(), at(40 * 3600));
        let mut shuffled = readings.clone();
        shuffled.extend(readings.iter().step_by(3).cloned());
        // Any order that depends on the seed alone.
        shuffled.sort_by_key(|one| one.observation.observed_at.as_millis().rotate_left(7).wrapping_mul(seed.cast_signed() | 1));
        for meter in &site.meters {
            let figures = |readings: &[Reading]| {
                meter_energy(meter, &days(end), &Store::of(readings), &Rules::default(), end)
            };
            prop_assert_eq!(figures(&readings), figures(&shuffled));
        }
    }

    #[test]
    fn rollups_tell_exactly_what_the_readings_tell(
        readings in readings(),
        from in 0..150_000_i64,
        length in 1..200_000_i64,
        by_hour: bool,
        later in 0..60_000_i64,
    ) {
        let site = site();
        let last = readings.last().map_or(at(0), |last| last.observation.observed_at);
        let now = last + SignedDuration::from_secs(later);
        let (grid_step, step) = if by_hour {
            (Step::Hour, rollup::Step::Quarter)
        } else {
            (Step::Day, rollup::Step::Day(site.timezone.clone()))
        };
        let asked = Period::new(at(from), at(from + length)).unwrap();
        let grid: Vec<_> = grid(grid_step, asked, &site.timezone).collect();
        let span = Period::new(grid[0].start(), grid[grid.len() - 1].end()).unwrap();
        let mut store = Store::default();
        for reading in &readings {
            store.append(reading);
        }

        let sources: Vec<_> = site.meters.iter().flat_map(meter_needs).map(|it| &it.source).collect();
        let (mut raw, mut rolled) = (SeriesSet::default(), RolledSet::default());
        for source in sources {
            let before = store.range(source, Period::new(span.start(), span.start()).unwrap(), NEIGHBOURS);
            let inside = store.range(source, span, 0);
            let after = store.range(source, Period::new(span.end(), Instant::MAX).unwrap(), 0);
            let after = after[..after.len().min(NEIGHBOURS)].to_vec();
            let basis = Basis::new(source.quantity, site.rules.longest_gap());
            let buckets = roll_up(&inside, &step, &basis).into_iter().map(Piece::Rolled);
            let pieces = std::iter::once(Piece::Read(before.clone())).chain(buckets);
            rolled.insert(source.clone(), pieces.chain([Piece::Read(after.clone())]).collect());
            raw.insert(source.clone(), [before, inside, after].concat());
        }
        for meters in [vec![0], vec![1], vec![2], vec![0, 2]] {
            let meters: Vec<_> = meters.into_iter().map(|index: usize| &site.meters[index]).collect();
            let wanted = sum_of(&meters, &grid, &raw, &site.rules, now);
            let mut asked: Vec<Missing> = Vec::new();
            let told = loop {
                match rolled_energy(&meters, &grid, &rolled, &site.rules, now) {
                    Ok(told) => break told,
                    Err(missing) => for one in missing {
                        prop_assert!(!asked.contains(&one), "{one:?} was asked for twice");
                        rolled.read(&one, store.range(&one.source, one.period, 0));
                        asked.push(one);
                    },
                }
            };
            for (told, wanted) in told.iter().zip(&wanted) {
                assert_same(told.energy_wh, wanted.energy_wh)?;
                prop_assert_eq!(told.quality, wanted.quality);
                assert_same(Some(told.coverage), Some(wanted.coverage))?;
                assert_same(Some(told.repaired), Some(wanted.repaired))?;
            }
        }
    }

    #[test]
    fn zones_sum_to_the_building(readings in readings()) {
        let (site, series) = (site(), Store::of(&readings));
        let end = at(40 * 3600);
        let of = |zone: Option<&str>| {
            let zone = zone.map(|zone| zone.parse().unwrap());
            zone_energy(&site, zone.as_ref(), &days(end), &series, end)
        };
        for ((ground, loft), building) in of(Some("ground")).iter().zip(of(Some("loft"))).zip(of(None)) {
            assert_same(total(&[*ground, loft]), building.energy_wh)?;
        }
    }

    #[test]
    fn a_register_that_only_rises_adds_up_to_its_last_total(
        steps in prop::collection::vec((1..9000_i64, 0..1000_u16), 1..100),
        watts in prop::collection::vec((1..4000_i64, 0..3000_u16), 0..50),
    ) {
        let (mut second, mut sum) = (0, 0.0);
        let mut readings = vec![reading("lamps", Quantity::EnergyImported, 0, 7000.0)];
        for (step, share) in steps {
            second += step;
            // At most 1 kW, whatever the time between.
            sum += f64::from(u32::try_from(step).unwrap()) * f64::from(share) / 3600.0;
            readings.push(reading("lamps", Quantity::EnergyImported, second, 7000.0 + sum));
        }
        let (end, mut at_second) = (second, 0);
        for (step, watts) in watts {
            at_second = (at_second + step).min(end);
            readings.push(reading("lamps", Quantity::ActivePower, at_second, f64::from(watts)));
        }
        let site = site();
        let lamps = site.meter("lamps").unwrap();
        let span = Period::new(at(0), at(end)).unwrap();
        let figure = meter_energy(lamps, &[span], &Store::of(&readings), &Rules::default(), at(end))[0];
        prop_assert!((figure.energy_wh.unwrap() - sum).abs() < 1e-6);
    }

    #[test]
    fn people_now_are_those_of_history_and_lie_between_low_and_high(
        readings in traffic(),
        later in 1..40_000_i64,
        early in 0..200_usize,
    ) {
        let site = Arc::new(site());
        let mut live = Live::new(Arc::clone(&site), at(0));
        let mut store = Store::default();
        let (early, others) = readings.split_at(early.min(readings.len()));
        for reading in early {
            store.append(reading);
        }
        for need in live.take_stale(at(0)) {
            live.reload(&need.source, &store.range(&need.source, need.period, need.before));
        }
        for reading in others {
            live.observe(reading);
            store.append(reading);
            live.states(reading.observation.observed_at);
        }
        let last = readings.last().map_or(at(0), |last| last.observation.observed_at);
        let now = last + SignedDuration::from_secs(later);

        let states = live.states(now + SignedDuration::from_millis(1));
        let instant = Period::new(now, now + SignedDuration::from_millis(1)).unwrap();
        let lead = occupancy::lead(instant, &site);
        for zone in [None, Some("ground"), Some("workshop")] {
            let zone = zone.map(|zone| zone.parse().unwrap());
            let name = zone.as_ref().map_or("building".to_owned(), |zone| format!("zones/{zone}"));
            let Some((_, told)) = states.iter().find(|(told, _)| *told == name) else { continue };
            let mut series = SeriesSet::default();
            for need in occupancy::zone_needs(&site, zone.as_ref()) {
                series.insert(need.source.clone(), store.range(&need.source, lead, NEIGHBOURS));
            }
            let figure = occupancy::zone_people(&site, zone.as_ref(), &[instant], &series, instant.end())[0];
            assert_same(told["people"].as_f64(), figure.people)?;
            assert_same(told["low"].as_f64(), figure.low)?;
            if let (Some(people), Some(low), Some(high)) = (figure.people, figure.low, figure.high) {
                prop_assert!(0.0 <= low && low <= people && people <= high);
            }
        }
    }

    #[test]
    fn live_energy_is_that_of_history_however_readings_arrive(
        (readings, order) in readings().prop_flat_map(|readings| {
            let places: Vec<_> = (0..readings.len()).collect();
            let near = prop::collection::vec((0..30_usize, any::<bool>()), places.len());
            (Just(readings), near)
        }),
        pauses in prop::collection::vec(1..40_usize, 0..20),
        is_orderly: bool,
    ) {
        // Some readings come later than their place, some twice.
        let mut arrivals: Vec<_> = readings.iter().zip(&order).enumerate()
            .flat_map(|(place, (reading, (delay, twice)))| {
                let late = place + if delay % 3 == 0 && !is_orderly { *delay } else { 0 };
                [(late, reading)].into_iter().chain(twice.then_some((late + 7, reading)))
            })
            .collect();
        arrivals.sort_by_key(|(place, _)| *place);

        let site = Arc::new(site());
        let now = readings.last().map_or(at(0), |last| last.observation.observed_at) + SignedDuration::from_secs(60);
        let mut live = Live::new(Arc::clone(&site), now);
        let mut store = Store::default();
        let mut clock = now;
        let mut arrivals = arrivals.into_iter();
        for pause in pauses {
            // What arrives after asking is collected; the store may have it already or not.
            let needs = live.take_stale(clock);
            let load = |store: &Store, need: &Need| store.range(&need.source, need.period, need.before);
            let early: Vec<_> = needs.iter().map(|need| load(&store, need)).collect();
            let mut arrive = |store: &mut Store, live: &mut Live, count| {
                for (_, reading) in arrivals.by_ref().take(count) {
                    live.observe(reading);
                    store.append(reading);
                }
            };
            arrive(&mut store, &mut live, pause);
            for (index, (need, early)) in needs.iter().zip(early).enumerate() {
                let loaded = if index % 2 == 0 { early } else { load(&store, need) };
                live.reload(&need.source, &loaded);
                arrive(&mut store, &mut live, pause % 4);
            }
            clock = clock + SignedDuration::from_millis(2300);
        }
        for (_, reading) in arrivals {
            live.observe(reading);
            store.append(reading);
        }
        for _ in 0..3 {
            clock = clock + SignedDuration::from_secs(6);
            for need in live.take_stale(clock) {
                let loaded = store.range(&need.source, need.period, need.before);
                live.reload(&need.source, &loaded);
            }
        }
        prop_assert!(live.take_stale(clock + SignedDuration::from_secs(60)).is_empty());

        let states = live.states(clock);
        let series = store.all();
        let today = period_of(Step::Day, clock, &site.timezone);
        let yesterday = period_of(Step::Day, today.start() - SignedDuration::from_secs(1), &site.timezone);
        let month = period_of(Step::Month, clock, &site.timezone);
        for meter in &site.meters {
            let name = format!("meters/{}", meter.id);
            let told = &states.iter().find(|(told, _)| *told == name).unwrap().1;
            for (key, period) in [("today_wh", today), ("yesterday_wh", yesterday), ("month_wh", month)] {
                let figure = meter_energy(meter, &[period], &series, &site.rules, clock)[0];
                assert_same(told[key].as_f64(), figure.energy_wh)?;
            }
        }
    }
}
