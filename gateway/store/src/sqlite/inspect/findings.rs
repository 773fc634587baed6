//! What an inspection looks at, and what it finds.

use std::path::PathBuf;

use crate::sqlite::settings::SqliteSettings;

/// What an inspection looks at.
pub struct InspectionPlan<'a> {
    /// The rules by which the store is written.
    pub settings: &'a SqliteSettings,
    /// Number of days of series whose rollups are made again from the readings and compared, spread over all; `None` for
    /// all of them.
    pub compared_days: Option<u64>,
    /// Called now and then: whether to go on.
    pub go_on: &'a (dyn Fn() -> bool + Sync),
}

impl std::fmt::Debug for InspectionPlan<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("InspectionPlan")
            .field("compared_days", &self.compared_days)
            .finish_non_exhaustive()
    }
}

/// Findings of one sort: their number, and the first of them in words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// How many there are.
    pub count: u64,
    /// The first of them, [`Findings::TOLD`] at most.
    pub told: Vec<String>,
}

impl Findings {
    /// How many are kept in words.
    pub const TOLD: usize = 50;

    pub(super) fn add_all(&mut self, all: Vec<String>) {
        for what in all {
            self.add(what);
        }
    }

    pub(super) fn add(&mut self, what: String) {
        self.count += 1;
        if self.told.len() < Self::TOLD {
            self.told.push(what);
        }
    }
}

/// Outcome of an inspection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inspection {
    /// What SQLite's own check says of pages, indexes and rows.
    pub pages: Findings,
    /// Blocks, rollups and commits that cannot be read, each named by its series and time.
    pub damaged: Findings,
    /// Days whose stored rollups are not those of their readings.
    pub differing: Findings,
    /// Number of blocks that were read.
    pub blocks: u64,
    /// Number of rows of rollups that were read.
    pub rollups: u64,
    /// Number of days whose rollups were compared with their readings.
    pub compared: u64,
    /// Copies of write-ahead logs that were damaged before an earlier start, whose last commits are lost.
    pub damaged_logs: Vec<PathBuf>,
    /// Whether it was broken off before its end.
    pub is_cut_short: bool,
}

impl Inspection {
    /// Whether nothing was found.
    pub const fn is_sound(&self) -> bool {
        self.places() == 0
    }

    /// Number of findings of all sorts.
    pub const fn places(&self) -> u64 {
        self.pages.count + self.damaged.count + self.differing.count
    }
}
