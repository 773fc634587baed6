//! Number of a series within the file.

/// Number of a series within the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::sqlite) struct SeriesId(i64);

impl SeriesId {
    /// How many bits of a block's id it takes.
    pub(in crate::sqlite) const BITS: u32 = 20;

    /// The series with this number in the table of series.
    pub(in crate::sqlite) const fn of_row(number: i64) -> Self {
        Self(number)
    }

    /// The series of the block with this id, which holds it in its low bits.
    pub(in crate::sqlite) const fn of_block(id: i64) -> Self {
        Self(id & ((1 << Self::BITS) - 1))
    }

    /// The series with this number, as the log holds it; `None` when none can have it.
    pub(in crate::sqlite) fn of_log(number: u64) -> Option<Self> {
        let number = i64::try_from(number).ok()?;
        (0 < number && number < 1 << Self::BITS).then_some(Self(number))
    }

    /// The number itself.
    pub(in crate::sqlite) const fn get(self) -> i64 {
        self.0
    }
}
