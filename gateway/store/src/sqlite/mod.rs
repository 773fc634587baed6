//! One SQLite file in the data folder: the store that is always there.

mod block;
mod blocks;
mod database;
mod decimals;
mod entry;
mod fault;
mod find;
mod known;
mod lock;
mod log;
mod reader;
mod refusals;
mod rollup;
mod rollups;
mod schema;
mod seal;
mod sealed;
mod series;
mod slot;
mod walk;
mod writer;

pub use reader::SqliteReader;
pub use writer::SqliteWriter;

use jiff::tz::TimeZone;

/// The database in the data folder. SQLite keeps two more files beside it while it is open.
const FILE: &str = "vigie.db";

/// How the file is written.
#[derive(Clone, Debug)]
pub struct SqliteSettings {
    /// The site's time zone, by which days are summarised. When it changes, the summaries are made again.
    pub timezone: TimeZone,
}

impl Default for SqliteSettings {
    fn default() -> Self {
        Self { timezone: TimeZone::UTC }
    }
}

/// What a seal did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sealed {
    /// Readings that moved from the log into blocks.
    pub readings: u64,
    /// Hour blocks written.
    pub hours: u64,
    /// Day blocks written, with their summaries.
    pub days: u64,
}

#[cfg(test)]
mod tests;
