//! What follows from energy, people and weather, on figures small enough to check by hand.

use jiff::SignedDuration;
use jiff::civil::date;
use jiff::tz::TimeZone;

use super::*;
use crate::calendar::{Step, grid};
use crate::occupancy::PeopleFigure;
use crate::quantity::Quantity;
use crate::reading::{DatedBy, Observation, SeriesSet, Source, Value};
use crate::site::{self, Carrier, Factor, Reference, Rules, Site, Use};
use crate::wire::state::{Occupancy, Quality};

const SITE: &str = r#"
[site]
id = "house"
name = "House"
timezone = "Europe/Paris"
capacity = 10
area_m2 = 100

[[meter]]
id = "laser"
name = "Laser"
machine = "laser"
power = [{ device = "plug" }]
energy = [{ device = "plug" }]
max_power_w = 4000

[[price]]
since = "2025-01-01"
eur_per_kwh = 0.20
fixed_eur_per_year = 365
source = "contract of 2025"

[[price]]
since = "2026-01-01"
until = "2027-01-01"
eur_per_kwh = 0.25
source = "contract of 2026"
periods = [
  { name = "winter nights", eur_per_kwh = 0.15, hours = ["00:00-06:00", "22:00-24:00"], months = [11, 12, 1, 2, 3] },
  { name = "sundays", eur_per_kwh = 0.18, days = ["sunday"] },
]
"#;

fn house() -> Site {
    site::parse(SITE, "house.toml").unwrap()
}

fn paris() -> TimeZone {
    TimeZone::get("Europe/Paris").unwrap()
}

fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

fn span(from: &str, to: &str) -> Period {
    Period::new(at(from), at(to)).unwrap()
}

fn measured(wh: f64) -> EnergyFigure {
    let unknown = EnergyFigure::UNKNOWN;
    EnergyFigure { energy_wh: Some(wh), quality: Quality::Measured, coverage: 1.0, ..unknown }
}

/// Hours from `from` on with these Wh; `None` is unknown.
fn hourly(from: &str, wh: &[Option<f64>]) -> Vec<EnergyCell> {
    let cell = |(hour, wh): (usize, &Option<f64>)| {
        let start = at(from) + SignedDuration::from_hours(i64::try_from(hour).unwrap());
        let period = Period::new(start, start + SignedDuration::from_hours(1)).unwrap();
        Bucket { period, figure: wh.map_or(EnergyFigure::UNKNOWN, measured) }
    };
    wh.iter().enumerate().map(cell).collect()
}

fn near(one: f64, other: f64) {
    assert!((one - other).abs() < 1e-9, "{one} is not {other}");
}

#[test]
fn a_load_curve_has_a_baseload_a_peak_and_a_factor() {
    let mut wh = vec![Some(100.0); 4];
    wh.extend([Some(2000.0); 15]);
    wh.push(Some(5100.0));
    wh.push(None);
    let told = load(&hourly("2026-01-05T00:00:00Z", &wh)).unwrap();

    near(told.mean_w, 1775.0);
    near(told.baseload_w, 100.0);
    near(told.peak_w, 5100.0);
    assert_eq!(told.peak_at.start(), at("2026-01-05T19:00:00Z"));
    near(told.load_factor, 1775.0 / 5100.0);
    near(told.full_load_hours, 35_500.0 / 5100.0);
    near(told.hours, 20.0);
}

#[test]
fn an_hour_of_which_half_is_missing_is_no_part_of_the_load_curve() {
    let mut cells = hourly("2026-01-05T00:00:00Z", &[Some(100.0), Some(50.0)]);
    cells[1].figure.coverage = 0.5;
    near(load(&cells).unwrap().baseload_w, 100.0);
    assert_eq!(load(&cells[1..]), None);
}

#[test]
fn a_duration_curve_falls_from_the_peak_to_the_lowest_power() {
    let wh = [Some(1.0), Some(4.0), Some(2.0), Some(3.0)];
    let curve = duration_curve(&hourly("2026-01-05T00:00:00Z", &wh));
    assert_eq!(curve.len(), 101);
    let told: Vec<f64> = [0, 25, 26, 50, 100].map(|percent| curve[percent]).to_vec();
    assert_eq!(told, [4.0, 4.0, 3.0, 3.0, 1.0]);
    assert!(curve.windows(2).all(|pair| pair[0] >= pair[1]));
}

