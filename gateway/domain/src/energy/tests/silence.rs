//! Energy of meters whose sensors all fall silent, at each moment after.

use jiff::SignedDuration;

use super::*;

fn clock(text: &str) -> Instant {
    format!("2026-11-30T{text}Z").parse().unwrap()
}

fn hour(start: u8) -> Period {
    let at = |hour: u8| clock(&format!("{hour:02}:00:00"));
    Period::new(at(start), at(start + 1)).unwrap()
}

/// A register each minute and power each ten seconds, both from 20:00 on; the last register reading at 20:53:08, the
/// last power reading at 20:53:58.
fn dead_since_2054() -> SeriesSet {
    let every = |from: &str, seconds: i64, to: &str| {
        let (from, to) = (clock(from), clock(to));
        let instants = std::iter::successors(Some(from), move |at| {
            Some(*at + SignedDuration::from_secs(seconds))
        });
        instants.take_while(move |at| *at <= to)
    };
    let observation = |quantity: Quantity, at: Instant, number: f64| Observation {
        observed_at: at,
        received_at: at,
        dated_by: DatedBy::Device,
        value: Value::from_f64(quantity.kind(), number),
    };
    let registers = every("20:00:08", 60, "20:53:08").zip(0..).map(|(at, minute)| {
        observation(Quantity::EnergyImported, at, 7000.0 + 120.0 * f64::from(minute))
    });
    let powers =
        every("20:00:08", 10, "20:53:58").map(|at| observation(Quantity::ActivePower, at, 7200.0));
    let mut series = SeriesSet::default();
    series.insert(source("plug", Quantity::EnergyImported), registers.collect());
    series.insert(source("plug", Quantity::ActivePower), powers.collect());
    series
}

fn main_meter() -> Meter {
    Meter { max_power_w: 36_000.0, ..meter() }
}

fn figures_at(now: &str) -> [EnergyFigure; 2] {
    let (meter, series, grid) = (main_meter(), dead_since_2054(), [hour(20), hour(21)]);
    meter_energy(&meter, &grid, &series, &Rules::default(), clock(now)).try_into().unwrap()
}

#[test]
fn an_hour_in_which_no_reading_came_is_unknown_at_every_query() {
    for now in ["21:00:30", "21:05:00", "21:08:30", "21:09:00", "21:14:00", "21:20:00", "23:59:59"]
    {
        assert_eq!(figures_at(now)[1], EnergyFigure::UNKNOWN, "at {now}");
    }
}

#[test]
fn the_hour_in_which_the_sensors_died_is_the_same_at_every_query_once_they_are_missed() {
    let first = figures_at("21:09:00")[0];
    for now in ["21:14:00", "21:20:00", "23:59:59"] {
        assert_eq!(figures_at(now)[0], first, "at {now}");
    }
    // From 20:00:08 to 20:53:58.
    assert!((first.coverage - 3230.0 / 3600.0).abs() < 1e-9, "{first:?}");
    assert_eq!(first.quality, Quality::Partial);
}

#[test]
fn power_after_the_last_register_reading_is_booked_in_the_time_in_which_it_flowed() {
    let last_register = Period::new(clock("20:53:08"), clock("20:53:58")).unwrap();
    let after = Period::new(clock("20:53:58"), clock("21:30:00")).unwrap();
    let (meter, series) = (main_meter(), dead_since_2054());
    let grid = [last_register, after];
    let booked = |now| meter_energy(&meter, &grid, &series, &Rules::default(), clock(now));

    let missed = booked("21:09:00");
    assert!((missed[0].energy_wh.unwrap() - 7200.0 * 50.0 / 3600.0).abs() < 1e-9, "{missed:?}");
    assert_eq!(missed[1], EnergyFigure::UNKNOWN);
    // Before the register is missed its next reading may still account for that time.
    assert_eq!(booked("20:54:00"), [EnergyFigure::UNKNOWN; 2]);
}

#[test]
fn a_silence_of_power_is_unknown_from_its_beginning_once_it_is_longer_than_the_gap() {
    let meter = Meter { energy: Vec::new(), ..meter() };
    let series = series(&[("plug", Quantity::ActivePower, &minutes(0, 50, 600.0))]);
    let grid = [span(0, 60), span(60, 120)];
    let figures = |now| meter_energy(&meter, &grid, &series, &Rules::default(), at(now));

    // A report on change is held while the next one may still come.
    let held = figures(64);
    assert!((held[0].energy_wh.unwrap() - 600.0).abs() < 1e-9);
    assert!((held[1].energy_wh.unwrap() - 40.0).abs() < 1e-9);
    for now in [66, 80, 119, 1000] {
        let missed = figures(now);
        assert!((missed[0].energy_wh.unwrap() - 500.0).abs() < 1e-9, "at {now}");
        assert!((missed[0].coverage - 50.0 / 60.0).abs() < 1e-9, "at {now}");
        assert_eq!(missed[1], EnergyFigure::UNKNOWN, "at {now}");
    }
}

#[test]
fn a_register_that_comes_back_still_accounts_for_the_silence() {
    let mut series = dead_since_2054();
    let plug = source("plug", Quantity::EnergyImported);
    let mut readings = series.of(&plug).to_vec();
    let last = *readings.last().unwrap();
    let back = clock("22:53:08");
    let value = Value::from_f64(Quantity::EnergyImported.kind(), last.value.as_f64() + 1200.0);
    readings.push(Observation { observed_at: back, received_at: back, value, ..last });
    series.insert(plug, readings);
    let silent = Period::new(clock("20:53:08"), back).unwrap();

    let figures = meter_energy(
        &main_meter(),
        &[silent, hour(21)],
        &series,
        &Rules::default(),
        clock("22:54:00"),
    );

    assert_eq!(figures[0].energy_wh, Some(1200.0));
    assert_eq!((figures[1].quality, figures[1].coverage), (Quality::Estimated, 0.0));
    assert!((figures[1].energy_wh.unwrap() - 600.0).abs() < 1e-9);
}
