//! Opening hours of a building.

use jiff::civil::{Date, Time};

use super::holidays::Holidays;

/// Opening hours for each day of the week, in civil time, and the days on which it stays closed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OpeningHours {
    /// Monday first; each a list of disjoint spans in order. An end of 24:00 is `None`.
    pub week: [Vec<(Time, Option<Time>)>; 7],
    /// Public holidays, on which it is closed.
    pub holidays: Holidays,
    /// First and last days of other closures.
    pub closures: Vec<(Date, Date)>,
}

impl OpeningHours {
    /// The spans in which it is open on a day; none when it is closed all day.
    pub fn on(&self, date: Date) -> &[(Time, Option<Time>)] {
        let is_closure = self.closures.iter().any(|&(first, last)| first <= date && date <= last);
        if is_closure || self.holidays.has(date) {
            return &[];
        }
        &self.week[usize::from(date.weekday().to_monday_zero_offset().unsigned_abs())]
    }
}