#[test]
fn a_heat_map_is_by_the_clock_on_the_wall() {
    // Monday, 5 January 2026, 23 h and midnight in Paris.
    let map = heat_map(&hourly("2026-01-05T22:00:00Z", &[Some(10.0), Some(30.0)]), &paris());
    assert_eq!((map.watts[0][23], map.watts[1][0]), (Some(10.0), Some(30.0)));
    assert_eq!(map.watts[0][22], None);
    assert_eq!(map.highest(), Some((1, 0, 30.0)));
}

#[test]
fn the_hour_that_comes_twice_in_autumn_is_a_mean_of_both() {
    let map = heat_map(&hourly("2026-10-25T00:00:00Z", &[Some(10.0), Some(30.0)]), &paris());
    assert_eq!((map.watts[6][2], map.hours[6][2]), (Some(20.0), 2.0));
}

fn quiet_nights(watts: &[f64]) -> Vec<Night> {
    let night = |(index, watts): (usize, &f64)| {
        let date = date(2026, 1, 1) + jiff::Span::new().days(i64::try_from(index).unwrap());
        Night { date, watts: *watts }
    };
    watts.iter().enumerate().map(night).collect()
}

#[test]
fn a_server_that_was_left_on_is_a_step_of_the_baseload() {
    let mut watts = vec![800.0; 20];
    watts.extend([1300.0; 10]);
    let told = steps(&quiet_nights(&watts));
    let step = BaseloadStep { since: date(2026, 1, 21), before_w: 800.0, after_w: 1300.0 };
    assert_eq!(told, [step]);
}

#[test]
fn a_single_night_of_an_event_is_no_step_and_neither_is_a_small_one() {
    let mut event = vec![800.0; 20];
    event[12] = 3000.0;
    assert_eq!(steps(&quiet_nights(&event)), []);
    let mut small = vec![80.0; 10];
    small.extend([300.0; 10]);
    assert_eq!(steps(&quiet_nights(&small)), []);
}

#[test]
fn a_night_is_from_one_to_five_by_the_clock_on_the_wall() {
    let mut wh = vec![Some(5000.0); 24];
    wh[1..5].fill(Some(700.0));
    // Midnight in Paris.
    let told = nights(&hourly("2026-01-04T23:00:00Z", &wh), &paris());
    assert_eq!(told, [Night { date: date(2026, 1, 5), watts: 700.0 }]);
}

#[test]
fn power_above_the_subscription_is_an_overrun_and_power_in_watts_says_that_it_is_assumed() {
    let ten = |minute: i64, va: Option<f64>| {
        let start = at("2026-01-05T08:00:00Z") + SignedDuration::from_mins(minute);
        let period = Period::new(start, start + SignedDuration::from_mins(10)).unwrap();
        Bucket { period, figure: va }
    };
    let cells =
        [ten(0, Some(30_000.0)), ten(10, Some(33_000.0)), ten(20, Some(36_500.0)), ten(30, None)];

    let told = demand(36.0, &cells, false);
    near(told.highest_kva.unwrap(), 36.5);
    near(told.hours_over, 1.0 / 6.0);
    near(told.hours_near, 2.0 / 6.0);
    assert_eq!((told.overruns.len(), told.is_assumed, told.coverage), (1, false, 0.75));

    let by_watts = demand(36.0, &cells, true);
    near(by_watts.highest_kva.unwrap(), 36.5 / 0.95);
    assert!(by_watts.is_assumed);
}

#[test]
fn each_hour_has_the_price_of_its_season_day_and_clock() {
    let house = house();
    let price = |hour: &str| {
        let told = cost(
            &house.tariffs,
            Carrier::Electricity,
            &hourly(hour, &[Some(1000.0)]),
            &house.timezone,
        );
        (told.parts[0].name.clone(), told.eur.unwrap())
    };
    let named = |name: &str| Some(name.to_owned());
    // Winter, Monday 22 h and 21 h in Paris.
    assert_eq!(price("2026-01-05T21:00:00Z"), (named("winter nights"), 0.15));
    assert_eq!(price("2026-01-05T20:00:00Z"), (None, 0.25));
    // Summer, the same hour; a Sunday.
    assert_eq!(price("2026-07-06T20:00:00Z"), (None, 0.25));
    assert_eq!(price("2026-07-05T10:00:00Z"), (named("sundays"), 0.18));
    // The contract before.
    assert_eq!(price("2025-07-05T10:00:00Z"), (None, 0.20));
}

