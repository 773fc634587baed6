//! What is promised of series.

use domain::{DatedBy, Instant, Observation, Quantity, Value};
use jiff::SignedDuration;

use super::*;
use crate::ports::StoreError;

pub(crate) async fn a_reading_appended_twice_is_stored_once<S: Subject>() {
    let subject = S::new();
    let noon = co2(on_monday("12:00:00"), 612.0);

    let first = append(&subject, [noon.clone()]).await;
    let second = append(&subject, [noon.clone()]).await;

    assert_eq!(first, Appended { stored: 1, repeated: 0, dropped: 0 });
    assert_eq!(second, Appended { stored: 0, repeated: 1, dropped: 0 });
    assert_eq!(history(&subject, air()).await, [noon.observation]);
}

pub(crate) async fn the_first_value_of_an_instant_stays<S: Subject>() {
    let mut subject = S::new();
    append(&subject, [co2(on_monday("12:00:00"), 612.0)]).await;

    let beside = append(&subject, [co2(on_monday("12:00:00"), 999.0)]).await;
    subject.seal(on_monday("12:15:00")).await;
    let after_sealing = append(&subject, [co2(on_monday("12:00:00"), 777.0)]).await;

    assert_eq!((beside.stored, beside.repeated), (0, 1));
    assert_eq!((after_sealing.stored, after_sealing.repeated), (0, 1));
    assert_eq!(numbers(&history(&subject, air()).await), [612.0]);
}

pub(crate) async fn a_batch_may_repeat_itself<S: Subject>() {
    let subject = S::new();
    let noon = on_monday("12:00:00");

    let appended = append(&subject, [co2(noon, 1.0), co2(noon, 2.0), co2(noon, 1.0)]).await;

    assert_eq!(appended, Appended { stored: 1, repeated: 2, dropped: 0 });
    assert_eq!(numbers(&history(&subject, air()).await), [1.0]);
}

pub(crate) async fn an_empty_batch_changes_nothing<S: Subject>() {
    let subject = S::new();
    assert_eq!(append(&subject, []).await, Appended::default());
    assert_eq!(subject.reader().sources().await.unwrap(), []);
}

pub(crate) async fn late_repeated_and_shuffled_readings_give_the_history_of_readings_in_order<
    S: Subject,
