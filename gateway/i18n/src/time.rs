//! Times in the time zone of the site, ages and durations.

use domain::Instant;
use jiff::ZonedDateTime;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::Language;

const DAYS_FR: [&str; 7] =
    ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"];
const DAYS_EN: [&str; 7] =
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const MONTHS_FR: [&str; 12] = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
];
const MONTHS_EN: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Language, time zone and present time with which a text is written.
#[derive(Clone, Debug)]
pub struct Locale {
    /// Language of the text.
    pub language: Language,
    /// Time zone of the site.
    pub zone: TimeZone,
    /// Instant as of which ages are given.
    pub now: Instant,
}

impl Locale {
    fn civil(&self, instant: Instant) -> ZonedDateTime {
        instant.to_jiff().to_zoned_datetime(self.zone.clone())
    }

    /// Instant of a civil time entered in a form; the first one in the hour that autumn repeats.
    pub fn instant(&self, text: &str) -> Option<Instant> {
        let civil: DateTime = text.parse().ok()?;
        Some(civil.to_zoned_datetime(self.zone.clone()).ok()?.timestamp().into())
    }

    /// Time of day: `14:03`.
    pub fn clock(&self, instant: Instant) -> String {
        let civil = self.civil(instant);
        format!("{}:{:02}", civil.hour(), civil.minute())
    }

    /// Civil hour.
    pub(super) fn hour_of(&self, instant: Instant) -> i8 {
        self.civil(instant).hour()
    }

    /// Month and year: `novembre 2026`.
    pub fn month(&self, instant: Instant) -> String {
        let date = self.civil(instant).date();
        let month = usize::from(date.month().unsigned_abs()).saturating_sub(1);
        format!("{} {}", self.language.pick(MONTHS_FR, MONTHS_EN)[month], date.year())
    }

    /// Time of day to the second: `14:02:31`.
    pub fn clock_seconds(&self, instant: Instant) -> String {
        format!("{}:{:02}", self.clock(instant), self.civil(instant).second())
    }

    /// Weekday and date: `lundi 23 novembre`.
    pub fn day(&self, instant: Instant) -> String {
        let date = self.civil(instant).date();
        let weekday = usize::from(date.weekday().to_monday_zero_offset().unsigned_abs());
        let name = self.language.weekday(weekday);
        format!("{name} {}", self.date(instant))
    }

    /// Date without its weekday: `23 novembre`, `1er mars`.
    pub fn date(&self, instant: Instant) -> String {
        let date = self.civil(instant).date();
        let month = usize::from(date.month().unsigned_abs()).saturating_sub(1);
        let name = self.language.pick(MONTHS_FR, MONTHS_EN)[month];
        let first = self.language == Language::French && date.day() == 1;
        format!("{}{} {name}", date.day(), if first { "er" } else { "" })
    }

    /// Day and time: `lundi 23 novembre, 14:03`.
    pub fn day_and_clock(&self, instant: Instant) -> String {
        format!("{}, {}", self.day(instant), self.clock(instant))
    }

    /// Past instant, with as much of the date as is needed: `13:41`, `hier 13:41`, `12 mars, 13:41`.
    pub fn moment(&self, instant: Instant) -> String {
        let (then, today) = (self.civil(instant).date(), self.civil(self.now).date());
        let clock = self.clock(instant);
        if then == today {
            clock
        } else if then.tomorrow().is_ok_and(|next| next == today) {
            format!("{} {clock}", self.language.pick("hier", "yesterday"))
        } else if then.year() == today.year() {
            format!("{}, {clock}", self.date(instant))
        } else {
            format!("{} {}, {clock}", self.date(instant), then.year())
        }
    }

    /// Age of an instant: `il y a 4 min`.
    pub fn ago(&self, instant: Instant) -> String {
        let long = self.language.duration(self.now.since(instant).as_secs_f64().max(0.0));
        self.language.choose(format!("il y a {long}"), format!("{long} ago"))
    }

    /// Duration from an instant until now: `42 min`.
    pub fn for_how_long(&self, since: Instant) -> String {
        self.language.duration(self.now.since(since).as_secs_f64().max(0.0))
    }
}