#[test]
fn without_a_price_there_is_no_cost_and_the_rest_still_comes_out() {
    let house = house();
    let told = |carrier, from| {
        cost(&house.tariffs, carrier, &hourly(from, &[Some(1000.0), None]), &house.timezone)
    };
    let after_the_last = told(Carrier::Electricity, "2027-06-01T00:00:00Z");
    assert_eq!((after_the_last.eur, after_the_last.unpriced_wh), (None, 1000.0));
    let gas = told(Carrier::Gas, "2026-06-01T00:00:00Z");
    assert_eq!((gas.eur, gas.unpriced_wh), (None, 1000.0));
    // Across the change of contracts both sources stand beside the figure.
    let both = told(Carrier::Electricity, "2025-12-31T22:00:00Z");
    assert_eq!(both.sources, ["contract of 2025"]);
}

#[test]
fn the_fixed_part_is_paid_by_the_day() {
    let house = house();
    let fixed = |from, to| {
        fixed_cost(&house.tariffs, Carrier::Electricity, span(from, to), &house.timezone)
    };
    near(fixed("2025-03-31T22:00:00Z", "2025-04-30T22:00:00Z").unwrap(), 30.0);
    assert_eq!(fixed("2020-03-31T22:00:00Z", "2020-04-30T22:00:00Z"), None);
}

fn factor(usage: Option<Use>, year: i16, value: f64) -> Factor {
    let source = format!("table of {year}");
    let since = date(year, 1, 1);
    Factor { carrier: Carrier::Electricity, usage, since, value, source, confirmed: true }
}

#[test]
fn a_factor_that_was_not_published_for_this_year_is_carried_forward_and_says_so() {
    let factors = [factor(None, 2021, 0.06), factor(None, 2022, 0.05)];
    let told = |from: &str| {
        weigh(&factors, Carrier::Electricity, None, &hourly(from, &[Some(2000.0)]), &paris())
    };
    let old = told("2026-06-01T00:00:00Z");
    near(old.value.unwrap(), 0.1);
    assert_eq!((old.factors[0].years_old, old.factors[0].source.as_str()), (4, "table of 2022"));
    assert_eq!(told("2021-06-01T00:00:00Z").factors[0].years_old, 0);
    // Nothing is carried backwards.
    let before = told("2019-06-01T00:00:00Z");
    assert_eq!((before.value, before.unweighed_wh), (None, 2000.0));
}

#[test]
fn a_use_with_a_factor_of_its_own_is_weighed_by_it() {
    let factors = [factor(None, 2022, 0.05), factor(Some(Use::Heating), 2022, 0.08)];
    let kg = |usage| {
        let cells = hourly("2022-06-01T00:00:00Z", &[Some(1000.0)]);
        weigh(&factors, Carrier::Electricity, usage, &cells, &paris()).value
    };
    assert_eq!(kg(Some(Use::Heating)), Some(0.08));
    assert_eq!((kg(Some(Use::Lighting)), kg(None)), (Some(0.05), Some(0.05)));
}

#[test]
fn primary_energy_changes_with_the_decree_at_new_year() {
    let house = house();
    let cells = hourly("2025-12-31T22:00:00Z", &[Some(1000.0), Some(1000.0)]);
    let told = weigh(&house.primary, Carrier::Electricity, None, &cells, &house.timezone);
    near(told.value.unwrap(), 2.3 + 1.9);
    assert_eq!(told.factors.len(), 2);
}

/// Power of the plug, minute by minute from noon.
fn powers_of(watts: &[f64]) -> SeriesSet {
    let noon = at("2026-03-04T12:00:00Z");
    let observation = |(minute, watts): (usize, &f64)| {
        let when = noon + SignedDuration::from_mins(i64::try_from(minute).unwrap());
        let (observed_at, received_at, dated_by) = (when, when, DatedBy::Device);
        Observation { observed_at, received_at, dated_by, value: Value::Gauge(*watts) }
    };
    let source =
        Source { device: "plug".parse().unwrap(), quantity: Quantity::ActivePower, channel: None };
    let mut series = SeriesSet::default();
    series.insert(source, watts.iter().enumerate().map(observation).collect());
    series
}

