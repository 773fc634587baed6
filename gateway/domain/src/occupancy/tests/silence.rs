//! Instruments that fall silent: a reading holds for the patience of its instrument and no longer, and the same is known
//! of a time whenever it is looked at.

use super::*;

/// Whole hours of the day.
fn hours<const N: usize>(starts: [i64; N]) -> [Period; N] {
    starts.map(|hour| {
        let start = at("0:00") + SignedDuration::from_hours(hour);
        Period::new(start, start + SignedDuration::from_hours(1)).unwrap()
    })
}

/// Occupancy and coverage of hours of a place as seen at `now`.
fn seen_at(
    now: &str,
    zone: Option<&str>,
    series: &SeriesSet,
    grid: &[Period],
) -> Vec<(Occupancy, f64)> {
    let zone = zone.map(|zone| zone.parse().unwrap());
    let figures = zone_people(&house(), zone.as_ref(), grid, series, at(now));
    figures.iter().map(|figure| (figure.occupancy, figure.coverage)).collect()
}

#[test]
fn a_detector_that_repeats_itself_and_falls_silent_is_unknown_from_its_last_minute_at_any_now() {
    use Occupancy::{Unknown, Vacant};
    let mut series = SeriesSet::default();
    let still = (0..=60).map(|minute| Observation {
        observed_at: at("8:00") + SignedDuration::from_mins(minute),
        ..one("8:00", Value::State(false))
    });
    series.insert(source("pir", Quantity::OccupancyDetected), still.collect());
    let grid = hours([8, 9, 10, 11]);

    for now in ["12:00", "13:30", "24:00", "40:00"] {
        assert_eq!(
            seen_at(now, Some("study"), &series, &grid),
            [(Vacant, 1.0), (Unknown, 1.0 / 60.0), (Unknown, 0.0), (Unknown, 0.0)],
            "{now}"
        );
    }
    let live = |time| moment(&series, Some("study"), time).estimate.occupancy;
    assert_eq!((live("9:59"), live("10:00"), live("11:30")), (Vacant, Unknown, Unknown));
}

#[test]
fn a_silence_is_unknown_from_the_same_minute_by_whatever_span_it_is_asked_for() {
    let mut series = SeriesSet::default();
    let still = (0..=60).map(|minute| Observation {
        observed_at: at("8:00") + SignedDuration::from_mins(minute),
        ..one("8:00", Value::State(false))
    });
    series.insert(source("pir", Quantity::OccupancyDetected), still.collect());
    let whole = seen_at("40:00", Some("study"), &series, &hours([8, 9, 10]));

    for (hour, expected) in [8, 9, 10].into_iter().zip(whole) {
        let alone = seen_at("40:00", Some("study"), &series, &hours([hour]));
        assert_eq!(alone, [expected], "{hour}");
    }
}

#[test]
fn a_door_that_falls_silent_is_unknown_after_a_day_and_two_hours_at_any_now() {
    use Occupancy::{Unknown, Vacant};
    let mut series = SeriesSet::default();
    door(&mut series, "front", &[("8:00", 3.0, 0.0), ("9:00", 3.0, 3.0)]);
    let grid = hours([33, 34, 35, 36]);

    for now in ["37:00", "40:00", "60:00"] {
        assert_eq!(
            seen_at(now, None, &series, &grid),
            [(Vacant, 1.0), (Vacant, 1.0), (Unknown, 0.0), (Unknown, 0.0)],
            "{now}"
        );
    }
    let live = |time| moment(&series, None, time).estimate.occupancy;
    assert_eq!((live("34:59"), live("35:00")), (Vacant, Unknown));
}
