//! Energy from rollups beside energy from the readings themselves.

use domain::calendar::{Step, grid};
use domain::energy::{Missing, NEIGHBOURS, Piece, RolledSet, meter_needs, rolled_energy, sum_of};
use domain::rollup::{self, Basis, roll_up};
use domain::{Instant, Period, Reading, SeriesSet};
use jiff::SignedDuration;
use proptest::prelude::*;

use super::house::{Store, assert_same, at, readings, site};

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn rollups_tell_exactly_what_the_readings_tell(
        readings in readings(),
        from in 0..150_000_i64,
        length in 1..200_000_i64,
        by_hour: bool,
        later in 0..60_000_i64,
    ) {
        let last = readings.last().map_or(at(0), |last| last.observation.observed_at);
        let span = Period::new(at(from), at(from + length)).unwrap();
        assert_rollups_agree(&readings, span, by_hour, last + SignedDuration::from_secs(later))?;
    }

    #[test]
    fn rollups_tell_what_the_readings_tell_at_any_moment_after_the_last_one(
        readings in readings(),
        before in 0..20_000_i64,
        by_hour: bool,
        later in prop_oneof![0..1_000_i64, 1_000..10_000_i64],
    ) {
        let last = readings.last().map_or(at(0), |last| last.observation.observed_at);
        let now = last + SignedDuration::from_secs(later);
        let span = Period::new(last - SignedDuration::from_secs(before), now).unwrap();
        prop_assume!(!span.length().is_zero());
        assert_rollups_agree(&readings, span, by_hour, now)?;
    }
}

fn assert_rollups_agree(
    readings: &[Reading],
    span: Period,
    by_hour: bool,
    now: Instant,
) -> Result<(), TestCaseError> {
    let site = site();
    let (grid_step, step) = if by_hour {
        (Step::Hour, rollup::Step::Quarter)
    } else {
        (Step::Day, rollup::Step::Day(site.timezone.clone()))
    };
    let grid: Vec<_> = grid(grid_step, span, &site.timezone).collect();
    let span = Period::new(grid[0].start(), grid[grid.len() - 1].end()).unwrap();
    let mut store = Store::default();
    for reading in readings {
        store.append(reading);
    }

    let sources: Vec<_> = site.meters.iter().flat_map(meter_needs).map(|it| &it.source).collect();
    let (mut raw, mut rolled) = (SeriesSet::default(), RolledSet::default());
    for source in sources {
        let before =
            store.range(source, Period::new(span.start(), span.start()).unwrap(), NEIGHBOURS);
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
        let of_readings = sum_of(&meters, &grid, &raw, &site.rules, now);
        let mut read: Vec<Missing> = Vec::new();
        let of_rollups = loop {
            match rolled_energy(&meters, &grid, &rolled, &site.rules, now) {
                Ok(figures) => break figures,
                Err(missing) => {
                    for one in missing {
                        prop_assert!(!read.contains(&one), "{one:?} was missing twice");
                        rolled.read(&one, store.range(&one.source, one.period, 0));
                        read.push(one);
                    }
                }
            }
        };
        for (rolled, read) in of_rollups.iter().zip(&of_readings) {
            assert_same(rolled.energy_wh, read.energy_wh)?;
            prop_assert_eq!(rolled.quality, read.quality);
            assert_same(Some(rolled.coverage), Some(read.coverage))?;
            assert_same(Some(rolled.repaired), Some(read.repaired))?;
        }
    }
    Ok(())
}
