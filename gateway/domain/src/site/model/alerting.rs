//! Settings of alerts as a whole: recipients, language, times, and what a season and a long closure are.

use jiff::SignedDuration;
use jiff::tz::TimeZone;

use crate::alerts::{NoticeRules, Rulebook};
use crate::instant::Instant;

/// Who is alerted, when and how.
#[derive(Clone, Debug, PartialEq)]
pub struct AlertSettings {
    /// The rules, where the file says other than the defaults.
    pub rules: Rulebook,
    /// Times at which notices are sent.
    pub notices: NoticeRules,
    /// A baseload has risen only by more than this, in W: small meters double for nothing.
    pub baseload_w: f64,
    /// The first and last day on which heating counts, of any year; it may cross the turn of the year.
    pub heating_season: (MonthDay, MonthDay),
    /// From how long on a closure is long, so that rooms need not be warm.
    pub long_closure: SignedDuration,
    /// Who gets e-mail; nobody when empty.
    pub email_to: Vec<String>,
    /// From which address.
    pub email_from: Option<String>,
    /// Address to which notices are posted as JSON.
    pub webhook: Option<String>,
    /// Whether notices are written in English instead of French.
    pub english: bool,
}

/// Least rise of a baseload where the site file does not give one, in W; nights are judged by the same.
pub(crate) const BASELOAD_W: f64 = 300.0;

/// A day of any year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MonthDay {
    /// 1 to 12.
    pub month: i8,
    /// 1 to 31.
    pub day: i8,
}

impl Default for AlertSettings {
    fn default() -> Self {
        Self {
            rules: Rulebook::default(),
            notices: NoticeRules::default(),
            baseload_w: BASELOAD_W,
            heating_season: (MonthDay { month: 10, day: 15 }, MonthDay { month: 4, day: 15 }),
            long_closure: SignedDuration::from_hours(48),
            email_to: Vec::new(),
            email_from: None,
            webhook: None,
            english: false,
        }
    }
}

impl AlertSettings {
    /// Whether heating counts at `now`, by the civil date in this time zone.
    pub fn is_heating_season(&self, timezone: &TimeZone, now: Instant) -> bool {
        let date = now.to_jiff().to_zoned_datetime(timezone.clone()).date();
        let today = MonthDay { month: date.month(), day: date.day() };
        let (first, last) = self.heating_season;
        if first <= last {
            (first..=last).contains(&today)
        } else {
            today >= first || today <= last
        }
    }
}