impl Language {
    /// Name of a weekday, Monday being 0.
    pub const fn weekday(self, day: usize) -> &'static str {
        self.pick(DAYS_FR, DAYS_EN)[day]
    }

    /// Interval between readings: `toutes les 10 s`, `chaque minute`, `toutes les 15 min`.
    pub fn every(self, seconds: f64) -> String {
        match seconds {
            55.0..90.0 => self.pick("chaque minute", "every minute").to_owned(),
            3300.0..4500.0 => self.pick("chaque heure", "every hour").to_owned(),
            82_800.0..90_000.0 => self.pick("chaque jour", "every day").to_owned(),
            _ => {
                // From a minute on nobody cares about seconds.
                let seconds =
                    if seconds < 55.0 { seconds } else { (seconds / 60.0).round() * 60.0 };
                let long = self.duration(seconds.max(1.0));
                self.choose(format!("toutes les {long}"), format!("every {long}"))
            }
        }
    }

    /// Duration, with fewer parts the longer it is: `12 s`, `42 min`, `1 h 10`, `3 jours`.
    pub fn duration(self, seconds: f64) -> String {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "the cast saturates, and nobody reads such ages"
        )]
        let seconds = seconds.round() as i64;
        let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
        match seconds {
            ..60 => format!("{seconds}\u{a0}s"),
            60..3600 => format!("{minutes}\u{a0}min"),
            3600..86_400 if minutes % 60 == 0 => format!("{hours}\u{a0}h"),
            3600..86_400 => format!("{hours}\u{a0}h\u{a0}{:02}", minutes % 60),
            _ if days == 1 => self.pick("1\u{a0}jour", "1\u{a0}day").to_owned(),
            _ => format!("{}\u{a0}{}", self.number(whole(days), 0), self.pick("jours", "days")),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "days since year 0 are far below 2^52")]
fn whole(days: i64) -> f64 {
    days as f64
}

#[cfg(test)]
mod tests {
    use super::Language::{English, French};
    use domain::testing::at;

    use super::*;

    fn locale(language: Language) -> Locale {
        let zone = TimeZone::get("Europe/Paris").unwrap();
        Locale { language, zone, now: at("2026-11-23T13:03:00Z") }
    }

    #[test]
    fn the_day_is_given_in_the_language_and_the_time_of_the_site() {
        let now = at("2026-11-23T13:03:00Z");
        assert_eq!(locale(French).day_and_clock(now), "lundi 23 novembre, 14:03");
        assert_eq!(locale(English).day_and_clock(now), "Monday 23 November, 14:03");
        assert_eq!(locale(French).date(at("2026-03-01T12:00:00Z")), "1er mars");
    }

    #[test]
    fn a_moment_names_its_day_only_when_it_is_another() {
        let locale = locale(French);
        assert_eq!(locale.moment(at("2026-11-23T12:41:00Z")), "13:41");
        assert_eq!(locale.moment(at("2026-11-22T12:41:00Z")), "hier 13:41");
        assert_eq!(locale.moment(at("2026-11-12T12:41:00Z")), "12 novembre, 13:41");
        assert_eq!(locale.moment(at("2025-11-12T12:41:00Z")), "12 novembre 2025, 13:41");
    }

    #[test]
    fn a_duration_has_fewer_parts_the_longer_it_is() {
        assert_eq!(French.duration(4.2), "4\u{a0}s");
        assert_eq!(French.duration(42.0 * 60.0), "42\u{a0}min");
        assert_eq!(French.duration(70.0 * 60.0), "1\u{a0}h\u{a0}10");
        assert_eq!(French.duration(2.0 * 3600.0), "2\u{a0}h");
        assert_eq!(English.duration(3.0 * 86_400.0), "3\u{a0}days");
    }

    #[test]
    fn a_rhythm_is_given_without_false_precision() {
        assert_eq!(French.every(10.2), "toutes les 10\u{a0}s");
        assert_eq!(French.every(59.0), "chaque minute");
        assert_eq!(English.every(899.0), "every 15\u{a0}min");
        assert_eq!(French.every(3600.0), "chaque heure");
    }

    #[test]
    fn an_age_is_counted_back_from_now() {
        assert_eq!(locale(French).ago(at("2026-11-23T12:59:00Z")), "il y a 4\u{a0}min");
        assert_eq!(locale(English).ago(at("2026-11-23T12:59:00Z")), "4\u{a0}min ago");
    }
}
