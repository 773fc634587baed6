//! Energy from registers and power.

use domain::calendar::{Step, grid, period_of};
use domain::energy::{
    EnergyFigure, Missing, NEIGHBOURS, Piece, RolledSet, meter_energy, meter_needs, rolled_energy,
    sum_of, zone_energy,
};
use domain::rollup::{self, Basis, roll_up};
use domain::site::Rules;
use domain::{Instant, Period, Quantity, Reading, SeriesSet};
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
}
