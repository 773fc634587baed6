//! Degree days, the signature of the building, and its way to 2030.

use super::*;

#[test]
fn degree_days_differ_by_method_in_mid_season_and_agree_in_winter() {
    use DegreeDayMethod::{Integral, Meteo, Professional};
    let day = |low, high, hourly| Some(DayTemperature { low, high, hourly });
    let value_of = |day, method| degree_days(&[day], 18.0, method).value;
    let winter = || day(-2.0, 6.0, vec![2.0; 24]);
    for method in [Meteo, Professional, Integral] {
        near(value_of(winter(), method), 16.0);
    }
    let spring = || day(10.0, 22.0, vec![12.0, 20.0]);
    near(value_of(spring(), Meteo), 2.0);
    near(value_of(spring(), Professional), 8.0 * (0.08 + 0.42 * 8.0 / 12.0));
    near(value_of(spring(), Integral), 3.0);
    near(value_of(day(18.0, 28.0, vec![]), Meteo), 0.0);
    near(value_of(day(18.0, 28.0, vec![]), Professional), 0.0);
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
    let signature = signature(&weather_days(120)).unwrap();
    assert!((signature.base_wh - 50_000.0).abs() < 1e-3, "{signature:?}");
    assert!((signature.wh_per_degree - 4000.0).abs() < 1e-3, "{signature:?}");
    near(signature.base_c, 16.0);
    assert!(signature.cv_rmse < 1e-6 && signature.r_squared > 0.999_999);
}

#[test]
fn a_signature_tells_people_from_weather() {
    let mut days = weather_days(120);
    for (n, day) in (0_u16..).zip(&mut days) {
        let person_hours = f64::from(n * 13 % 31) * 10.0;
        day.energy_wh += person_hours * 60.0;
        day.person_hours = Some(person_hours);
    }
    let signature = signature(&days).unwrap();
    assert!((signature.wh_per_person_hour.unwrap() - 60.0).abs() < 1e-3, "{signature:?}");
    assert!((signature.wh_per_degree - 4000.0).abs() < 1e-3);
}

#[test]
fn a_few_days_or_a_constant_weather_make_no_signature() {
    assert_eq!(signature(&weather_days(27)), None);
    let day = DayPoint { energy_wh: 50_000.0, outdoor_c: 25.0, person_hours: None };
    assert_eq!(signature(&[day; 60]), None);
}

#[test]
fn a_saving_is_reckoned_at_the_weather_that_there_was() {
    let before = signature(&weather_days(120)).unwrap();
    let cold = DayPoint { energy_wh: 100_000.0, outdoor_c: 1.0, person_hours: None };
    let saving = saving(&before, &[cold; 30]).unwrap();
    // 50 + 15 × 4 kWh were expected of each day.
    assert!((saving.saved_wh - 30.0 * 10_000.0).abs() < 1e-3, "{saving:?}");
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
    let measured = pathway(&reference, &house().targets, Some(140_000.0), 2025);
    let goals: Vec<_> = measured.goals.iter().map(|goal| (goal.year, goal.kwh.round())).collect();
    assert_eq!(goals, [(2030, 120_000.0), (2040, 100_000.0), (2050, 80_000.0)]);
    near(measured.line_kwh, 140_000.0);
    near(measured.gap_kwh.unwrap(), 0.0);
    near(measured.reduction.unwrap(), 0.3);
    assert_eq!(measured.goals[0].is_met, Some(false));
    let unknown = pathway(&reference, &house().targets, None, 2045);
    assert_eq!((unknown.gap_kwh, unknown.goals[0].is_met), (None, None));
    near(unknown.line_kwh, 90_000.0);
}
