//! Space of the store on its disk, and what of it is given up.
//!
//! | file | what it holds |
//! |---|---|
//! | `mod` | [`StorageState`], as it is measured and shown |
//! | `room` | [`Room`]: who fills the disk; [`Shortage`]: for how long; how much of the oldest readings must go for it |
//! | `ageing` | [`RetentionDay`]: the day by which ages are counted, whatever a clock says |

mod ageing;
mod room;

pub use ageing::{Imported, RetentionDay};
pub use room::{Room, Shortage, Verdict, least_blocks};

use serde::{Deserialize, Serialize};

/// Space that the store takes, and that its disk has left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StorageState {
    /// Size of the store on its disk, in bytes.
    pub stored_bytes: u64,
    /// Part of it that was given up and will be used again, in bytes.
    pub reusable_bytes: u64,
    /// Free space of the disk, in bytes.
    pub free_bytes: u64,
    /// Size of the disk, in bytes.
    pub disk_bytes: u64,
    /// Bytes that the gateway writes to its disk in a day, at the pace of the last 24 hours; unknown in its first hour.
    pub written_bytes_per_day: Option<u64>,
    /// Bytes that a day of readings takes once it is packed, by the last days; unknown before the first.
    #[serde(default)]
    pub recorded_bytes_per_day: Option<u64>,
    /// Errors that the file system of the disk has met; unknown where none counts them.
    #[serde(default)]
    pub disk_errors: Option<u64>,
    /// Number of places of the store that the last nightly check found damaged; 0 before the first one.
    #[serde(default)]
    pub damaged_places: u64,
}

/// A disk should have room for so many days of recording.
const MONTH_DAYS: u64 = 31;

impl StorageState {
    /// The store on its disk.
    pub const fn room(&self) -> Room {
        Room {
            stored_bytes: self.stored_bytes,
            reusable_bytes: self.reusable_bytes,
            free_bytes: self.free_bytes,
            disk_bytes: self.disk_bytes,
        }
    }

    /// For how many days there is room at the present pace; unknown before the first day is packed.
    pub fn days_left(&self) -> Option<u64> {
        let a_day = self.recorded_bytes_per_day.filter(|bytes| *bytes > 0)?;
        Some(self.room().left_bytes() / a_day)
    }

    /// Whether there is no room for a month of recording.
    pub fn lacks_a_month(&self) -> bool {
        self.days_left().is_some_and(|days| days < MONTH_DAYS)
    }
}
