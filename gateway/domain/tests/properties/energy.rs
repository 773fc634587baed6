//! Energy from registers and power.

use domain::calendar::{Step, grid, period_of};
use domain::energy::{EnergyFigure, meter_energy, zone_energy};
use domain::site::Rules;
use domain::{Instant, Period, Quantity, Reading};
use jiff::SignedDuration;
use proptest::prelude::*;

use super::house::{Store, assert_same, at, days, reading, readings, site, total};

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
        let before = Period::new(at(0), last).unwrap();
        assert_same(figures(&series, before).energy_wh, figures(&readings, before).energy_wh)?;
        // While nothing has ended the silence, it is unknown from its beginning.
        let silence = Period::new(last, back).unwrap();
        prop_assert_eq!(figures(&readings, silence), EnergyFigure::UNKNOWN);
        assert_same(figures(&readings, known).energy_wh, figures(&readings, before).energy_wh)?;
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
}
