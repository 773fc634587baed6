//! Live states beside the figures of history.

use std::sync::Arc;

use domain::calendar::{Step, grid, period_of};
use domain::energy::{NEIGHBOURS, meter_energy};
use domain::live::{Live, Need};
use domain::occupancy;
use domain::wire::state::document;
use domain::{Period, SeriesSet};
use jiff::SignedDuration;
use proptest::prelude::*;

use super::house::{Store, assert_same, at, readings, site, traffic};

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn people_now_are_those_of_history_and_lie_between_low_and_high(
        readings in traffic(),
        later in 1..40_000_i64,
        early in 0..200_usize,
    ) {
        let site = Arc::new(site());
        let mut store = Store::default();
        let (early, others) = readings.split_at(early.min(readings.len()));
        // The gateway starts when these have been stored: what was dated later than its start it would set aside.
        let start = early.iter().map(|reading| reading.observation.observed_at).max();
        let start = start.unwrap_or(at(0));
        let mut live = Live::new(Arc::clone(&site), start);
        for reading in early {
            store.append(reading);
        }
        for need in live.take_stale(start) {
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
        let states: Vec<_> = states.into_iter().map(document).collect();
        let instant = Period::new(now, now + SignedDuration::from_millis(1)).unwrap();
        let lead = occupancy::lead(instant, &site);
        for zone in [None, Some("ground"), Some("workshop")] {
            let zone = zone.map(|zone| zone.parse().unwrap());
            let name = zone.as_ref().map_or("building".to_owned(), |zone| format!("zones/{zone}"));
            let Some((_, state)) = states.iter().find(|(topic, _)| *topic == name) else { continue };
            let mut series = SeriesSet::default();
            for need in occupancy::zone_needs(&site, zone.as_ref()) {
                series.insert(need.source.clone(), store.range(&need.source, lead, NEIGHBOURS));
            }
            let figure = occupancy::zone_people(&site, zone.as_ref(), &[instant], &series, instant.end())[0];
            assert_same(state["people"].as_f64(), figure.people)?;
            assert_same(state["low"].as_f64(), figure.low)?;
            if let (Some(people), Some(low), Some(high)) = (figure.people, figure.low, figure.high) {
                prop_assert!(0.0 <= low && low <= people && people <= high);
            }
        }
    }

    #[test]
    fn a_quarter_of_an_hour_has_the_people_of_its_day_and_they_lie_between_low_and_high(
        readings in traffic(),
        chosen in 0..96_usize,
        later in 0..90_000_i64,
    ) {
        let site = site();
        let mut store = Store::default();
        for reading in &readings {
            store.append(reading);
        }
        let now = readings.last().map_or(at(0), |last| last.observation.observed_at) + SignedDuration::from_secs(later);
        let day = period_of(Step::Day, readings.first().map_or(at(0), |first| first.observation.observed_at), &site.timezone);
        let quarters: Vec<Period> = grid(Step::Minutes(15), day, &site.timezone).collect();
        let chosen = quarters[chosen.min(quarters.len() - 1)];
        for zone in [None, Some("ground"), Some("workshop")] {
            let zone = zone.map(|zone| zone.parse().unwrap());
            let figures = |grid: &[Period]| {
                let span = Period::new(grid[0].start(), grid[grid.len() - 1].end()).unwrap();
                let lead = occupancy::lead(span, &site);
                let mut series = SeriesSet::default();
                for need in occupancy::zone_needs(&site, zone.as_ref()) {
                    series.insert(need.source.clone(), store.range(&need.source, lead, NEIGHBOURS));
                }
                occupancy::zone_people(&site, zone.as_ref(), grid, &series, now)
            };
            let (among, alone) = (figures(&quarters), figures(&[chosen]).remove(0));
            let place = quarters.iter().position(|quarter| *quarter == chosen).unwrap();
            assert_same(among[place].people, alone.people)?;
            assert_same(among[place].high, alone.high)?;
            for figure in among {
                if let (Some(people), Some(low), Some(high)) = (figure.people, figure.low, figure.high) {
                    prop_assert!(0.0 <= low && low <= people && people <= high, "{figure:?}");
                }
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

        let states: Vec<_> = live.states(clock).into_iter().map(document).collect();
        let series = store.all();
        let today = period_of(Step::Day, clock, &site.timezone);
        let yesterday = period_of(Step::Day, today.start() - SignedDuration::from_secs(1), &site.timezone);
        let month = period_of(Step::Month, clock, &site.timezone);
        for meter in &site.meters {
            let name = format!("meters/{}", meter.id);
            let state = &states.iter().find(|(topic, _)| *topic == name).unwrap().1;
            for (key, period) in [("today_wh", today), ("yesterday_wh", yesterday), ("month_wh", month)] {
                let figure = meter_energy(meter, &[period], &series, &site.rules, clock)[0];
                assert_same(state[key].as_f64(), figure.energy_wh)?;
            }
        }
    }
}