>() {
    let times =
        ["08:00:00", "08:00:10", "09:30:00", "12:00:00", "12:00:10", "23:59:59"].map(on_monday);
    let in_order = S::new();
    for (time, ppm) in times.into_iter().zip([1.0, 2.0, 3.0, 4.0, 5.0, 6.0]) {
        append(&in_order, [co2(time, ppm)]).await;
    }

    let mut shuffled = S::new();
    append(&shuffled, [co2(times[3], 4.0), co2(times[5], 6.0)]).await;
    append(&shuffled, [co2(times[1], 2.0), co2(times[3], 4.0)]).await;
    shuffled.seal(at("2026-11-24T12:00:00Z")).await;
    append(&shuffled, [co2(times[4], 5.0), co2(times[0], 1.0), co2(times[1], 2.0)]).await;
    append(&shuffled, [co2(times[2], 3.0), co2(times[5], 6.0)]).await;

    let expected = history(&in_order, air()).await;
    assert_eq!(numbers(&expected), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    assert_eq!(history(&shuffled, air()).await, expected);
}

pub(crate) async fn a_period_holds_its_start_and_not_its_end<S: Subject>() {
    let subject = S::new();
    let (ten, eleven) = (on_monday("10:00:00"), on_monday("11:00:00"));
    append(&subject, [co2(ten, 10.0), co2(on_monday("10:30:00"), 10.5), co2(eleven, 11.0)]).await;

    let hour = range(&subject, Range::of(air(), period(ten, eleven))).await;
    let nothing = range(&subject, Range::of(air(), period(ten, ten))).await;

    assert_eq!(numbers(&hour), [10.0, 10.5]);
    assert_eq!(nothing, []);
}

pub(crate) async fn an_unknown_source_has_no_readings<S: Subject>() {
    let subject = S::new();
    append(&subject, [co2(on_monday("10:00:00"), 10.0)]).await;

    assert_eq!(history(&subject, source("air-2", Quantity::Co2)).await, []);
    assert_eq!(history(&subject, source("air-1", Quantity::Temperature)).await, []);
}

pub(crate) async fn neighbours_come_from_both_sides_however_far_away<S: Subject>() {
    let mut subject = S::new();
    let long_ago = [co2(at("2025-01-01T00:00:00Z"), 1.0), co2(at("2026-03-01T12:00:00Z"), 2.0)];
    append(&subject, long_ago).await;
    append(&subject, [co2(on_monday("10:00:00"), 3.0), co2(at("2026-12-31T12:00:00Z"), 4.0)]).await;

    let request =
        Range::of(air(), period(on_monday("09:00:00"), on_monday("11:00:00"))).with_neighbours(2);
    let in_the_log = range(&subject, request.clone()).await;
    subject.seal(on_monday("11:00:00")).await;
    let sealed = range(&subject, request).await;

    assert_eq!(numbers(&in_the_log), [1.0, 2.0, 3.0, 4.0]);
    assert_eq!(sealed, in_the_log);
}

pub(crate) async fn neighbours_are_as_many_as_there_are<S: Subject>() {
    let subject = S::new();
    let times =
        ["09:00:00", "09:10:00", "09:20:00", "10:00:00", "11:00:00", "11:10:00"].map(on_monday);
    append(&subject, times.map(|time| co2(time, 500.0))).await;

    let hour = period(on_monday("10:00:00"), on_monday("11:00:00"));
    let request = Range { before: 2, after: 9, ..Range::of(air(), hour) };
    let found: Vec<_> = range(&subject, request).await.into_iter().map(|o| o.observed_at).collect();

    assert_eq!(found, times[1..]);
}

pub(crate) async fn a_limit_gives_the_oldest_and_nothing_after_them<S: Subject>() {
    let subject = S::new();
    let times = ["09:00:00", "10:00:00", "10:10:00", "10:20:00", "11:00:00"].map(on_monday);
    let in_order: Vec<_> = times
        .into_iter()
        .zip([1.0, 2.0, 3.0, 4.0, 5.0])
        .map(|(time, ppm)| co2(time, ppm))
        .collect();
    append(&subject, in_order).await;

    let hour = period(on_monday("10:00:00"), on_monday("11:00:00"));
    let around = Range::of(air(), hour).with_neighbours(1);
    let limited = |limit| range(&subject, Range { limit: Some(limit), ..around.clone() });

    assert_eq!(numbers(&limited(2).await), [1.0, 2.0, 3.0]);
    assert_eq!(numbers(&limited(3).await), [1.0, 2.0, 3.0, 4.0]);
    assert_eq!(numbers(&limited(4).await), [1.0, 2.0, 3.0, 4.0, 5.0]);
    assert_eq!(numbers(&limited(0).await), [1.0]);
}

pub(crate) async fn the_newest_reading_is_found_whatever_arrived_last<S: Subject>() {
    let mut subject = S::new();
    append(&subject, [co2(on_monday("10:00:00"), 1.0), co2(on_monday("12:00:00"), 2.0)]).await;
    subject.seal(on_monday("12:15:00")).await;
    append(&subject, [co2(on_monday("11:00:00"), 3.0)]).await;

    assert_eq!(numbers(&range(&subject, Range::newest(air())).await), [2.0]);
    assert_eq!(
        subject.reader().sources().await.unwrap()[0].last.observed_at,
        on_monday("12:00:00")
    );
}

pub(crate) async fn sources_are_listed_in_order_with_their_newest_reading<S: Subject>() {
    let mut subject = S::new();
    let time = on_monday("10:00:00");
    let (humidity, door) = (
        source("air-1", Quantity::RelativeHumidity),
        source("Bureau/Porte", Quantity::OccupancyDetected),
    );
    append(&subject, [reading(&humidity, time, Value::Gauge(41.0)), co2(time, 500.0)]).await;
    subject.seal(on_monday("10:15:00")).await;
    append(&subject, [reading(&door, time, Value::State(true)), co2(on_monday("10:20:00"), 510.0)])
        .await;

    let sources = subject.reader().sources().await.unwrap();

    let listed: Vec<_> = sources.iter().map(|stored| stored.source.clone()).collect();
    assert_eq!(listed, [door, air(), humidity]);
    let newest: Vec<_> = sources.iter().map(|stored| stored.last.value).collect();
    assert_eq!(newest, [Value::State(true), Value::Gauge(510.0), Value::Gauge(41.0)]);
}

pub(crate) async fn channels_of_a_device_are_series_of_their_own<S: Subject>() {
    let subject = S::new();
    let time = on_monday("10:00:00");
    let plain = source("prise-1", Quantity::ActivePower);
    let first = Source { channel: Some("switch:0".parse().unwrap()), ..plain.clone() };
    let second = Source { channel: Some("switch:1".parse().unwrap()), ..plain.clone() };

    let watts = [(&plain, 1.0), (&first, 2.0), (&second, 3.0)];
    append(&subject, watts.map(|(source, watts)| reading(source, time, Value::Gauge(watts)))).await;

    for (source, watts) in watts {
        assert_eq!(numbers(&history(&subject, source.clone()).await), [watts]);
    }
}

pub(crate) async fn every_value_comes_back_to_the_last_bit<S: Subject>() {
    let mut subject = S::new();
    let power = source("prise-1", Quantity::ActivePower);
    let values = [
        0.1 + 0.2,
        -0.0,
        0.0,
        1e-300,
        5e-324,
        -9_999_999.999,
        1.0 / 3.0,
        230.1,
        9_007_199_254_740_993.0,
    ];
    let time =
        |n: usize| on_monday("10:00:00") + SignedDuration::from_mins(i64::try_from(n).unwrap());
    let all: Vec<_> = values
        .iter()
        .enumerate()
        .map(|(n, value)| reading(&power, time(n), Value::Gauge(*value)))
        .collect();
    append(&subject, all).await;

    let bits = |found: &[f64]| found.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
    assert_eq!(bits(&numbers(&history(&subject, power.clone()).await)), bits(&values));
    subject.seal(at("2026-11-24T12:00:00Z")).await;
    assert_eq!(bits(&numbers(&history(&subject, power).await)), bits(&values));
}

pub(crate) async fn the_arrival_is_kept_to_the_second<S: Subject>() {
    let mut subject = S::new();
    let observed_at = at("2026-11-23T10:00:00.250Z");
    let late = Observation {
        received_at: at("2026-11-24T10:00:03.100Z"),
        ..co2(observed_at, 500.0).observation
    };
    let undated_at = at("2026-11-23T11:00:00.123Z");
    let undated = Observation { dated_by: DatedBy::Gateway, ..co2(undated_at, 501.0).observation };
    append(&subject, [late, undated].map(|observation| Reading { source: air(), observation }))
        .await;

    let kept = [Observation { received_at: at("2026-11-24T10:00:02.250Z"), ..late }, undated];
    assert_eq!(history(&subject, air()).await, kept);
    subject.seal(at("2026-11-24T12:00:00Z")).await;
    assert_eq!(history(&subject, air()).await, kept);
}

pub(crate) async fn a_value_its_quantity_cannot_have_is_refused_with_the_whole_batch<S: Subject>() {
    let subject = S::new();
    let time = on_monday("10:00:00");

    for value in [
        Value::Gauge(f64::NAN),
        Value::Gauge(f64::INFINITY),
        Value::State(true),
        Value::Register(1.0),
    ] {
        let readings = vec![co2(on_monday("09:00:00"), 500.0), reading(&air(), time, value)];
        let answer = subject.writer().append(Batch { readings, ..Batch::default() }).await;
        assert!(matches!(answer, Err(StoreError::Refused(_))), "{value:?}");
    }
    assert_eq!(history(&subject, air()).await, []);
}

pub(crate) async fn readings_before_1970_are_readings<S: Subject>() {
    let mut subject = S::new();
    let times =
        ["0001-01-01T00:00:00Z", "1969-12-31T23:59:59.999Z", "1970-01-01T00:00:00Z"].map(at);
    append(&subject, times.map(|time| co2(time, 500.0))).await;
    subject.seal(on_monday("10:00:00")).await;

    let found = history(&subject, air()).await;
    let before_1970 = range(&subject, Range::of(air(), period(Instant::MIN, times[2]))).await;

    assert_eq!(found.iter().map(|o| o.observed_at).collect::<Vec<_>>(), times);
    assert_eq!(before_1970, found[..2]);
}

pub(crate) async fn sealing_changes_no_answer<S: Subject>() {
    let mut subject = S::new();
    let start = at("2026-11-20T22:00:00Z");
    let times = (0..400).map(|n| start + SignedDuration::from_mins(11 * n));
    append(&subject, times.map(|time| co2(time, 500.0)).collect::<Vec<_>>()).await;
    let before = history(&subject, air()).await;

    for now in [
        "2026-11-21T00:00:00Z",
        "2026-11-22T04:00:00Z",
        "2026-11-22T04:15:00Z",
        "2026-11-30T00:00:00Z",
    ] {
        subject.seal(at(now)).await;
        assert_eq!(history(&subject, air()).await, before, "sealed at {now}");
    }
}

pub(crate) async fn reopening_changes_no_answer<S: Subject>() {
    let mut subject = S::new();
    let (early, late) = (co2(on_monday("10:00:00"), 1.0), co2(on_monday("12:00:00"), 2.0));
    append(&subject, [early.clone()]).await;
    subject.seal(on_monday("11:00:00")).await;
    append(&subject, [late.clone()]).await;

    subject.reopen().await;

    assert_eq!(numbers(&history(&subject, air()).await), [1.0, 2.0]);
    let again = append(&subject, [early, late]).await;
    assert_eq!((again.stored, again.repeated), (0, 2));
}

pub(crate) async fn readings_late_for_a_sealed_day_are_found_and_counted_once<S: Subject>() {
    let mut subject = S::new();
    append(&subject, [co2(on_monday("10:00:00"), 1.0), co2(on_monday("12:00:00"), 3.0)]).await;
    subject.seal(at("2026-11-24T04:00:00Z")).await;

    let late = [co2(on_monday("11:00:00"), 2.0), co2(on_monday("12:00:00"), 3.0)];
    let first = append(&subject, late.clone()).await;
    subject.seal(at("2026-11-24T04:15:00Z")).await;
    let second = append(&subject, late.clone()).await;
    subject.seal(at("2026-11-25T04:00:00Z")).await;
    let third = append(&subject, late).await;

    assert_eq!((first.stored, first.repeated), (1, 1));
    assert_eq!((second.stored, second.repeated), (0, 2));
    assert_eq!((third.stored, third.repeated), (0, 2));
    assert_eq!(numbers(&history(&subject, air()).await), [1.0, 2.0, 3.0]);
}

pub(crate) async fn quantities_of_one_message_stay_apart_when_one_of_them_has_late_readings<
    S: Subject,
>() {
    let mut subject = S::new();
    let (co2, degrees) = (air(), source("air-1", Quantity::Temperature));
    let start = on_monday("08:00:00");
    let times: Vec<_> = (0..50).map(|n| start + SignedDuration::from_secs(61 * n)).collect();
    let of = |source: &Source| {
        let readings = times.iter().map(|time| reading(source, *time, Value::Gauge(21.5)));
        readings.collect::<Vec<_>>()
    };
    append(&subject, [of(&co2), of(&degrees)].concat()).await;
    subject.seal(at("2026-11-24T04:00:00Z")).await;
    let late = reading(&co2, on_monday("08:30:00"), Value::Gauge(400.0));

    append(&subject, [late.clone()]).await;
    subject.seal(at("2026-11-25T04:00:00Z")).await;

    let expected =
        |readings: &[Reading]| readings.iter().map(|r| r.observation).collect::<Vec<_>>();
    assert_eq!(history(&subject, degrees.clone()).await, expected(&of(&degrees)));
    let mut of_co2 = [of(&co2), vec![late]].concat();
    of_co2.sort_by_key(|reading| reading.observation.observed_at);
    assert_eq!(history(&subject, co2).await, expected(&of_co2));
}

pub(crate) async fn another_reader_sees_what_was_committed<S: Subject>() {
    let subject = S::new();
    let (one, other) = (subject.reader(), subject.reader());
    assert_eq!(one.sources().await.unwrap(), []);

    append(&subject, [co2(on_monday("10:00:00"), 1.0)]).await;

    assert_eq!(one.range(Range::newest(air())).await.unwrap().len(), 1);
    assert_eq!(other.range(Range::newest(air())).await.unwrap().len(), 1);
}
