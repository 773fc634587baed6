//! Meters as they misbehave in the field.

mod silence;

use jiff::tz::TimeZone;

use super::*;
use crate::calendar::{Step, grid};
use crate::figure::Quality;
use crate::quantity::Quantity;
use crate::reading::{DatedBy, Value};
use crate::register::EventSort::{Glitch, Jump, Reset, RollBack};
use crate::testing::source;

const NOON: &str = "2025-03-04T12:00:00Z";

fn at(minute: i64) -> Instant {
    NOON.parse::<Instant>().unwrap() + jiff::SignedDuration::from_mins(minute)
}

fn span(from: i64, to: i64) -> Period {
    Period::new(at(from), at(to)).unwrap()
}

fn assigned_to(device: &str, quantity: Quantity, period: Period) -> Assignment {
    Assignment { source: source(device, quantity), period }
}

fn meter() -> Meter {
    Meter {
        id: "laser".parse().unwrap(),
        name: "Découpeuse laser".to_owned(),
        zone: None,
        parent: None,
        energy: vec![assigned_to("plug", Quantity::EnergyImported, Period::ALL)],
        power: vec![assigned_to("plug", Quantity::ActivePower, Period::ALL)],
        running_above_w: None,
        max_power_w: 4000.0,
        clamp: false,
        carrier: crate::site::Carrier::Electricity,
        usage: None,
        sessions: None,
        subscribed_kva: None,
        apparent: Vec::new(),
        stated: Vec::new(),
    }
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

type Part<'a> = (&'a str, Quantity, &'a [(i64, f64)]);

fn series(parts: &[Part<'_>]) -> SeriesSet {
    let mut set = SeriesSet::default();
    for (device, quantity, readings) in parts {
        set.insert(source(device, *quantity), observations(*quantity, readings));
    }
    set
}

fn registered(readings: &[(i64, f64)]) -> SeriesSet {
    series(&[("plug", Quantity::EnergyImported, readings)])
}

fn figure(series: &SeriesSet, from: i64, to: i64) -> EnergyFigure {
    meter_energy(&meter(), &[span(from, to)], series, &Rules::default(), at(100_000))[0]
}

fn minutes(from: i64, to: i64, watts: f64) -> Vec<(i64, f64)> {
    (from..=to).map(|minute| (minute, watts)).collect()
}

#[test]
fn a_month_of_silence_has_a_known_total_and_an_unknown_shape() {
    let month = 30 * 24 * 60;
    let series = registered(&[(0, 7000.0), (month, 7000.0), (month + 10, 7250.0)]);

    let silent = figure(&series, 0, month);
    let week = figure(&series, 0, 7 * 24 * 60);
    let back = figure(&series, month, month + 10);

    assert_eq!((silent.energy_wh, silent.quality), (Some(0.0), Quality::Estimated));
    assert_eq!((week.energy_wh, week.coverage), (Some(0.0), 0.0));
    assert_eq!((back.energy_wh, back.quality), (Some(250.0), Quality::Measured));
}

#[test]
fn before_the_first_and_after_the_last_reading_nothing_is_known() {
    let series = registered(&[(0, 7000.0), (10, 7100.0)]);
    assert_eq!(figure(&series, -60, 0), EnergyFigure::UNKNOWN);
    assert_eq!(figure(&series, 10, 70), EnergyFigure::UNKNOWN);
    assert_eq!(figure(&registered(&[(0, 123_456_789.0)]), -60, 60), EnergyFigure::UNKNOWN);
}

#[test]
fn no_energy_is_drawn_across_a_silence_of_power() {
    let mut readings = minutes(0, 10, 60.0);
    readings.extend(minutes(60, 70, 2400.0));
    readings.push((71, 0.0));
    let series = series(&[("plug", Quantity::ActivePower, &readings)]);

    let gap = figure(&series, 0, 60);
    let both = figure(&series, 0, 120);

    // Ten minutes, and a quarter of an hour that the last 60 W are held.
    assert!((gap.energy_wh.unwrap() - 25.0).abs() < 1e-9);
    assert!(gap.coverage < 0.5);
    assert_eq!(gap.quality, Quality::Partial);
    assert!((both.energy_wh.unwrap() - 465.0).abs() < 1e-9);
}

#[test]
fn a_blip_of_a_sensor_that_reports_on_change_is_no_slope() {
    let readings = [(0, 0.0), (600, 700.0), (601, 0.0), (1200, 0.0)];
    let series = series(&[("plug", Quantity::ActivePower, &readings)]);
    let day = figure(&series, 0, 1440);
    assert!((day.energy_wh.unwrap() - 700.0 / 60.0).abs() < 1e-9);
}

#[test]
fn where_a_register_speaks_power_adds_nothing() {
    let register: Vec<_> = minutes(1, 120, 0.0).iter().map(|&(m, _)| (m, 1000.0)).collect();
    let power = minutes(0, 120, 600.0);
    let series = series(&[
        ("plug", Quantity::EnergyImported, &register),
        ("plug", Quantity::ActivePower, &power),
    ]);
    assert_eq!(figure(&series, 0, 1440).energy_wh, Some(0.0));
}

#[test]
fn power_fills_in_where_a_register_fell_silent_for_good() {
    let series = series(&[
        ("plug", Quantity::EnergyImported, &[(0, 1000.0), (10, 1100.0)]),
        ("plug", Quantity::ActivePower, &minutes(0, 120, 600.0)),
    ]);
    let later = figure(&series, 60, 120);
    assert!((later.energy_wh.unwrap() - 600.0).abs() < 1e-9);
    assert_eq!(later.quality, Quality::Measured);
}

#[test]
fn a_machine_keeps_its_history_when_its_plug_is_replaced() {
    let mut meter = meter();
    meter.energy = vec![
        assigned_to("old", Quantity::EnergyImported, span(-10_000, 30)),
        assigned_to("new", Quantity::EnergyImported, span(30, 10_000)),
    ];
    let series = series(&[
        ("old", Quantity::EnergyImported, &[(0, 90_000.0), (20, 90_500.0), (40, 95_000.0)]),
        ("new", Quantity::EnergyImported, &[(20, 0.0), (35, 10.0), (45, 60.0)]),
    ]);
    let day = meter_energy(&meter, &[span(0, 60)], &series, &Rules::default(), at(60))[0];
    assert_eq!(day.energy_wh, Some(550.0));
}

#[test]
fn what_is_not_due_yet_is_not_missing() {
    let series = registered(&[(0, 1000.0), (10, 1100.0)]);
    let figure = |now| meter_energy(&meter(), &[span(0, 60)], &series, &Rules::default(), now)[0];
    assert_eq!(figure(at(11)).quality, Quality::Measured);
    assert_eq!(figure(at(55)).quality, Quality::Partial);
}

#[test]
fn resets_and_glitches_are_named_with_their_source() {
    let series = registered(&[(0, 9500.0), (10, 0.0), (20, 100.0), (30, 0.0), (40, 150.0)]);
    let events = register_events(&meter(), &series, &Rules::default());
    let named: Vec<_> =
        events.iter().map(|(source, event)| (source.device.as_str(), event.sort)).collect();
    assert_eq!(named, [("plug", Reset), ("plug", Glitch)]);
}

#[test]
fn hours_of_300_watt_hours_make_days_of_23_and_25_hours() {
    let paris = TimeZone::get("Europe/Paris").unwrap();
    for (date, hours) in [("2025-03-30T12:00:00Z", 23_u8), ("2025-10-26T12:00:00Z", 25)] {
        let noon: Instant = date.parse().unwrap();
        let span = Period::new(noon, noon + jiff::SignedDuration::from_secs(1)).unwrap();
        let day: Vec<_> = grid(Step::Day, span, &paris).collect();
        let hourly: Vec<_> = grid(Step::Hour, day[0], &paris).collect();
        let first = (day[0].start().as_millis() - at(0).as_millis()) / 60_000;
        let readings: Vec<_> =
            (0..=25 * 6).map(|n: i32| (first + 10 * i64::from(n), 50.0 * f64::from(n))).collect();
        let series = registered(&readings);
        let figures = |grid: &[Period]| {
            meter_energy(&meter(), grid, &series, &Rules::default(), Instant::MAX)
        };

        assert_eq!(hourly.len(), usize::from(hours));
        assert!(
            figures(&hourly)
                .iter()
                .all(|hour| hour.energy_wh == Some(300.0) && hour.quality == Quality::Measured)
        );
        assert_eq!(figures(&day)[0].energy_wh, Some(300.0 * f64::from(hours)));
    }
}

#[test]
fn after_a_power_cut_a_reset_a_roll_back_and_an_implausible_jump_are_distinguished() {
    let sorts = |readings| -> Vec<_> {
        let events = register_events(&meter(), &registered(readings), &Rules::default());
        events.into_iter().map(|(_, event)| event.sort).collect()
    };
    let wh = |readings| figure(&registered(readings), 0, 60).energy_wh;

    let reset = &[(0, 812_000.0), (20, 0.0), (30, 40.0)];
    assert_eq!((sorts(reset), wh(reset)), (vec![Reset], Some(40.0)));
    let restored_from_yesterday = &[(0, 812_000.0), (20, 805_000.0), (30, 805_040.0)];
    assert_eq!(
        (sorts(restored_from_yesterday), wh(restored_from_yesterday)),
        (vec![RollBack], Some(40.0))
    );
    // 60 kWh in 20 minutes at a machine of 4 kW.
    let nonsense = &[(0, 812_000.0), (20, 872_000.0), (30, 872_040.0)];
    assert_eq!((sorts(nonsense), wh(nonsense)), (vec![Jump], Some(40.0)));
    // Lost for a while, then as if nothing had happened.
    let lost = &[(0, 812_000.0), (20, 0.0), (25, 0.0), (30, 812_040.0)];
    assert_eq!((sorts(lost), wh(lost)), (vec![Glitch], Some(40.0)));
}

#[test]
fn a_silence_that_the_register_bridges_has_its_total_and_counts_as_repaired() {
    let series = registered(&[(0, 7000.0), (10, 7100.0), (190, 8000.0), (200, 8050.0)]);

    let found = repairs(&meter(), &series, &Rules::default());
    let silent = figure(&series, 60, 120);

    assert_eq!(found.len(), 1);
    assert_eq!((found[0].period, found[0].wh), (span(10, 190), 900.0));
    assert_eq!((silent.energy_wh, silent.coverage, silent.repaired), (Some(300.0), 0.0, 1.0));
    assert_eq!(silent.quality, Quality::Estimated);
}

#[test]
fn a_late_reading_that_fills_a_gap_needs_no_reset_and_touches_nothing_else() {
    let gap = &[(0, 7000.0), (10, 7100.0), (190, 8000.0), (200, 8050.0)];
    let filled = &[(0, 7000.0), (10, 7100.0), (100, 7110.0), (190, 8000.0), (200, 8050.0)];
    let hours = [span(0, 10), span(10, 100), span(100, 190), span(190, 200)];
    let figures = |readings| {
        let series = registered(readings);
        let figures = meter_energy(&meter(), &hours, &series, &Rules::default(), at(200));
        figures.into_iter().map(|figure| figure.energy_wh.unwrap().round()).collect::<Vec<_>>()
    };
    assert_eq!(figures(gap), [100.0, 450.0, 450.0, 50.0]);
    assert_eq!(figures(filled), [100.0, 10.0, 890.0, 50.0]);
}

fn checked(series: &SeriesSet, minutes: i64, clamp: bool) -> CrossCheck {
    let (by_register, by_power) = two_ways(&meter());
    let figure = |meter: &Meter| {
        meter_energy(meter, &[span(0, minutes)], series, &Rules::default(), at(minutes))[0]
    };
    compare(figure(&by_register), figure(&by_power), clamp)
}

#[test]
fn power_that_departs_from_the_register_of_the_same_day_is_to_be_verified() {
    let minutes_of = |watts: f64| minutes(0, 1440, watts);
    let register: Vec<_> =
        (0..=144).map(|n: i32| (i64::from(n) * 10, 100.0 * f64::from(n))).collect();
    let check = |watts: f64, clamp: bool| {
        let series = series(&[
            ("plug", Quantity::EnergyImported, &register),
            ("plug", Quantity::ActivePower, &minutes_of(watts)),
        ]);
        checked(&series, 1440, clamp)
    };

    // The register says 600 W all day.
    assert_eq!(check(610.0, false).verdict, Verdict::Agree);
    assert_eq!(check(624.0, false).verdict, Verdict::ToVerify);
    assert_eq!(check(624.0, true).verdict, Verdict::Agree);
    assert_eq!(check(-600.0, true).verdict, Verdict::ToVerify);
    assert!((check(624.0, true).deviation.unwrap() - 0.04).abs() < 1e-9);
}

#[test]
fn a_day_with_one_way_only_is_not_compared() {
    let check = |series: SeriesSet| checked(&series, 60, false).verdict;
    assert_eq!(check(registered(&[(0, 7000.0), (10, 7600.0)])), Verdict::NotCompared);
    let power = minutes(0, 60, 900.0);
    assert_eq!(check(series(&[("plug", Quantity::ActivePower, &power)])), Verdict::NotCompared);
}

const TREE: &str = r#"
[site]
id = "house"
name = "House"
timezone = "Europe/Paris"
capacity = 10
area_m2 = 100

[[zone]]
id = "cellar"
name = "Cellar"

[[meter]]
id = "main"
name = "Main"

[[meter]]
id = "phase-1"
name = "Phase 1"
parent = "main"
zone = "cellar"
energy = [{ device = "one" }]

[[meter]]
id = "phase-2"
name = "Phase 2"
parent = "main"
energy = [{ device = "two" }]

[[meter]]
id = "phase-3"
name = "Phase 3"
parent = "main"
energy = [{ device = "three" }]

[[meter]]
id = "pump"
name = "Pump"
parent = "phase-1"
zone = "cellar"
energy = [{ device = "pump" }]
"#;

#[test]
fn three_phases_with_an_instrument_each_are_one_meter() {
    let site = crate::site::parse(TREE, "house.toml").unwrap();
    let of = |device, rise: f64| (device, [(0, 1000.0), (10, 1000.0 + rise)]);
    let readings = [of("one", 100.0), of("two", 20.0), of("three", 3.0)];
    let parts: Vec<_> =
        readings.iter().map(|(device, r)| (*device, Quantity::EnergyImported, &r[..])).collect();

    let all = zone_energy(&site, None, &[span(0, 10)], &series(&parts), at(10))[0];
    let two_of_three = zone_energy(&site, None, &[span(0, 10)], &series(&parts[..2]), at(10))[0];

    assert_eq!((all.energy_wh, all.quality), (Some(123.0), Quality::Measured));
    // A phase that is silent is missing, not 0.
    assert_eq!((two_of_three.energy_wh, two_of_three.quality), (Some(120.0), Quality::Partial));
}

#[test]
fn a_part_above_its_whole_is_counted_once_in_every_sum() {
    let site = crate::site::parse(TREE, "house.toml").unwrap();
    let series = series(&[
        ("one", Quantity::EnergyImported, &[(0, 1000.0), (10, 1200.0)]),
        ("pump", Quantity::EnergyImported, &[(0, 500.0), (10, 1100.0)]),
    ]);
    let hour = [span(0, 10)];
    let of = |id| meter_energy(site.meter(id).unwrap(), &hour, &series, &site.rules, at(10))[0];

    let balance = balance(of("phase-1"), &[of("pump")]);
    let cellar = zone_energy(&site, Some(&"cellar".parse().unwrap()), &hour, &series, at(10))[0];

    assert_eq!(balance.excess_wh, Some(400.0));
    assert_eq!(excesses(&hour, &[balance]), [Excess { period: hour[0], wh: 400.0 }]);
    assert_eq!(cellar.energy_wh, Some(200.0));
}

#[test]
fn resets_are_settled_per_meter_before_zones_are_added_up() {
    let site = crate::site::parse(TREE, "house.toml").unwrap();
    let series = series(&[
        ("one", Quantity::EnergyImported, &[(0, 9500.0), (10, 0.0), (20, 100.0)]),
        ("two", Quantity::EnergyImported, &[(0, 100.0), (10, 5700.0), (20, 5700.0)]),
        ("three", Quantity::EnergyImported, &[(0, 5.0), (10, 5.0), (20, 10.0)]),
    ]);
    let all = zone_energy(&site, None, &[span(0, 20)], &series, at(20))[0];
    // Added up first, the second phase's rise would hide the reset of the first.
    assert_eq!(all.energy_wh, Some(100.0 + 5600.0 + 5.0));
}

#[test]
fn apparent_power_is_never_made_into_energy() {
    let series = series(&[("plug", Quantity::ApparentPower, &minutes(0, 60, 900.0))]);
    assert_eq!(figure(&series, 0, 60), EnergyFigure::UNKNOWN);
    let all_active = meter().power.iter().all(|it| it.source.quantity == Quantity::ActivePower);
    assert!(all_active);
}
