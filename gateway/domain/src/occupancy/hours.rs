//! Opening hours as instants: whether and since when the building is closed.

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, ToSpan};

use crate::instant::{Instant, Period};
use crate::site::{OpeningHours, Site};

/// Whether the building opens at all on the civil day of `now`: where the site file gives no opening hours, from Monday
/// to Friday.
pub fn opens_today(site: &Site, now: Instant) -> bool {
    let here = now.to_jiff().to_zoned_datetime(site.timezone.clone());
    let is_week_end = matches!(here.weekday(), Weekday::Saturday | Weekday::Sunday);
    let opening = site.opening.as_ref();
    opening.map_or(!is_week_end, |opening| !opening.on(here.date()).is_empty())
}

/// Whether the building is open by its opening hours; `None` without opening hours.
pub fn is_open(site: &Site, now: Instant) -> Option<bool> {
    Some(!closed_around(site, now)?.iter().any(|hours| hours.contains(now)))
}

/// Start of the closed hours around `now`; `None` while the building is open, and without opening hours.
pub fn closed_since(site: &Site, now: Instant) -> Option<Instant> {
    let closed = closed_around(site, now)?;
    closed.iter().find(|hours| hours.contains(now)).map(|hours| hours.start())
}

/// Whether the building has been closed for at least `length` by its opening hours; `None` without opening hours.
pub fn is_closed_for(site: &Site, length: SignedDuration, now: Instant) -> Option<bool> {
    let opening = site.opening.as_ref()?;
    let begin = now - length;
    let closed = closed(opening, Period::new(begin, now)?, &site.timezone);
    Some(closed.iter().any(|hours| hours.start() <= begin && hours.contains(now)))
}

/// Closed hours that touch `span`, in order; `None` without opening hours.
pub(crate) fn closed_hours(site: &Site, span: Period) -> Option<Vec<Period>> {
    Some(closed(site.opening.as_ref()?, span, &site.timezone))
}

fn closed_around(site: &Site, now: Instant) -> Option<Vec<Period>> {
    let opening = site.opening.as_ref()?;
    let day = SignedDuration::from_hours(24);
    let around = Period::new(now - day, now + day)?;
    Some(closed(opening, around, &site.timezone))
}

/// Closed hours that touch `span`, in order. Closing at midnight and opening at midnight is not closing.
pub(crate) fn closed(opening: &OpeningHours, span: Period, zone: &TimeZone) -> Vec<Period> {
    let mut closed = Vec::new();
    let mut from = Instant::MIN;
    for date in dates(span, zone) {
        for &(start, end) in opening.on(date) {
            let (start, end) = (instant(date, start, zone), end_of(date, end, zone));
            closed.extend(Period::new(from, start).filter(|hours| !hours.length().is_zero()));
            from = end;
        }
    }
    closed.extend(Period::new(from, Instant::MAX));
    closed
}

/// Instants of a civil `time` on the days that `span` touches, and on one day more on either side, in order.
pub(crate) fn daily(time: Time, span: Period, zone: &TimeZone) -> Vec<Instant> {
    dates(span, zone).into_iter().map(|date| instant(date, time, zone)).collect()
}

/// Civil days of `span` and one more on either side, at most so many that a nonsensical span does no harm.
fn dates(span: Period, zone: &TimeZone) -> Vec<Date> {
    const MOST: usize = 4000;
    let date = |at: Instant| at.to_jiff().to_zoned_datetime(zone.clone()).date();
    let first = date(span.start()).saturating_sub(1.day());
    let last = date(span.end()).saturating_add(1.day());
    first.series(1.day()).take_while(|date| *date <= last).take(MOST).collect()
}

fn end_of(date: Date, end: Option<Time>, zone: &TimeZone) -> Instant {
    match end {
        Some(end) => instant(date, end, zone),
        None => instant(date.saturating_add(1.day()), Time::midnight(), zone),
    }
}

/// Instant of a civil time. One that the clocks skip or repeat is resolved as jiff does: later, and the first one.
fn instant(date: Date, time: Time, zone: &TimeZone) -> Instant {
    date.to_datetime(time)
        .to_zoned_datetime(zone.clone())
        .map_or(Instant::MAX, |zoned| zoned.timestamp().into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::at;

    fn closed_around(hours: [Vec<(Time, Option<Time>)>; 7], day: &str) -> Vec<(String, String)> {
        let paris = TimeZone::get("Europe/Paris").unwrap();
        let span = Period::new(at(day), at(day)).unwrap();
        closed(&OpeningHours { week: hours, ..OpeningHours::default() }, span, &paris)
            .iter()
            .map(|hours| (hours.start().to_string(), hours.end().to_string()))
            .collect()
    }

    fn time(hour: i8) -> Time {
        jiff::civil::time(hour, 0, 0, 0)
    }

    #[test]
    fn a_building_closes_in_the_evening_and_over_the_week_end() {
        let weekday = vec![(time(8), Some(time(18)))];
        let mut week: [_; 7] = std::array::from_fn(|_| weekday.clone());
        week[6] = Vec::new();
        // A Saturday.
        let closed = closed_around(week, "2026-11-21T12:00:00Z");
        let middle = &closed[2];
        assert_eq!(middle.0, "2026-11-21T17:00:00Z");
        assert_eq!(middle.1, "9999-12-30T22:00:00Z");
    }

    #[test]
    fn closing_at_midnight_and_opening_at_midnight_is_not_closing() {
        let week = std::array::from_fn(|_| vec![(Time::midnight(), None)]);
        assert_eq!(closed_around(week, "2026-11-21T12:00:00Z").len(), 2);
    }
}
