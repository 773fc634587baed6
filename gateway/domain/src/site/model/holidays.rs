//! Public holidays, on which a public building is closed.

use jiff::ToSpan;
use jiff::civil::{Date, date};

/// The public holidays of a country.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Holidays {
    /// No public holidays.
    #[default]
    None,
    /// The eleven of article L3133-1 of the French Code du travail; those of Alsace and Moselle and of overseas are
    /// closures to be listed.
    French,
}

impl Holidays {
    /// Whether a day is one.
    pub fn has(self, day: Date) -> bool {
        match self {
            Self::None => false,
            Self::French => is_french(day),
        }
    }
}

fn is_french(day: Date) -> bool {
    let fixed = matches!(
        (day.month(), day.day()),
        (1 | 5 | 11, 1) | (5, 8) | (7, 14) | (8, 15) | (11, 11) | (12, 25)
    );
    // Easter Monday, Ascension and Whit Monday.
    fixed
        || [1, 39, 50]
            .iter()
            .any(|days: &i64| easter(day.year()).saturating_add(days.days()) == day)
}

/// Easter Sunday of a Gregorian year: the computation of Meeus (Astronomical Algorithms, 1991, chapter 8).
fn easter(year: i16) -> Date {
    let year_nr = i32::from(year);
    let (golden, century, of_century) = (year_nr % 19, year_nr / 100, year_nr % 100);
    let moved = century - (century + 8) / 25 + 1;
    let moon = (19 * golden + century - century / 4 - moved / 3 + 15) % 30;
    let to_sunday = (32 + 2 * (century % 4) + 2 * (of_century / 4) - moon - of_century % 4) % 7;
    let late = (golden + 11 * moon + 22 * to_sunday) / 451;
    let days = moon + to_sunday - 7 * late + 22;
    // Days after the last of February.
    date(year, 3, 1).saturating_add((days - 1).days())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn easter_is_where_the_calendars_have_it() {
        for (year, month, day) in [
            (2000, 4, 23),
            (2008, 3, 23),
            (2024, 3, 31),
            (2025, 4, 20),
            (2026, 4, 5),
            (2038, 4, 25),
        ] {
            assert_eq!(easter(year), date(year, month, day));
        }
    }

    #[test]
    fn a_french_year_has_its_eleven_holidays() {
        let days = date(2026, 1, 1).series(1.day()).take_while(|day| day.year() == 2026);
        let holidays: Vec<_> =
            days.filter(|day| Holidays::French.has(*day)).map(|day| day.to_string()).collect();
        assert_eq!(
            holidays,
            [
                "2026-01-01",
                "2026-04-06",
                "2026-05-01",
                "2026-05-08",
                "2026-05-14",
                "2026-05-25",
                "2026-07-14",
                "2026-08-15",
                "2026-11-01",
                "2026-11-11",
                "2026-12-25"
            ]
        );
        assert!(!Holidays::None.has(date(2026, 12, 25)));
    }
}
