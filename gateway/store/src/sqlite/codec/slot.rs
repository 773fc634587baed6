//! How time is cut into blocks: UTC hours and UTC days of a series.

use domain::Instant;

use super::series_id::SeriesId;

/// How long a block's stretch of time is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::sqlite) enum Tier {
    /// A UTC hour: where the log is packed to.
    Hour,
    /// A UTC day: where the hours of ended days are packed to.
    Day,
}

impl Tier {
    /// The length in milliseconds.
    pub(in crate::sqlite) const fn length(self) -> i64 {
        match self {
            Self::Hour => 3_600_000,
            Self::Day => 86_400_000,
        }
    }

    /// The table of the blocks.
    pub(in crate::sqlite) const fn table(self) -> &'static str {
        match self {
            Self::Hour => "blk_h",
            Self::Day => "blk_d",
        }
    }
}

/// A stretch of time of one series whose readings are one block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::sqlite) struct Slot {
    /// How long it is.
    pub(in crate::sqlite) tier: Tier,
    /// Whose readings.
    pub(in crate::sqlite) series: SeriesId,
    /// Hours or days since 1970; negative before.
    number: i64,
}

impl Slot {
    /// The stretch of `series` that holds `ts`.
    pub(in crate::sqlite) const fn of(tier: Tier, series: SeriesId, ts: i64) -> Self {
        Self { tier, series, number: ts.div_euclid(tier.length()) }
    }

    /// The stretch whose block has this id.
    pub(in crate::sqlite) const fn from_id(tier: Tier, id: i64) -> Self {
        let series = SeriesId::of_block(id);
        Self { tier, series, number: id >> SeriesId::BITS }
    }

    /// The id of its block: time first, so that what is sealed together lies together in the file.
    pub(in crate::sqlite) const fn id(self) -> i64 {
        (self.number << SeriesId::BITS) | self.series.get()
    }

    /// Hours or days since 1970.
    pub(in crate::sqlite) const fn number(self) -> i64 {
        self.number
    }

    /// Its first millisecond since 1970; held to what a number can be, since an id may come from a damaged page.
    pub(in crate::sqlite) const fn start(self) -> i64 {
        self.number.saturating_mul(self.tier.length())
    }

    /// The first millisecond after it.
    pub(in crate::sqlite) const fn end(self) -> i64 {
        self.start().saturating_add(self.tier.length())
    }

    /// The day of the hour, or the day itself.
    pub(in crate::sqlite) const fn day(self) -> Self {
        Self::of(Tier::Day, self.series, self.start())
    }

    /// For people: `hour from 2026-11-23T10:00:00Z`.
    pub(in crate::sqlite) fn describe(self) -> String {
        let tier = match self.tier {
            Tier::Hour => "hour",
            Tier::Day => "day",
        };
        format!("{tier} from {}", Instant::from_millis(self.start()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_found_by_the_id_it_was_given() {
        for ts in [-1, 0, 3_599_999, 1_792_799_880_000, -62_167_219_200_000] {
            for tier in [Tier::Hour, Tier::Day] {
                let slot = Slot::of(tier, SeriesId::of_block(1_048_575), ts);
                assert_eq!(Slot::from_id(tier, slot.id()), slot);
                assert!(slot.start() <= ts && ts < slot.end());
            }
        }
    }

    #[test]
    fn an_id_that_no_slot_can_have_is_described_all_the_same() {
        for id in [i64::MIN, i64::MIN >> 1, i64::MAX >> 1, i64::MAX] {
            for tier in [Tier::Hour, Tier::Day] {
                let slot = Slot::from_id(tier, id);
                assert!(slot.start() < slot.end() || slot.end() == i64::MAX);
                assert!(slot.day().describe().starts_with("day from "));
            }
        }
    }

    #[test]
    fn an_hour_before_1970_belongs_to_the_day_it_lies_in() {
        let hour = Slot::of(Tier::Hour, SeriesId::of_block(7), -1);
        assert_eq!((hour.day().start(), hour.day().end()), (-86_400_000, 0));
    }
}