/// Start and end in minutes from noon, Wh, idle share.
fn sessions_of(watts: &[f64], now: i64) -> Vec<(i64, i64, f64, f64, bool)> {
    let (house, noon) = (house(), at("2026-03-04T12:00:00Z"));
    let day = span("2026-03-04T00:00:00Z", "2026-03-05T00:00:00Z");
    let now = noon + SignedDuration::from_mins(now);
    let found = sessions(&house.meters[0], &powers_of(watts), day, &Rules::default(), now);
    let minutes = |instant: Instant| instant.since(noon).as_mins();
    let told = |it: &Session| {
        let (start, end) = (minutes(it.period.start()), minutes(it.period.end()));
        (start, end, it.energy.energy_wh.unwrap(), it.idle_share, it.is_running)
    };
    found.iter().map(told).collect()
}

#[test]
fn a_session_lasts_from_the_first_power_to_the_last() {
    let mut watts = vec![8.0; 10];
    watts.extend([600.0; 30]);
    watts.extend([8.0; 20]);
    assert_eq!(sessions_of(&watts, 60), [(10, 40, 300.0, 0.0, false)]);
}

#[test]
fn a_pause_shorter_than_the_machine_takes_is_part_of_the_session() {
    let mut watts = vec![600.0; 10];
    watts.extend([8.0; 2]);
    watts.extend([600.0; 8]);
    watts.extend([8.0; 20]);
    let told = sessions_of(&watts, 40);
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].0, told[0].1), (0, 20));
    near(told[0].3, 0.1);
}

#[test]
fn somebody_who_tries_the_switch_makes_no_session() {
    let mut watts = vec![8.0; 5];
    watts.push(900.0);
    watts.extend([8.0; 20]);
    assert_eq!(sessions_of(&watts, 30), []);
}

#[test]
fn a_session_that_goes_on_is_told_as_running() {
    let told = sessions_of(&[600.0; 30], 29);
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].0, told[0].1, told[0].4), (0, 29, true));
}

#[test]
fn a_machine_that_falls_silent_has_worked_as_long_as_is_known() {
    // 15 minutes of the last reading are held, and no more.
    let told = sessions_of(&[600.0; 30], 300);
    assert_eq!((told[0].0, told[0].1, told[0].4), (0, 44, false));
}

#[test]
fn standby_is_the_power_that_a_machine_rests_at() {
    let mut watts = vec![8.4; 120];
    watts.extend([0.0; 30]);
    watts.extend([700.0; 30]);
    watts.extend([22.0; 10]);
    watts.push(0.0);
    let (house, noon) = (house(), at("2026-03-04T12:00:00Z"));
    let day = span("2026-03-04T00:00:00Z", "2026-03-05T00:00:00Z");
    let now = noon + SignedDuration::from_mins(190);
    let told = standby(&house.meters[0], &powers_of(&watts), day, &Rules::default(), now).unwrap();
    near(told.watts, 8.4);
    near(told.hours, 130.0 / 60.0);
    near(told.wh, 2.0 * 8.4 + 22.0 / 6.0);
}

fn people(count: Option<f64>) -> PeopleFigure {
    let occupancy = match count {
        None => Occupancy::Unknown,
        Some(0.0) => Occupancy::Vacant,
        Some(_) => Occupancy::Occupied,
    };
    PeopleFigure {
        people: count,
        low: count.map(|n| n * 0.5),
        high: count.map(|n| n * 2.0),
        occupancy,
        counted: None,
        parts: crate::wire::state::Parts::None,
        quality: Quality::Estimated,
        coverage: 1.0,
    }
}

#[test]
fn energy_is_told_apart_by_whether_somebody_was_there() {
    let wh = [Some(1000.0), Some(3000.0), Some(500.0), None];
    let there = [people(Some(0.0)), people(Some(10.0)), people(None), people(Some(0.0))];
    let told = usage(&hourly("2026-01-05T00:00:00Z", &wh), &there);

    assert_eq!((told.vacant_wh, told.occupied_wh, told.unknown_wh), (1000.0, 3000.0, 500.0));
    // The hour of unknown energy is no hour without energy.
    near(told.vacant_hours, 1.0);
    assert_eq!((told.person_hours, told.person_hours_low), (Some(10.0), Some(5.0)));
    near(told.wh_per_person_hour.unwrap(), 400.0);
    near(told.coverage, 0.5);
}

#[test]
fn where_nobody_counts_there_is_no_energy_per_person_hour() {
    let told = usage(&hourly("2026-01-05T00:00:00Z", &[Some(1000.0)]), &[people(None)]);
    assert_eq!((told.person_hours, told.wh_per_person_hour), (None, None));
}

