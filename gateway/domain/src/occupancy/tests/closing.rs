//! Closing rule: nobody is left at the end of a day, and what was still counted is published as an error.

use super::*;

#[test]
fn nobody_is_left_after_closing_and_what_was_left_is_published_as_the_residual() {
    let mut series = SeriesSet::default();
    door(&mut series, "front", &[("8:10", 9.0, 0.0), ("18:10", 9.0, 7.0)]);

    let before = moment(&series, None, "18:39");
    let after = moment(&series, None, "18:41");

    assert_eq!((before.estimate.people, before.drift), (Some(2.0), Some(2.0)));
    assert_eq!((after.estimate.people, after.drift), (Some(0.0), Some(0.0)));
    let residual = after.residual.unwrap();
    assert_eq!((residual.at, residual.people), (at("18:40"), 2.0));
}

/// The first minute of each time of the day.
pub(super) fn minutes<const N: usize>(times: [&str; N]) -> [Period; N] {
    times.map(|time| Period::new(at(time), at(time) + SignedDuration::from_mins(1)).unwrap())
}

#[test]
fn what_was_left_at_closing_is_spread_back_over_the_passages_of_the_day_beside_the_raw_count() {
    let mut series = SeriesSet::default();
    // Twenty came and were counted; four of those who left were not. All have gone by closing time.
    let day = [("8:10", 10.0, 0.0), ("9:00", 20.0, 0.0), ("17:00", 20.0, 16.0)];
    door(&mut series, "front", &day);
    let grid = minutes(["8:30", "12:00", "17:30", "19:00"]);
    let figures = |now| zone_people(&house(), None, &grid, &series, at(now));

    let (in_the_day, afterwards) = (figures("18:20"), figures("23:00"));

    let people = |figures: &[PeopleFigure]| figures.iter().map(|it| it.people.unwrap()).collect();
    let raw: Vec<f64> = people(&in_the_day[..3]);
    assert_eq!(raw, [10.0, 20.0, 4.0]);
    let corrected: Vec<f64> = people(&afterwards);
    let each = 4.0 / 36.0;
    let expected = [10.0 - 10.0 * each, 20.0 - 20.0 * each, 0.0, 0.0];
    for (corrected, expected) in corrected.iter().zip(expected) {
        assert!((corrected - expected).abs() < 1e-9, "{afterwards:?}");
    }
    let counted: Vec<f64> = afterwards.iter().map(|it| it.counted.unwrap()).collect();
    assert_eq!(counted, [10.0, 20.0, 4.0, 0.0]);
    assert!(
        afterwards[1].low.unwrap() <= corrected[1] && corrected[1] <= afterwards[1].high.unwrap()
    );
}

#[test]
fn an_hour_of_a_day_that_was_closed_is_the_same_whether_asked_for_alone_or_within_the_day() {
    let mut series = SeriesSet::default();
    door(&mut series, "front", &[("8:10", 9.0, 0.0), ("17:00", 9.0, 7.0)]);
    let grid = minutes(["8:30", "12:00", "20:00"]);
    let site = house();

    let among = zone_people(&site, None, &grid, &series, at("40:00"));

    assert!(lead(grid[1], &site).end() >= at("18:30"));
    for (minute, among) in grid.iter().zip(&among) {
        assert_eq!(&zone_people(&site, None, &[*minute], &series, at("40:00"))[0], among);
    }
    assert!(among[1].people.unwrap() < 9.0);
}

#[test]
fn a_count_that_ends_at_night_while_somebody_moves_is_not_taken_for_an_error() {
    let mut series = SeriesSet::default();
    door(&mut series, "front", &[("8:10", 2.0, 0.0)]);
    door(&mut series, "stairs", &[("8:12", 2.0, 0.0)]);
    movement(&mut series, &[("7:00", false), ("17:00", true)]);
    let zone = "upstairs".parse().unwrap();

    let figures = zone_people(&house(), Some(&zone), &minutes(["12:00"]), &series, at("40:00"));

    assert_eq!((figures[0].people, figures[0].counted), (Some(2.0), Some(2.0)));
}

#[test]
fn an_evening_event_is_not_cut_off_before_the_night() {
    let mut series = SeriesSet::default();
    let passages: Vec<_> = (0..24)
        .map(|n| (format!("{}:{}", 17 + n / 3, 20 * (n % 3)), 10.0 + f64::from(n)))
        .collect();
    let passages: Vec<_> =
        passages.iter().map(|(time, people)| (time.as_str(), *people, 0.0)).collect();
    door(&mut series, "front", &passages);
    assert_eq!(people(&series, None, "24:50"), Some(33.0));
}

