//! When people do things: the civil time of the building's habits, which a demonstration may shift against the wall clock.

use domain::Instant;
use domain::site::{OpeningHours, Site};
use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, ToSpan};

const DAY_S: i64 = 24 * 3600;
const WEEK_S: i64 = 7 * DAY_S;
const QUARTER_HOUR_S: i64 = 15 * 60;

/// The hour at which a day of habits begins: nobody is there then.
const DAWN_S: i64 = 4 * 3600;

/// The hour of habits at which a demonstration begins.
const SHOW_S: i64 = 14 * 3600;

/// Translates between instants and the hour that people live by.
#[derive(Clone, Debug)]
pub struct Habits {
    timezone: TimeZone,
    /// Lead of the hour of habits over the wall clock.
    ahead: SignedDuration,
}

/// The hour that people live by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hour {
    /// The civil day.
    pub(super) date: Date,
    /// Seconds since its midnight.
    pub(super) second: i64,
}

impl Hour {
    /// Whether it is between these hours of a day from Monday to Friday.
    pub(super) fn is_work(self, from: i64, to: i64) -> bool {
        !matches!(self.date.weekday(), Weekday::Saturday | Weekday::Sunday)
            && (from * 3600..to * 3600).contains(&self.second)
    }

    /// The hour with its fraction, for curves.
    #[expect(clippy::cast_precision_loss, reason = "seconds of a day are small")]
    pub(super) fn fraction(self) -> f64 {
        self.second as f64 / 3600.0
    }
}

impl Habits {
    /// People live by the wall clock.
    pub fn natural(timezone: TimeZone) -> Self {
        Self { timezone, ahead: SignedDuration::ZERO }
    }

    /// People live as if it were about 14:00 at `now`, on a working day after a working day, whatever the wall clock says.
    ///
    /// The shift is a multiple of a quarter of an hour, so two callers within seconds nearly always get the same.
    pub fn demonstration(now: Instant, timezone: TimeZone) -> Self {
        let natural = Self::natural(timezone);
        let today = natural.hour(now).date;
        let shows =
            (-3..=3).filter_map(|days: i64| today.checked_add(days.days()).ok()).filter(|day| {
                !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday | Weekday::Monday)
            });
        let nearest = shows
            .map(|day| natural.instant(day, SHOW_S).since(now).as_secs())
            .min_by_key(|seconds| seconds.abs())
            .unwrap_or(0);
        let quarters = (nearest + QUARTER_HOUR_S / 2).div_euclid(QUARTER_HOUR_S);
        Self { ahead: SignedDuration::from_secs(quarters * QUARTER_HOUR_S), ..natural }
    }

    /// The site with its opening hours and its nightly reset moved to where these habits have them.
    ///
    /// Without this a shifted building would count as closed at noon and be set to nobody in the afternoon.
    pub fn adapt(&self, site: &Site) -> Site {
        let mut site = site.clone();
        let reset = seconds(site.rules.reset_at) - self.ahead.as_secs();
        site.rules.reset_at = time(reset.rem_euclid(DAY_S));
        site.opening = site.opening.map(|hours| self.adapt_hours(&hours));
        site
    }

    fn adapt_hours(&self, hours: &OpeningHours) -> OpeningHours {
        let mut spans: [Vec<(i64, i64)>; 7] = Default::default();
        for (day, (from, to)) in (0_i64..)
            .zip(&hours.week)
            .flat_map(|(day, spans)| spans.iter().map(move |span| (day, *span)))
        {
            let length = to.map_or(DAY_S, seconds) - seconds(from);
            let start = (day * DAY_S + seconds(from) - self.ahead.as_secs()).rem_euclid(WEEK_S);
            let within = start % DAY_S;
            let day = usize::try_from(start / DAY_S).unwrap_or(0);
            spans[day].push((within, (within + length).min(DAY_S)));
            if within + length > DAY_S {
                spans[(day + 1) % 7].push((0, within + length - DAY_S));
            }
        }
        OpeningHours {
            week: spans.map(|mut day| {
                day.sort_unstable();
                day.into_iter()
                    .map(|(from, to)| (time(from), (to < DAY_S).then(|| time(to))))
                    .collect()
            }),
            // The demonstration shows the building at work on holidays, too.
            ..OpeningHours::default()
        }
    }

    /// The hour of habits at `at`.
    pub(super) fn hour(&self, at: Instant) -> Hour {
        let civil = (at + self.ahead).to_jiff().to_zoned_datetime(self.timezone.clone());
        Hour { date: civil.date(), second: seconds(civil.time()) }
    }

    /// When it is `second` seconds after midnight of `date` by these habits.
    pub(super) fn instant(&self, date: Date, second: i64) -> Instant {
        let civil = date.to_datetime(time(second.clamp(0, DAY_S - 1)));
        // Only dates at the ends of the calendar have no instant; nobody lives there.
        civil
            .to_zoned_datetime(self.timezone.clone())
            .map_or(Instant::MAX, |zoned| Instant::from(zoned.timestamp()) - self.ahead)
    }

    /// The latest dawn at or before `at`, and the day it begins.
    pub(super) fn dawn(&self, at: Instant) -> (Instant, Date) {
        let hour = self.hour(at);
        let date = if hour.second < DAWN_S {
            hour.date.yesterday().unwrap_or(hour.date)
        } else {
            hour.date
        };
        (self.instant(date, DAWN_S), date)
    }
}

fn seconds(time: Time) -> i64 {
    i64::from(time.hour()) * 3600 + i64::from(time.minute()) * 60 + i64::from(time.second())
}

fn time(second: i64) -> Time {
    Time::midnight() + SignedDuration::from_secs(second)
}

#[cfg(test)]
mod tests {
    use domain::testing::at;

    use super::*;

    fn paris() -> TimeZone {
        TimeZone::get("Europe/Paris").unwrap()
    }

    #[test]
    fn a_demonstration_begins_about_two_in_the_afternoon_of_a_working_day_whenever_it_is_started() {
        for now in [
            "2026-11-22T03:41:00+01:00",
            "2026-11-23T21:37:00+01:00",
            "2026-11-28T13:59:00+01:00",
            "2026-03-29T02:30:00Z",
        ] {
            let hour = Habits::demonstration(at(now), paris()).hour(at(now));
            assert!(
                (hour.second - SHOW_S).abs()
                    <= QUARTER_HOUR_S / 2 + 3600 * i64::from(now.contains("03-29")),
                "{now}: {hour:?}"
            );
            assert!(hour.is_work(12, 16), "{now}: {hour:?}");
        }
    }

    #[test]
    fn the_hours_of_a_building_move_with_its_habits() {
        let mut site = crate::simulation::tests::two_rooms();
        let eight_to_eight = vec![(time(8 * 3600), Some(time(20 * 3600)))];
        site.opening = Some(OpeningHours {
            week: std::array::from_fn(|day| if day < 5 { eight_to_eight.clone() } else { vec![] }),
            ..OpeningHours::default()
        });

        // Monday 22:00 by the wall clock is Tuesday 14:00 by habit: 16 hours ahead.
        let habits = Habits::demonstration(at("2026-11-23T22:00:00+01:00"), paris());
        let adapted = habits.adapt(&site);

        assert_eq!(adapted.rules.reset_at, time(12 * 3600));
        let week = adapted.opening.unwrap().week;
        assert_eq!(week[0], [(time(0), Some(time(4 * 3600))), (time(16 * 3600), None)]);
        assert_eq!(week[4], [(time(0), Some(time(4 * 3600)))]);
        assert_eq!(week[6], [(time(16 * 3600), None)]);
    }
}
