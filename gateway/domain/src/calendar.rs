//! Regular grids of periods: fixed steps of UTC time, and the civil hours, days, months and years of a site.

use std::str::FromStr;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, ToSpan};

use crate::instant::{Instant, Period};

/// The grid of a history: fixed steps, or civil periods where a person would expect them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Fixed steps that divide an hour, in minutes; every offset in use is a multiple of 15 minutes, so they also divide civil days.
    Minutes(u8),
    /// Civil hours. An hour that is repeated in autumn is two hours.
    Hour,
    /// Civil days, of 23, 24 or 25 hours.
    Day,
    /// Civil weeks, from Monday on.
    Week,
    /// Civil months.
    Month,
    /// Civil years.
    Year,
}

/// A text that names no step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a step; 1m, 5m, 15m, 1h, 1d, hour, day, week, month and year are")]
pub struct UnknownStep;

impl FromStr for Step {
    type Err = UnknownStep;

    fn from_str(text: &str) -> Result<Self, UnknownStep> {
        match text {
            "1m" => Ok(Self::Minutes(1)),
            "5m" => Ok(Self::Minutes(5)),
            "15m" => Ok(Self::Minutes(15)),
            "1h" | "hour" => Ok(Self::Hour),
            "1d" | "day" => Ok(Self::Day),
            "week" => Ok(Self::Week),
            "month" => Ok(Self::Month),
            "year" => Ok(Self::Year),
            _ => Err(UnknownStep),
        }
    }
}

/// A figure of one period of a grid.
#[derive(Clone, Debug, PartialEq)]
pub struct Bucket<T> {
    /// Which period.
    pub period: Period,
    /// The figure.
    pub figure: T,
}

/// Every period of the grid that overlaps `span`, in order, without holes. Empty when `span` is.
///
/// The iterator is lazy, so a caller may bound a grid that would be too fine.
pub fn grid(step: Step, span: Period, zone: &TimeZone) -> impl Iterator<Item = Period> + '_ {
    let mut start = floor(step, span.start(), zone);
    std::iter::from_fn(move || {
        if span.start() == span.end() || start >= span.end() {
            return None;
        }
        let end = next(step, start, zone);
        let period = Period::new(start, end)?;
        start = end;
        Some(period)
    })
}

/// The period of the grid that holds `instant`.
pub fn period_of(step: Step, instant: Instant, zone: &TimeZone) -> Period {
    let start = floor(step, instant, zone);
    Period::new(start, next(step, start, zone)).expect("the next border lies after this one")
}

fn floor(step: Step, instant: Instant, zone: &TimeZone) -> Instant {
    let civil = || instant.to_jiff().to_zoned_datetime(zone.clone());
    match step {
        Step::Minutes(minutes) => {
            let length = i64::from(minutes) * 60_000;
            Instant::from_millis(instant.as_millis().div_euclid(length) * length)
        }
        Step::Hour => {
            let time = civil().time();
            let seconds = i64::from(time.minute()) * 60 + i64::from(time.second());
            instant - SignedDuration::new(seconds, time.subsec_nanosecond())
        }
        Step::Day => midnight(Ok(civil().date()), zone),
        Step::Week => {
            let date = civil().date();
            let passed = i64::from(date.weekday().to_monday_zero_offset());
            midnight(date.checked_sub(passed.days()), zone)
        }
        Step::Month => midnight(Ok(civil().date().first_of_month()), zone),
        Step::Year => midnight(Ok(civil().date().first_of_year()), zone),
    }
}

fn next(step: Step, start: Instant, zone: &TimeZone) -> Instant {
    let date = || start.to_jiff().to_zoned_datetime(zone.clone()).date();
    match step {
        Step::Minutes(minutes) => start + SignedDuration::from_mins(i64::from(minutes)),
        Step::Hour => start + SignedDuration::from_hours(1),
        Step::Day => midnight(date().checked_add(1.day()), zone),
        Step::Week => midnight(date().checked_add(7.days()), zone),
        Step::Month => midnight(date().checked_add(1.month()), zone),
        Step::Year => midnight(date().checked_add(1.year()), zone),
    }
}

