//! Energy after all readings have ended, at any later moment.

use domain::calendar::{Step, grid};
use domain::energy::{EnergyFigure, meter_energy, meter_needs};
use domain::site::{Meter, Rules};
use domain::{Instant, Period, Quantity, Reading};
use jiff::SignedDuration;
use proptest::prelude::*;

use super::house::{Store, assert_same, at, reading, readings, site};

const GAP: SignedDuration = SignedDuration::from_mins(15);

/// The readings of a meter.
fn of_meter(meter: &Meter, readings: &[Reading]) -> Vec<Reading> {
    let is_own = |one: &&Reading| {
        meter_needs(meter).any(|role| {
            role.source == one.source && role.period.contains(one.observation.observed_at)
        })
    };
    readings.iter().filter(is_own).cloned().collect()
}

fn last_of(readings: &[Reading]) -> Option<Instant> {
    readings.iter().map(|one| one.observation.observed_at).max()
}

fn hours(until: Instant) -> Vec<Period> {
    let span = Period::new(at(0), until + SignedDuration::from_hours(3)).unwrap();
    grid(Step::Hour, span, &site().timezone).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_hour_after_the_last_reading_is_unknown_once_the_meter_is_missed(
        readings in readings(),
        later in 1..20_000_i64,
    ) {
        for meter in &site().meters {
            let own = of_meter(meter, &readings);
            let Some(last) = last_of(&own) else { continue };
            let now = last + GAP + SignedDuration::from_secs(later);
            let hours = hours(now);
            let figures = meter_energy(meter, &hours, &Store::of(&own), &Rules::default(), now);
            for (hour, figure) in hours.iter().zip(figures) {
                prop_assert!(hour.start() < last || figure == EnergyFigure::UNKNOWN, "{hour:?}: {figure:?}");
            }
        }
    }

    #[test]
    fn once_a_meter_is_missed_its_figures_stay_as_they_are(
        readings in readings(),
        later in 1..10_000_i64,
        more in 1..50_000_i64,
    ) {
        for meter in &site().meters {
            let own = of_meter(meter, &readings);
            let Some(last) = last_of(&own) else { continue };
            let now = last + GAP + SignedDuration::from_secs(later);
            let hours = hours(now);
            let figures = |now| meter_energy(meter, &hours, &Store::of(&own), &Rules::default(), now);
            let (sooner, later) = (figures(now), figures(now + SignedDuration::from_secs(more)));
            for ((hour, sooner), later) in hours.iter().zip(sooner).zip(later) {
                prop_assert_eq!(sooner.energy_wh, later.energy_wh);
                prop_assert!(hour.end() > now || sooner == later, "{hour:?}: {sooner:?} is not {later:?}");
            }
        }
    }

    #[test]
    fn an_hour_without_readings_is_covered_by_what_was_held_before_it_at_most(
        readings in readings(),
        cut in any::<prop::sample::Index>(),
        later in 0..10_000_i64,
    ) {
        for meter in &site().meters {
            let own = of_meter(meter, &readings);
            let own = &own[..cut.index(own.len() + 1)];
            let Some(last) = last_of(own) else { continue };
            let now = last + SignedDuration::from_secs(later);
            let hours = hours(now);
            let figures = meter_energy(meter, &hours, &Store::of(own), &Rules::default(), now);
            for (hour, figure) in hours.iter().zip(figures) {
                let near = |one: &&Reading| {
                    let at = one.observation.observed_at;
                    hour.contains(at) || at <= hour.start() && hour.start() < at + GAP
                };
                let is_read = own.iter().filter(near).count() > 0;
                prop_assert!(is_read || figure.coverage == 0.0, "{hour:?}: {figure:?}");
            }
        }
    }

    #[test]
    fn power_after_the_last_reading_of_a_register_is_booked_when_it_flowed(
        register in prop::collection::vec(1..600_i64, 1..20),
        power in prop::collection::vec((1..900_i64, 0..3000_u16), 1..60),
        later in 1..10_000_i64,
    ) {
        let mut second = 0;
        let mut readings = vec![];
        for step in register {
            readings.push(reading("lamps", Quantity::EnergyImported, second, 7000.0));
            second += step;
        }
        let last_register = last_of(&readings).unwrap();
        let (mut second, mut flowed, mut held): (i64, f64, Option<(i64, f64)>) = (0, 0.0, None);
        for (step, watts) in power {
            let since = last_register.since(at(0)).as_secs();
            if let Some((from, watts)) = held {
                let seconds = (second - from.max(since)).max(0);
                flowed += watts * f64::from(u32::try_from(seconds).unwrap()) / 3600.0;
            }
            held = Some((second, f64::from(watts)));
            readings.push(reading("lamps", Quantity::ActivePower, second, f64::from(watts)));
            second += step;
        }
        let last = last_of(&readings).unwrap();
        let now = last.max(last_register) + GAP + SignedDuration::from_secs(later);
        let site = site();
        let lamps = site.meter("lamps").unwrap();
        let grid = [
            Period::new(last_register, last.max(last_register)).unwrap(),
            Period::new(last.max(last_register), now).unwrap(),
        ];
        let figures = meter_energy(lamps, &grid, &Store::of(&readings), &Rules::default(), now);
        assert_same(Some(figures[0].energy_wh.unwrap_or(0.0)), Some(flowed))?;
        prop_assert_eq!(figures[1], EnergyFigure::UNKNOWN);
    }
}
