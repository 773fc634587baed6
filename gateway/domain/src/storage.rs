//! Space of the store on its disk.

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
    /// Errors that the file system of the disk has met; unknown where none counts them.
    #[serde(default)]
    pub disk_errors: Option<u64>,
    /// Number of places of the store that the last nightly check found damaged; 0 before the first one.
    #[serde(default)]
    pub damaged_places: u64,
}