/// The first instant of a civil day; the end of time for days after it.
fn midnight(date: Result<Date, jiff::Error>, zone: &TimeZone) -> Instant {
    date.and_then(|date| date.to_zoned_datetime(zone.clone()))
        .and_then(|midnight| midnight.start_of_day())
        .map_or(Instant::MAX, |start| start.timestamp().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn periods(step: Step, from: &str, to: &str) -> Vec<Period> {
        let paris = TimeZone::get("Europe/Paris").unwrap();
        let span = Period::new(from.parse().unwrap(), to.parse().unwrap()).unwrap();
        grid(step, span, &paris).collect()
    }

    fn hours(period: &Period) -> i64 {
        period.length().as_hours()
    }

    #[test]
    fn the_day_in_march_has_23_hours_and_the_day_in_october_25() {
        let spring = periods(Step::Day, "2026-03-29T12:00:00+02:00", "2026-03-29T13:00:00+02:00");
        assert_eq!(spring.iter().map(hours).collect::<Vec<_>>(), [23]);
        let autumn = periods(Step::Day, "2026-10-25T12:00:00+01:00", "2026-10-25T13:00:00+01:00");
        assert_eq!(autumn.iter().map(hours).collect::<Vec<_>>(), [25]);
    }

    #[test]
    fn two_in_the_morning_is_there_twice_when_the_clocks_go_back() {
        let night = periods(Step::Hour, "2026-10-25T02:00:00+02:00", "2026-10-25T03:00:00+01:00");
        let starts: Vec<_> = night.iter().map(|hour| hour.start().to_string()).collect();
        assert_eq!(starts, ["2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z"]);
    }

    #[test]
    fn the_days_of_a_month_add_up_to_it() {
        let (from, to) = ("2026-10-10T00:00:00+02:00", "2026-10-10T00:00:00.001+02:00");
        let month = periods(Step::Month, from, to);
        assert_eq!(month.len(), 1);
        let paris = TimeZone::get("Europe/Paris").unwrap();
        let days: Vec<_> = grid(Step::Day, month[0], &paris).collect();
        assert_eq!(days.len(), 31);
        assert_eq!(days.iter().map(hours).sum::<i64>(), hours(&month[0]));
        assert!(days.windows(2).all(|pair| pair[0].end() == pair[1].start()));
    }

    #[test]
    fn a_period_is_in_the_grid_when_it_overlaps_and_not_when_it_touches() {
        let quarters = periods(Step::Minutes(15), "2026-11-23T08:10:00Z", "2026-11-23T08:30:00Z");
        let starts: Vec<_> = quarters.iter().map(|quarter| quarter.start().to_string()).collect();
        assert_eq!(starts, ["2026-11-23T08:00:00Z", "2026-11-23T08:15:00Z"]);
        assert!(periods(Step::Day, "2026-11-23T08:00:00Z", "2026-11-23T08:00:00Z").is_empty());
    }

    #[test]
    fn a_week_begins_on_monday_and_has_167_hours_in_spring() {
        let week = periods(Step::Week, "2026-03-29T12:00:00+02:00", "2026-03-29T13:00:00+02:00");
        assert_eq!(week[0].start().to_string(), "2026-03-22T23:00:00Z");
        assert_eq!(week.iter().map(hours).collect::<Vec<_>>(), [167]);
    }

    #[test]
    fn a_year_begins_at_midnight_of_the_site() {
        let year = periods(Step::Year, "2026-06-01T00:00:00Z", "2026-06-02T00:00:00Z");
        assert_eq!(year[0].start().to_string(), "2025-12-31T23:00:00Z");
        assert_eq!(year[0].end().to_string(), "2026-12-31T23:00:00Z");
    }

    #[test]
    fn the_grid_ends_with_time_itself() {
        let last = periods(Step::Day, "9999-12-29T00:00:00Z", "9999-12-30T00:00:00Z");
        assert!(!last.is_empty());
    }
}
