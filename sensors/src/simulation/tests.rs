//! Promises of the simulated building, checked against its own truth.

use std::collections::BTreeMap;

use domain::site::{DREUX, Side, Site, parse};
use domain::{Instant, Quantity, Source, Value};
use jiff::SignedDuration;

use super::*;

/// A hall, a workshop beside it, one meter tree.
pub(super) fn two_rooms() -> Site {
    let text = r#"
        [site]
        id = "two-rooms"
        name = "Two rooms"
        timezone = "Europe/Paris"
        capacity = 40
        area_m2 = 200

        [[zone]]
        id = "hall"
        name = "Hall"

        [[zone]]
        id = "atelier"
        name = "Atelier"
        capacity = 30
        volume_m3 = 300

        [[doorway]]
        id = "entrance"
        from = "outside"
        to = "hall"
        sources = [{ device = "door-1" }]

        [[doorway]]
        id = "inner"
        from = "atelier"
        to = "hall"
        sources = [{ device = "door-2" }]

        [[point]]
        id = "atelier-co2"
        zone = "atelier"
        quantity = "co2"
        sources = [{ device = "air-1" }]

        [[meter]]
        id = "main"
        name = "Main"
        energy = [{ device = "shellypro3em-1", channel = "emdata:0/total" }]
        power = [{ device = "shellypro3em-1", channel = "em:0/total" }]

        [[meter]]
        id = "laser"
        name = "Laser"
        zone = "atelier"
        parent = "main"
        energy = [{ device = "plug-1" }]
        power = [{ device = "plug-1" }]
    "#;
    parse(text, "two-rooms.toml").expect("the site of these tests is in order")
}

fn dreux() -> Site {
    parse(DREUX, "dreux.toml").expect("the shipped site is in order")
}

/// A Monday evening by the wall clock.
fn evening() -> Instant {
    "2026-11-23T21:37:00+01:00".parse().unwrap()
}

fn hours(count: i64) -> SignedDuration {
    SignedDuration::from_hours(count)
}

fn without_faults(site: &Site) -> Scenario {
    Scenario { faults: false, ..Scenario::demonstration(site, 7, evening()) }
}

fn samples(emissions: &[Emission]) -> impl Iterator<Item = &Sample> {
    emissions.iter().flat_map(|emission| match &emission.content {
        Content::Readings(samples) => samples.as_slice(),
        Content::Presence(_) => &[],
    })
}

fn by_source(emissions: &[Emission]) -> BTreeMap<Source, Vec<Sample>> {
    let mut series: BTreeMap<Source, Vec<Sample>> = BTreeMap::new();
    for sample in samples(emissions) {
        series.entry(sample.source.clone()).or_default().push(sample.clone());
    }
    series
}

#[test]
fn everybody_in_the_building_is_in_one_of_its_zones() {
    let site = dreux();
    let mut building = Building::new(&site, Scenario::demonstration(&site, 3, evening()));
    for hour in 0..40 {
        building.step(evening() - hours(30) + hours(hour));
        let truth = building.truth();
        assert_eq!(truth.people, truth.zones_alone.values().sum::<u32>());
        let through_the_entrance = truth.doorways.iter().find(|(id, _)| id.as_str() == "entree");
        let (people_in, people_out) = *through_the_entrance.unwrap().1;
        assert_eq!(u64::from(truth.people), people_in - people_out);
    }
}

#[test]
fn the_building_is_well_filled_in_the_afternoon_and_empty_at_night() {
    let site = dreux();
    for seed in [1, 2, 3, 4] {
        let mut building = Building::new(&site, Scenario::demonstration(&site, seed, evening()));
        building.step(evening() - hours(10));
        assert_eq!(building.truth().people, 0, "at 4 in the morning by habit, seed {seed}");
        building.step(evening());
        let people = building.truth().people;
        assert!((80..=150).contains(&people), "{people} people at 14:00 by habit, seed {seed}");
    }
}

#[test]
fn counters_without_errors_have_every_zone_right() {
    let site = dreux();
    let mut building = Building::new(&site, without_faults(&site));
    let series = by_source(&building.step(evening()));
    let truth = building.truth();
    for (zone, people) in &truth.zones_alone {
        let mut counted = 0.0;
        for door in &site.doorways {
            let sign = |side: &Side| f64::from(u8::from(*side == Side::Zone(zone.clone())));
            let gone = |source: &Source| {
                let values = &series[source];
                values.last().unwrap().value.as_f64() - values[0].value.as_f64()
            };
            let net = gone(&door.people_in[0].source) - gone(&door.people_out[0].source);
            counted += net * (sign(&door.to) - sign(&door.from));
        }
        assert!(
            (counted - f64::from(*people)).abs() < 1e-9,
            "{zone}: {counted} counted, {people} there"
        );
    }
}

#[test]
fn counters_that_err_drift_by_a_few() {
    let site = dreux();
    let mut building = Building::new(&site, Scenario::demonstration(&site, 11, evening()));
    let series = by_source(&building.step(evening()));
    let entrance = &site.doorways[0];
    let gone = |source: &Source| {
        series[source].last().unwrap().value.as_f64() - series[source][0].value.as_f64()
    };
    let counted = gone(&entrance.people_in[0].source) - gone(&entrance.people_out[0].source);
    let error = (counted - f64::from(building.truth().people)).abs();
    assert!(error <= 12.0, "off by {error}");
}