#[test]
fn degree_days_differ_by_method_in_mid_season_and_agree_in_winter() {
    use DegreeDayMethod::{Integral, Meteo, Professional};
    let day = |low, high, hourly| Some(DayTemperature { low, high, hourly });
    let told = |day, method| degree_days(&[day], 18.0, method).value;
    let winter = || day(-2.0, 6.0, vec![2.0; 24]);
    for method in [Meteo, Professional, Integral] {
        near(told(winter(), method), 16.0);
    }
    let spring = || day(10.0, 22.0, vec![12.0, 20.0]);
    near(told(spring(), Meteo), 2.0);
    near(told(spring(), Professional), 8.0 * (0.08 + 0.42 * 8.0 / 12.0));
    near(told(spring(), Integral), 3.0);
    near(told(day(18.0, 28.0, vec![]), Meteo), 0.0);
    near(told(day(18.0, 28.0, vec![]), Professional), 0.0);
    let gap = degree_days(&[winter(), None], 18.0, Meteo);
    assert_eq!((gap.days, gap.missing_days), (1, 1));
}

/// 50 kWh a day, and 4 kWh for each degree below 16.
fn weather_days(count: i32) -> Vec<DayPoint> {
    let day = |n: i32| {
        let outdoor_c = f64::from(n * 7 % 29) - 2.0;
        let energy_wh = 50_000.0 + 4000.0 * (16.0 - outdoor_c).max(0.0);
        DayPoint { energy_wh, outdoor_c, person_hours: None }
    };
    (0..count).map(day).collect()
}

#[test]
fn a_signature_finds_what_the_weather_adds() {
    let told = signature(&weather_days(120)).unwrap();
    assert!((told.base_wh - 50_000.0).abs() < 1e-3, "{told:?}");
    assert!((told.wh_per_degree - 4000.0).abs() < 1e-3, "{told:?}");
    near(told.base_c, 16.0);
    assert!(told.cv_rmse < 1e-6 && told.r_squared > 0.999_999);
}

#[test]
fn a_signature_tells_people_from_weather() {
    let mut days = weather_days(120);
    for (n, day) in (0_u16..).zip(&mut days) {
        let person_hours = f64::from(n * 13 % 31) * 10.0;
        day.energy_wh += person_hours * 60.0;
        day.person_hours = Some(person_hours);
    }
    let told = signature(&days).unwrap();
    assert!((told.wh_per_person_hour.unwrap() - 60.0).abs() < 1e-3, "{told:?}");
    assert!((told.wh_per_degree - 4000.0).abs() < 1e-3);
}

#[test]
fn a_few_days_or_a_constant_weather_make_no_signature() {
    assert_eq!(signature(&weather_days(27)), None);
    let day = DayPoint { energy_wh: 50_000.0, outdoor_c: 25.0, person_hours: None };
    assert_eq!(signature(&[day; 60]), None);
}

#[test]
fn a_saving_is_told_at_the_weather_that_there_was() {
    let before = signature(&weather_days(120)).unwrap();
    let cold = DayPoint { energy_wh: 100_000.0, outdoor_c: 1.0, person_hours: None };
    let told = saving(&before, &[cold; 30]).unwrap();
    // 50 + 15 × 4 kWh were expected of each day.
    assert!((told.saved_wh - 30.0 * 10_000.0).abs() < 1e-3, "{told:?}");
}

#[test]
fn only_heating_is_corrected_for_the_weather_and_not_in_summer() {
    assert_eq!(at_reference_weather(1000.0, 2000.0, 2500.0), Some(1250.0));
    assert_eq!(at_reference_weather(1000.0, 20.0, 2500.0), None);
}

#[test]
fn the_way_to_2030_is_a_straight_line_from_the_reference() {
    let reference = Reference {
        year: 2010,
        kwh: 200_000.0,
        degree_days: None,
        source: "bills of 2010".to_owned(),
    };
    let told = pathway(&reference, &house().targets, Some(140_000.0), 2025);
    let goals: Vec<_> = told.goals.iter().map(|goal| (goal.year, goal.kwh.round())).collect();
    assert_eq!(goals, [(2030, 120_000.0), (2040, 100_000.0), (2050, 80_000.0)]);
    near(told.line_kwh, 140_000.0);
    near(told.gap_kwh.unwrap(), 0.0);
    near(told.reduction.unwrap(), 0.3);
    assert_eq!(told.goals[0].is_met, Some(false));
    let unknown = pathway(&reference, &house().targets, None, 2045);
    assert_eq!((unknown.gap_kwh, unknown.goals[0].is_met), (None, None));
    near(unknown.line_kwh, 90_000.0);
}

