//! A civil month of the site.

use std::fmt;
use std::str::FromStr;

use domain::{Instant, Period};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, ToSpan};

/// A civil month, written `2026-10`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Month(Date);

/// A text that names no month.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no month; write one of the years 2000 to 2199 as 2026-10")]
pub struct NoMonth(String);

impl Month {
    /// The month that holds `now`.
    pub fn of(now: Instant, zone: &TimeZone) -> Self {
        Self(now.to_jiff().to_zoned_datetime(zone.clone()).date().first_of_month())
    }

    /// The one before.
    #[must_use]
    pub fn before(self) -> Self {
        self.moved(-1.month())
    }

    /// The one after.
    #[must_use]
    pub fn after(self) -> Self {
        self.moved(1.month())
    }

    /// The same of the year before.
    #[must_use]
    pub fn year_before(self) -> Self {
        self.moved(-1.year())
    }

    /// From its first instant to that of the next one.
    pub fn period(self, zone: &TimeZone) -> Period {
        let start = |date: Date| {
            let midnight = date.to_zoned_datetime(zone.clone());
            Instant::from(midnight.expect("a day of these years has a beginning").timestamp())
        };
        Period::new(start(self.0), start(self.after().0)).expect("a month is not empty")
    }

    fn moved(self, by: Span) -> Self {
        Self(self.0.checked_add(by).expect("the years are far from where dates end"))
    }
}

impl FromStr for Month {
    type Err = NoMonth;

    fn from_str(text: &str) -> Result<Self, NoMonth> {
        let date = (text.len() == 7).then(|| format!("{text}-01").parse::<Date>().ok()).flatten();
        let date = date.filter(|date| (2000..2200).contains(&date.year()));
        date.map(Self).ok_or_else(|| NoMonth(text.chars().take(40).collect()))
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{:02}", self.0.year(), self.0.month())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_the_sites_own_with_its_hour_more_or_less() {
        let paris = TimeZone::get("Europe/Paris").unwrap();
        let month: Month = "2026-10".parse().unwrap();
        let period = month.period(&paris);
        assert_eq!(period.start(), "2026-09-30T22:00:00Z".parse().unwrap());
        assert_eq!(period.length().as_hours(), 31 * 24 + 1);
        assert_eq!(Month::of("2026-09-30T22:00:00Z".parse().unwrap(), &paris), month);
        assert_eq!(
            (month.before().to_string(), month.year_before().to_string()),
            ("2026-09".into(), "2025-10".into())
        );
    }

    #[test]
    fn what_is_no_month_is_refused() {
        for bad in ["", "2026", "2026-13", "26-10", "1999-12", "2026-10-01", "octobre"] {
            assert!(bad.parse::<Month>().is_err(), "{bad}");
        }
    }
}