#[test]
fn a_register_is_the_integral_of_power() {
    let site = two_rooms();
    let mut building = Building::new(&site, without_faults(&site));
    building.step(evening());
    let before = building.truth();
    let mut integral: BTreeMap<_, f64> = BTreeMap::new();
    for step in 1..=1800 {
        building.step(evening() + STEP * step);
        for (meter, power_w) in building.truth().power_w {
            *integral.entry(meter).or_default() += power_w * 2.0 / 3600.0;
        }
    }
    let after = building.truth();
    for (meter, wh) in integral {
        let taken = after.meters_wh[&meter] - before.meters_wh[&meter];
        assert!((taken - wh).abs() < 1e-6, "{meter}: {taken} Wh taken, {wh} Wh drawn");
        assert!(wh > 0.0, "{meter} drew nothing");
    }
}

#[test]
fn the_main_meter_is_its_children_and_the_rest() {
    let site = dreux();
    let mut building = Building::new(&site, without_faults(&site));
    building.step(evening());
    let power_w = building.truth().power_w;
    let of = |id: &str| power_w.iter().find(|(meter, _)| meter.as_str() == id).unwrap().1;
    let children: f64 = site
        .meters
        .iter()
        .filter(|meter| meter.parent.as_ref().is_some_and(|parent| parent.as_str() == "general"))
        .map(|meter| of(meter.id.as_str()))
        .sum();
    let rest = of("general") - children;
    assert!(rest > 0.0 && rest < 2000.0, "{rest} W beside the children");
}

#[test]
fn the_same_seed_is_the_same_building_however_it_is_asked() {
    let site = dreux();
    let scenario = || Scenario::demonstration(&site, 5, evening());
    let mut at_once = Building::new(&site, scenario());
    let mut by_parts = Building::new(&site, scenario());
    let until = evening() + SignedDuration::from_mins(30);

    let whole = at_once.step(until);
    let mut parts = Vec::new();
    for minute in 0..=(35 * 60) {
        parts.extend(by_parts.step(until - hours(35) + SignedDuration::from_mins(minute)));
    }
    assert_eq!(whole.len(), parts.len());
    assert!(whole == parts);
    assert_eq!(at_once.truth(), by_parts.truth());
    let other = Building::new(&site, Scenario { seed: 6, ..scenario() }).step(until);
    assert!(whole != other);
}

#[test]
fn history_runs_into_the_present_without_a_break() {
    let site = dreux();
    let mut building = Building::new(&site, without_faults(&site));
    let until = evening() + SignedDuration::from_mins(30);
    for (source, series) in by_source(&building.step(until)) {
        assert!(
            series.windows(2).all(|pair| pair[0].at <= pair[1].at),
            "{source} goes back in time"
        );
        let longest = series.windows(2).map(|pair| pair[1].at.since(pair[0].at)).max().unwrap();
        let allowed = if source.quantity == Quantity::Battery {
            hours(5)
        } else {
            SignedDuration::from_mins(27)
        };
        assert!(longest < allowed, "{source} is silent for {longest}");
        if let Value::Register(_) = series[0].value {
            let grows =
                series.windows(2).all(|pair| pair[0].value.as_f64() <= pair[1].value.as_f64());
            assert!(grows, "{source} falls");
        }
        let first_live = series.iter().find(|sample| sample.seq.is_some()).unwrap();
        assert_eq!(first_live.seq, Some(1));
        assert!(first_live.at.since(evening()) < SignedDuration::from_secs(5), "{source} is late");
    }
}

#[test]
fn a_node_that_was_cut_off_comes_back_with_its_backlog() {
    let site = dreux();
    let scenario = Scenario {
        live_from: evening() - hours(8),
        ..Scenario::demonstration(&site, 2, evening())
    };
    let mut building = Building::new(&site, scenario);
    let emissions = building.step(evening());

    let is_backlog = |emission: &&Emission| match &emission.content {
        Content::Readings(samples) => samples
            .windows(2)
            .any(|pair| pair[0].source == pair[1].source && pair[0].at < pair[1].at),
        Content::Presence(_) => false,
    };
    let backlog =
        emissions.iter().find(is_backlog).expect("some node of ours drops out within eight hours");
    let birth = emissions.iter().rfind(|emission| {
        emission.device == backlog.device && matches!(emission.content, Content::Presence(_))
    });
    assert!(birth.is_some());
    for (source, series) in by_source(&emissions) {
        let numbers: Vec<u64> = series.iter().filter_map(|sample| sample.seq).collect();
        let is_native = Family::of(&source.device) == Family::Native;
        let complete = numbers.windows(2).all(|pair| pair[1] == pair[0] + 1);
        assert!(complete || !is_native, "{source} lost something on the way");
    }
}

#[test]
fn no_meter_draws_more_than_its_breaker_lets_through() {
    let site = dreux();
    let mut building = Building::new(&site, without_faults(&site));
    for minute in 0..(30 * 60) {
        building.step(evening() - hours(30) + SignedDuration::from_mins(minute));
        let power_w = building.truth().power_w;
        for meter in &site.meters {
            assert!(
                power_w[&meter.id] < meter.max_power_w,
                "{}: {} W",
                meter.id,
                power_w[&meter.id]
            );
        }
    }
}
