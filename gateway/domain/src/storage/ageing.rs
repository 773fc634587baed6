//! By which day the age of what is stored is counted. Ages are those of days that the gateway has lived through: a clock
//! that jumps ahead makes nothing old.

/// Days after a store was told of a retention that nobody stated, until it holds.
const GRACE_DAYS: i64 = 60;
/// After a time without a gateway so many days pass in a night, until all have.
const CATCHES_UP: i64 = 2;

/// The day by which ages are counted, in days since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetentionDay {
    /// The night that the clock said when it was last decided.
    pub night: i64,
    /// The day by which ages are counted.
    pub day: i64,
}

impl RetentionDay {
    /// The day in a night, after another one. In the first night nothing is known of how the clock goes: nothing goes then.
    ///
    /// It goes on by a night that follows the one before, stands where nights were left out, as by a jump, and goes back with
    /// the clock. So it is never later than the nights since the first one.
    #[must_use]
    pub fn next(before: Option<Self>, night: i64) -> Self {
        let Some(before) = before else { return Self { night, day: night } };
        let follows = before.night.checked_add(1) == Some(night);
        let passed = if follows { CATCHES_UP } else { 0 };
        Self { night, day: night.min(before.day.saturating_add(passed)) }
    }

    /// Whether a retention that nobody stated holds, for a store that was told of it on the day `told`. What is stored from
    /// a time when all was kept for ever must not go before somebody can have read that it will.
    pub const fn holds_default(&self, told: i64) -> bool {
        told <= self.day && self.day - told >= GRACE_DAYS
    }

    /// The day from which a retention that nobody stated holds.
    pub const fn default_from(told: i64) -> i64 {
        told + GRACE_DAYS
    }

    /// The first day that is kept when so many days are.
    pub fn kept_since(&self, days: u32) -> i64 {
        self.day - i64::from(days)
    }
}

/// A stretch of days whose readings were imported, all in days since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Imported {
    /// The first of them.
    pub first: i64,
    /// The last of them.
    pub last: i64,
    /// The day of the import, from which their age counts.
    pub on: i64,
}

impl Imported {
    /// Whether what was imported of this day is kept yet, when all since the day `since` is.
    pub const fn keeps(&self, day: i64, since: i64) -> bool {
        self.first <= day && day <= self.last && self.on >= since
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_clock_that_jumps_ahead_makes_nothing_old_and_one_that_is_set_back_counts_from_there() {
        let today = RetentionDay { night: 20_000, day: 20_000 };
        let ahead = RetentionDay::next(Some(today), 25_000);
        assert_eq!(ahead.day, 20_000);
        assert_eq!(RetentionDay::next(Some(ahead), 20_001).day, 20_000);
        assert_eq!(RetentionDay::next(Some(ahead), 19_000).day, 19_000);
    }

    #[test]
    fn what_a_gateway_that_was_off_has_missed_is_made_up_night_by_night() {
        let mut day = RetentionDay { night: 100, day: 100 };
        for night in 130..=170 {
            day = RetentionDay::next(Some(day), night);
        }
        assert_eq!(day.day, 170);
    }

    #[test]
    fn a_default_holds_two_months_after_it_was_told_and_not_by_a_clock_that_is_behind() {
        let day = |day| RetentionDay { night: day, day };
        assert!(!day(1059).holds_default(1000) && day(1060).holds_default(1000));
        assert!(!day(900).holds_default(1000));
    }

    #[test]
    fn what_was_imported_counts_its_age_from_the_import() {
        let imported = Imported { first: 10, last: 20, on: 1000 };
        assert!(imported.keeps(15, 1000));
        assert!(!imported.keeps(15, 1001) && !imported.keeps(21, 1000) && !imported.keeps(9, 1000));
    }

    proptest! {
        #[test]
        fn nothing_is_ever_older_than_the_clock_says_nor_than_the_nights_that_passed(
            nights in proptest::collection::vec((0_i64..3, -20_000_i64..20_000), 1..60),
        ) {
            let (mut before, mut true_night) = (None, 20_000);
            for (passed, wrong) in nights {
                true_night += passed;
                // Every other look is by a clock that is wrong.
                let by_wrong = RetentionDay::next(before, true_night + wrong);
                prop_assert!(by_wrong.day <= true_night + wrong);
                if before.is_some() && wrong.abs() > 1 {
                    prop_assert!(by_wrong.day <= true_night, "{by_wrong:?} on {true_night}");
                }
                let right = RetentionDay::next(before.and(Some(by_wrong)), true_night);
                prop_assert!(right.day <= true_night);
                before = Some(right);
            }
        }
    }
}
