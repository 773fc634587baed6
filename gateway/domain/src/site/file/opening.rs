//! `[site.opening]`: when the building is open, and on which days it is not.

use jiff::civil::Date;

use super::day_spans::{DAYS, spans};
use super::section::{Key, Section};
use crate::site::model::{Holidays, OpeningHours};

const DAY: &str = r#"["08:30-12:00", "13:00-18:00"]"#;
/// Most closures that a file may have: two a week for ten years.
const MOST_CLOSURES: usize = 1000;

/// Each day of the week with its spans; a day left out is closed. Then the days on which it is closed beside.
pub(super) const OPENING: &[Key] = &[
    Key::optional("monday", DAY),
    Key::optional("tuesday", DAY),
    Key::optional("wednesday", DAY),
    Key::optional("thursday", DAY),
    Key::optional("friday", DAY),
    Key::optional("saturday", DAY),
    Key::optional("sunday", DAY),
    Key::optional("holidays", "\"fr\""),
    Key::optional("closed", r#"["2026-12-24/2027-01-02", "2027-05-07"]"#),
];

/// The opening hours of this table.
pub(super) fn read(section: &Section<'_>) -> OpeningHours {
    let week = DAYS.map(|day| spans(section, section.texts(day).unwrap_or_default()));
    let holidays =
        section.one_of("holidays", &[("none", Holidays::None), ("fr", Holidays::French)]);
    OpeningHours { week, holidays: holidays.unwrap_or_default(), closures: closures(section) }
}

fn closures(section: &Section<'_>) -> Vec<(Date, Date)> {
    let texts = section.texts("closed").unwrap_or_default();
    if texts.len() > MOST_CLOSURES {
        let count = texts.len();
        section.fault(
            "closed",
            format!("{count} closures are more than {MOST_CLOSURES}; drop the oldest"),
        );
        return Vec::new();
    }
    let closure = |(at, text): (usize, &str)| {
        let closure = closure(text);
        if closure.is_none() {
            let text = format!(
                "`{text}` is no day and no closure; write \"2027-05-07\", or first and last day as \
                 in \"2026-12-24/2027-01-02\""
            );
            section.faults().report(at, text);
        }
        closure
    };
    texts.into_iter().filter_map(closure).collect()
}

fn closure(text: &str) -> Option<(Date, Date)> {
    let (first, last) = text.split_once('/').unwrap_or((text, text));
    let (first, last): (Date, Date) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
    (first <= last).then_some((first, last))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use crate::site::{Site, SiteErrors, parse};
    use crate::testing::site_text;

    fn opened(days: &str) -> Result<Site, SiteErrors> {
        let site =
            site_text("[site.opening]\nthursday = [\"08:00-18:00\"]\nfriday = [\"08:00-18:00\"]\n");
        parse(&format!("{site}{days}[[zone]]\nid = \"z\"\nname = \"Z\"\n"), "a.toml")
    }

    fn is_open(days: &str, month: i8, day: i8) -> bool {
        !opened(days).unwrap().opening.unwrap().on(date(2026, month, day)).is_empty()
    }

    #[test]
    fn a_building_is_closed_on_public_holidays_and_on_days_that_the_file_names() {
        // Christmas Day is a Friday in 2026, and the Ascension a Thursday as always.
        assert!(is_open("", 12, 25) && is_open("", 5, 14));
        let french = "holidays = \"fr\"\n";
        assert!(!is_open(french, 12, 25) && !is_open(french, 5, 14) && is_open(french, 5, 15));
        let closed = "closed = [\"2026-12-24/2027-01-02\", \"2026-05-15\"]\n";
        assert!(!is_open(closed, 12, 24) && !is_open(closed, 12, 31) && !is_open(closed, 5, 15));
        assert!(is_open(closed, 12, 18) && is_open(closed, 5, 14));
    }

    #[test]
    fn a_closure_that_is_no_day_is_reported_with_its_line_and_what_to_write() {
        for bad in ["2026-12-32", "2027-01-02/2026-12-24", "Christmas"] {
            let faults = opened(&format!("closed = [\"{bad}\"]\n")).unwrap_err().to_string();
            assert!(
                faults.contains("a.toml:10: ") && faults.contains("2026-12-24/2027-01-02"),
                "{faults}"
            );
        }
        let faults = opened("holidays = \"de\"\n").unwrap_err().to_string();
        assert!(faults.contains("take one of none, fr"), "{faults}");
    }
}
