//! The course of power: load, nights, demand.

use super::*;

#[test]
fn a_load_curve_has_a_baseload_a_peak_and_a_factor() {
    let mut wh = vec![Some(100.0); 4];
    wh.extend([Some(2000.0); 15]);
    wh.push(Some(5100.0));
    wh.push(None);
    let load = load(&hourly("2026-01-05T00:00:00Z", &wh)).unwrap();

    near(load.mean_w, 1775.0);
    near(load.baseload_w, 100.0);
    near(load.peak_w, 5100.0);
    assert_eq!(load.peak_at.start(), at("2026-01-05T19:00:00Z"));
    near(load.load_factor, 1775.0 / 5100.0);
    near(load.full_load_hours, 35_500.0 / 5100.0);
    near(load.hours, 20.0);
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
    let picked: Vec<f64> = [0, 25, 26, 50, 100].map(|percent| curve[percent]).to_vec();
    assert_eq!(picked, [4.0, 4.0, 3.0, 3.0, 1.0]);
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
    let steps = steps(&quiet_nights(&watts));
    let step = BaseloadStep { since: date(2026, 1, 21), before_w: 800.0, after_w: 1300.0 };
    assert_eq!(steps, [step]);
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
    let nights = nights(&hourly("2026-01-04T23:00:00Z", &wh), &paris());
    assert_eq!(nights, [Night { date: date(2026, 1, 5), watts: 700.0 }]);
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

    let by_volt_amperes = demand(36.0, &cells, false);
    near(by_volt_amperes.highest_kva.unwrap(), 36.5);
    near(by_volt_amperes.hours_over, 1.0 / 6.0);
    near(by_volt_amperes.hours_near, 2.0 / 6.0);
    assert_eq!(
        (by_volt_amperes.overruns.len(), by_volt_amperes.is_assumed, by_volt_amperes.coverage),
        (1, false, 0.75)
    );

    let by_watts = demand(36.0, &cells, true);
    near(by_watts.highest_kva.unwrap(), 36.5 / 0.95);
    assert!(by_watts.is_assumed);
}