#[test]
fn a_year_of_hours_costs_what_its_days_cost() {
    let house = house();
    let year = span("2025-12-31T23:00:00Z", "2026-12-31T23:00:00Z");
    let hours: Vec<_> = grid(Step::Hour, year, &house.timezone)
        .map(|period| Bucket { period, figure: measured(1000.0) })
        .collect();
    let eur = |cells: &[EnergyCell]| {
        cost(&house.tariffs, Carrier::Electricity, cells, &house.timezone).eur.unwrap_or(0.0)
    };
    let by_day: f64 = grid(Step::Day, year, &house.timezone)
        .map(|day| {
            let of_day: Vec<_> =
                hours.iter().filter(|cell| day.contains(cell.period.start())).cloned().collect();
            eur(&of_day)
        })
        .sum();
    assert!((eur(&hours) - by_day).abs() < 1e-6);
}

fn beside<T: Clone>(cells: &[EnergyCell], figures: &[T]) -> Vec<Bucket<T>> {
    let figures = figures.iter().cloned();
    cells.iter().zip(figures).map(|(cell, figure)| Bucket { period: cell.period, figure }).collect()
}

#[test]
fn a_crowd_is_counted_against_the_time_in_which_somebody_was_there() {
    let cells = hourly("2026-01-05T08:00:00Z", &[None; 5]);
    let counts = [Some(0.0), Some(4.0), Some(8.0), Some(9.0), None].map(people);
    let told = attendance(&beside(&cells, &counts), 10);

    let peak = told.peak.unwrap();
    assert_eq!((peak.people, peak.period.start()), (9.0, at("2026-01-05T11:00:00Z")));
    near(told.occupied_hours, 3.0);
    near(told.nearly_full_share().unwrap(), 2.0 / 3.0);
    near(told.coverage, 0.8);
}

#[test]
fn where_nobody_counts_there_is_no_peak_and_no_share() {
    let cells = hourly("2026-01-05T08:00:00Z", &[None; 2]);
    let told = attendance(&beside(&cells, &[people(None); 2]), 10);
    assert_eq!((told.peak, told.nearly_full_share(), told.coverage), (None, None, 0.0));
}

#[test]
fn stale_air_counts_only_while_somebody_breathes_it() {
    let air = |ppm: f64| {
        let (min, mean, max, last) = (ppm, ppm, ppm, ppm);
        Some(crate::history::Summary { min, mean, max, last, count: 1, coverage: 1.0 })
    };
    let cells = hourly("2026-01-05T08:00:00Z", &[None; 5]);
    let co2 = [air(2000.0), air(800.0), air(900.0), air(1600.0), None];
    let counts = [Some(0.0), Some(1.0), Some(2.0), Some(2.0), Some(2.0)].map(people);
    let told = occupied_air(&beside(&cells, &co2), &counts, &[800.0, 1500.0]);

    near(told.occupied_hours, 4.0);
    near(told.coverage(), 0.75);
    assert_eq!(told.above_hours, [2.0, 1.0]);
    near(told.shares().unwrap()[1], 1.0 / 3.0);
    assert_eq!(occupied_air(&beside(&cells, &co2), &[people(None); 5], &[800.0]).shares(), None);
}

#[test]
fn the_share_while_closed_is_by_the_opening_hours_in_civil_time() {
    let opening = "\n[site.opening]\nmonday = [\"08:30-18:00\"]\n";
    let text = SITE.replacen("\n[[meter]]", &format!("{opening}\n[[meter]]"), 1);
    let open = site::parse(&text, "house.toml").unwrap();
    // 7 h and 8 h on a Monday in Paris are closed at their beginning, 9 h is open, and at 10 h nothing is known.
    let cells = hourly("2026-01-05T06:00:00Z", &[Some(100.0), Some(50.0), Some(50.0), None]);
    let told = while_closed(&open, &cells).unwrap();

    near(told.share().unwrap(), 0.75);
    near(told.closed_hours, 2.0);
    near(told.coverage, 0.75);
    assert_eq!(while_closed(&house(), &cells), None);
}
