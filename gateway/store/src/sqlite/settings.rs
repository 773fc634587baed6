//! Settings of the database file.

use domain::site::Retention;
use jiff::SignedDuration;
use jiff::tz::TimeZone;

/// Name of the database in the data folder. SQLite keeps two more files beside it while it is open.
pub(super) const FILE: &str = "vigie.db";

/// Rules of the site by which the file is written.
#[derive(Clone, Debug)]
pub struct SqliteSettings {
    /// Time zone of the site, by which days are summarised. When it changes, the summaries are made again.
    pub timezone: TimeZone,
    /// Longest time for which a reading holds (`max_gap_s` of the site's rules); rollups count longer ones as gaps.
    /// When it changes, they are made again.
    pub longest_gap: SignedDuration,
    /// How long readings and rollups are kept, and how much of the disk must remain free.
    pub retention: Retention,
    /// Name of the store to which readings are forwarded, if any. Under another name than before, or after a time
    /// without one, all that is stored is owed to it.
    pub forward_to: Option<String>,
}

impl Default for SqliteSettings {
    fn default() -> Self {
        Self {
            timezone: TimeZone::UTC,
            longest_gap: SignedDuration::from_mins(15),
            retention: Retention::default(),
            forward_to: None,
        }
    }
}
