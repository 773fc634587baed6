use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::*;
use crate::quantity::Quantity;
use crate::reading::{DatedBy, Value};
use crate::register::{Mark, Outcome, Register};
use crate::testing::at_minute as at;

const GAP: SignedDuration = SignedDuration::from_mins(15);

fn basis(quantity: Quantity) -> Basis {
    Basis::new(quantity, GAP)
}

fn rollup(quantity: Quantity, readings: &[(i64, f64)]) -> Rollup {
    let readings = readings.iter().map(|&(minute, value)| (at(minute), value));
    Rollup::of_all(readings, &basis(quantity)).unwrap()
}

#[test]
fn a_register_that_starts_again_lower_has_counted_from_zero() {
    let readings = [(0, 100.0), (1, 130.0), (2, 20.0), (3, 25.0)];
    let rollup = rollup(Quantity::EnergyImported, &readings);
    assert_eq!((rollup.count, rollup.increase, rollup.falls), (4, 30.0 + 20.0 + 5.0, 1));
    assert!(!rollup.is_plain(&Bounds::energy(4000.0)));
}

#[test]
fn the_rollup_of_a_whole_is_that_of_its_parts_in_order() {
    let readings = [(0, 5.0), (1, 7.0), (40, 1.0), (41, 4.0)];
    for quantity in [Quantity::EnergyImported, Quantity::ActivePower, Quantity::Co2] {
        let basis = basis(quantity);
        let part = |readings| rollup(quantity, readings);
        let joined = part(&readings[..1]).then(part(&readings[1..3]), &basis);
        assert_eq!(joined.then(part(&readings[3..]), &basis), part(&readings));
    }
}

#[test]
fn power_is_held_until_the_next_reading_and_no_longer_than_the_longest_gap() {
    let minute = 60_000.0;
    let rollup = rollup(Quantity::ActivePower, &[(0, 600.0), (10, -50.0), (12, 100.0), (60, 0.0)]);
    let held = 600.0 * 10.0 * minute + 100.0 * 15.0 * minute;
    assert_eq!((rollup.held, rollup.covered_ms, rollup.gaps), (held, 12 * 60_000, 1));
    assert_eq!(rollup.spoken_ms(&basis(Quantity::ActivePower)), 27 * 60_000);
}

#[test]
fn a_rise_that_only_a_large_machine_can_make_is_plain_for_a_large_machine_only() {
    let rollup = rollup(Quantity::EnergyImported, &[(0, 7.0), (1, 1107.0), (600, 1107.0)]);
    assert!(!rollup.is_plain(&Bounds::energy(36_000.0)));
    assert!(rollup.is_plain(&Bounds::energy(72_000.0)));
}

/// A state over quarters of an hour and over days, from its readings alone.
fn folded(readings: &[(i64, f64)], grid: &[Period], now: Instant) -> Vec<StateTime> {
    let basis = basis(Quantity::OccupancyDetected);
    let ends = readings.iter().skip(1).map(|(minute, _)| at(*minute)).chain([now]);
    let mut times = vec![StateTime::default(); grid.len()];
    for (&(minute, value), end) in readings.iter().zip(ends) {
        let Some(held) = Period::new(at(minute), end.min(at(minute) + basis.gap())) else {
            continue;
        };
        for (period, time) in grid.iter().zip(&mut times) {
            let shared = held
                .intersection(*period)
                .map_or(0, |shared| i64::try_from(shared.length().as_millis()).unwrap());
            time.known_ms += shared;
            #[expect(clippy::cast_precision_loss, reason = "two days of ms")]
            (time.true_ms += value * shared as f64);
        }
    }
    times
}

fn observations(quantity: Quantity, readings: &[(i64, f64)]) -> Vec<Observation> {
    let observation = |&(minute, number): &(i64, f64)| Observation {
        observed_at: at(minute),
        received_at: at(minute),
        dated_by: DatedBy::Device,
        value: Value::from_f64(quantity.kind(), number),
    };
    readings.iter().map(observation).collect()
}

/// Sum of the rises of these totals, which `register` observes.
fn observe(register: &mut Register, readings: &[(i64, f64)]) -> f64 {
    let mut sum = 0.0;
    for &(minute, total) in readings {
        register.observe(Mark { at: at(minute), total }, &mut |outcome| {
            if let Outcome::Rise(rise) = outcome {
                sum += rise.amount;
            }
        });
    }
    sum
}