#[test]
fn movement_after_closing_keeps_the_count_until_four() {
    let mut series = SeriesSet::default();
    door(&mut series, "front", &[("8:10", 2.0, 0.0)]);
    door(&mut series, "stairs", &[]);
    movement(&mut series, &[("7:00", false), ("17:00", true)]);
    let before = moment(&series, None, "27:59");
    assert_eq!(before.drift, Some(2.0));
    // The hall is closed and quiet, so of the two who are counted the one who moves is left.
    assert_eq!(
        (before.estimate.people, people(&series, Some("hall"), "27:59")),
        (Some(1.0), Some(0.0))
    );
    let after = moment(&series, None, "28:01");
    assert_eq!((after.estimate.people, after.drift), (Some(1.0), Some(0.0)));
    assert_eq!(after.estimate.quality, Quality::Estimated);
}

#[test]
fn the_doors_of_a_day_are_published_with_their_drift_and_what_was_left_at_closing() {
    let site = house();
    let mut series = SeriesSet::default();
    let reading = |time: &str, total: f64| {
        let at = at(time);
        Observation {
            observed_at: at,
            received_at: at,
            dated_by: DatedBy::Device,
            value: Value::Register(total),
        }
    };
    let mut door = |quantity, readings: &[(&str, f64)]| {
        let source = Source { device: "front".parse().unwrap(), quantity, channel: None };
        series.insert(source, readings.iter().map(|&(time, total)| reading(time, total)).collect());
    };
    door(Quantity::PeopleIn, &[("07:00", 100.0), ("09:00", 110.0)]);
    door(Quantity::PeopleOut, &[("07:00", 50.0), ("17:00", 57.0)]);
    let day = Period::new(at("00:00"), at("23:59")).unwrap();

    let counting = countings(&site, None, &[day], &series, at("23:59")).remove(0).unwrap();
    let running = countings(&site, None, &[day], &series, at("14:00")).remove(0).unwrap();

    assert_eq!(running.balance, None, "people may still be inside");
    assert_eq!((counting.people_in, counting.people_out, counting.drift), (10.0, 7.0, 3.0));
    assert_eq!((counting.balance, counting.visits), (Some(Balance::Bad), 8.5));
    assert_eq!(counting.residual.map(|residual| residual.people), Some(3.0));
    assert_eq!((counting.doors.len(), counting.doors[0].drift), (1, 3.0));
}

#[test]
fn a_day_without_passages_has_no_negative_zeros() {
    let site = house();
    let day = Period::new(at("00:00"), at("23:59")).unwrap();
    let counted = countings(&site, None, &[day], &SeriesSet::default(), at("23:59"));
    let json = serde_json::to_string(&counted).unwrap();
    assert!(json.contains("people_in") && !json.contains("-0.0"), "{json}");
}

#[test]
fn what_is_left_of_a_zone_is_summed_over_all_its_doors_with_its_sign() {
    let site = house();
    let mut series = SeriesSet::default();
    // The hall has two doors: nine came in from the street and four left by it; six went upstairs and two came down.
    door(&mut series, "front", &[("8:10", 9.0, 0.0), ("17:00", 9.0, 4.0)]);
    door(&mut series, "stairs", &[("8:20", 6.0, 0.0), ("16:50", 6.0, 2.0), ("17:10", 8.0, 2.0)]);
    let day = Period::new(at("0:00"), at("24:00")).unwrap();
    let counting = |zone: Option<&str>| {
        let zone = zone.map(|zone| zone.parse().unwrap());
        countings(&site, zone.as_ref(), &[day], &series, at("30:00")).remove(0).unwrap()
    };

    let (building, hall, upstairs) =
        (counting(None), counting(Some("hall")), counting(Some("upstairs")));

    let left = |counting: &Counting| counting.residual.unwrap().people;
    assert_eq!((left(&building), left(&hall), left(&upstairs)), (5.0, -1.0, 6.0));
    assert_eq!((hall.doors.len(), hall.drift), (2, -1.0));
}

#[test]
fn a_day_is_closed_by_the_clock_on_the_wall_also_when_it_is_set() {
    let site = crate::site::parse(&HOUSE.replace("tuesday", "sunday"), "house.toml").unwrap();
    // In the night to Sunday 25 October 2026 the clocks go back, so 18:40 is an hour later than the day before.
    let time = |text: &str| text.parse::<Instant>().unwrap();
    let one = |at: Instant, total: f64| Observation {
        observed_at: at,
        received_at: at,
        dated_by: DatedBy::Device,
        value: Value::Register(total),
    };
    let mut series = SeriesSet::default();
    let (night, morning) = (time("2026-10-25T01:00:00Z"), time("2026-10-25T08:00:00Z"));
    series.insert(source("front", Quantity::PeopleIn), vec![one(night, 0.0), one(morning, 3.0)]);
    series.insert(source("front", Quantity::PeopleOut), vec![one(night, 0.0), one(morning, 0.0)]);
    let day = Period::new(time("2026-10-24T22:00:00Z"), time("2026-10-25T23:00:00Z")).unwrap();

    let counting = countings(&site, None, &[day], &series, day.end()).remove(0).unwrap();

    let left = counting.residual.unwrap();
    assert_eq!((left.at.to_string().as_str(), left.people), ("2026-10-25T17:30:00Z", 3.0));
}