fn minutes() -> impl Strategy<Value = Vec<i64>> {
    prop::collection::btree_set(0..3000_i64, 1..60).prop_map(|set| set.into_iter().collect())
}

#[test]
fn steps_that_each_report_may_take_are_not_plain_when_the_ends_cannot_tell_them() {
    // 100 Wh at once and 2200 W: each rise is explained, both together are not.
    let readings = [(11, 1000.0), (14, 1123.0), (20, 1431.0)];
    let bounds = Bounds::energy(2000.0);
    assert!(rollup(Quantity::EnergyImported, &readings[..2]).is_plain(&bounds));
    assert!(rollup(Quantity::EnergyImported, &readings[1..]).is_plain(&bounds));
    assert!(!rollup(Quantity::EnergyImported, &readings).is_plain(&bounds));
}

proptest! {
    #[test]
    fn a_state_is_true_as_long_by_rollups_as_by_readings(
        minutes in minutes(), states: Vec<bool>, now in 0..4000_i64,
    ) {
        let readings: Vec<(i64, f64)> =
            minutes.into_iter().zip(states).filter(|(minute, _)| *minute <= now)
                .map(|(minute, state)| (minute, f64::from(u8::from(state)))).collect();
        let basis = basis(Quantity::OccupancyDetected);
        for (step, grid_step) in [
            (Step::Quarter, calendar::Step::Minutes(15)),
            (Step::Quarter, calendar::Step::Hour),
            (Step::Day(TimeZone::UTC), calendar::Step::Day),
        ] {
            let span = Period::new(at(600), at(3600)).unwrap();
            let grid: Vec<_> = calendar::grid(grid_step, span, &TimeZone::UTC).collect();
            let (before, within): (Vec<_>, Vec<_>) =
                readings.iter().partition(|(minute, _)| at(*minute) < grid[0].start());
            let before = before.last().map(|&(minute, value)| (at(minute), value));
            let buckets = roll_up(&observations(Quantity::OccupancyDetected, &within), &step, &basis);
            prop_assert_eq!(
                state_time(&buckets, &grid, before, &basis, at(now)),
                folded(&readings, &grid, at(now))
            );
        }
    }

    #[test]
    fn the_ends_of_a_plain_rollup_tell_a_register_what_all_readings_tell(
        before in prop::collection::vec(0..3000_u32, 0..3),
        totals in prop::collection::vec((1..30_i64, 0..400_u32), 1..20),
        start in 1000..3000_u32,
    ) {
        let (mut minute, mut total) = (10, start);
        let readings: Vec<_> = totals.into_iter().map(|(later, more)| {
            minute += later;
            total += more;
            (minute, f64::from(total))
        }).collect();
        let before: Vec<_> = (0..).zip(before).map(|(n, total)| (n, f64::from(total))).collect();
        let bounds = Bounds::energy(2000.0);
        let rollup = rollup(Quantity::EnergyImported, &readings);

        let mut all = Register::new(bounds);
        observe(&mut all, &before);
        let rise = observe(&mut all, &readings);

        let mut ends = Register::new(bounds);
        observe(&mut ends, &before);
        let mut rise_by_ends = observe(&mut ends, &readings[..1]);
        let stands = ends.stands_at(Mark { at: rollup.first.0, total: rollup.first.1 });
        if readings.len() > 1 {
            rise_by_ends += observe(&mut ends, &readings[readings.len() - 1..]);
        }
        if stands && rollup.is_plain(&bounds) {
            prop_assert!((rise_by_ends - rise).abs() < 1e-9);
            let last = Mark { at: rollup.last.0, total: rollup.last.1 };
            prop_assert!(all.stands_at(last) && ends.stands_at(last));
        }
    }

    #[test]
    fn any_cut_gives_the_same_rollup(
        minutes in minutes(), numbers in prop::collection::vec(0..5000_u32, 60), cut: prop::sample::Index,
    ) {
        for quantity in [Quantity::EnergyImported, Quantity::ActivePower, Quantity::PeopleIn] {
            let readings: Vec<_> = minutes.iter().zip(&numbers)
                .map(|(minute, number)| (*minute, f64::from(*number))).collect();
            let (a, b) = readings.split_at(cut.index(readings.len()));
            let whole = rollup(quantity, &readings);
            let joined = match (a.is_empty(), b.is_empty()) {
                (true, _) => rollup(quantity, b),
                (_, true) => rollup(quantity, a),
                _ => rollup(quantity, a).then(rollup(quantity, b), &basis(quantity)),
            };
            prop_assert_eq!(joined, whole);
        }
    }
}
