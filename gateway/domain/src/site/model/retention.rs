//! How long what is stored is kept, and when a disk counts as nearly full.

use std::collections::BTreeMap;

use crate::quantity::Quantity;

/// Retention of one quantity, in days; `None`: for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The readings themselves.
    pub raw: Option<u32>,
    /// Their rollups by quarter of an hour.
    pub quarters: Option<u32>,
    /// Their rollups by civil day.
    pub days: Option<u32>,
}

impl Default for Kept {
    /// For ever: a year of readings of 200 sources takes some 1.5 GB, and what a person imports from long ago must not
    /// be deleted unless the file says so. The disk bounds it: see [`DiskGuard`].
    fn default() -> Self {
        Self { raw: None, quarters: None, days: None }
    }
}

/// Limits from which on a disk counts as nearly full.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DiskGuard {
    /// The share of the disk from which somebody should make room.
    pub warn: f64,
    /// The share of the disk from which it is nearly full, so that the oldest readings go.
    pub full: f64,
    /// Bytes that must remain in any case.
    pub min_free_bytes: u64,
}

impl Default for DiskGuard {
    /// What is written beside readings, in an update or a log, fits into the last twentieth of a card, or 256 MB.
    fn default() -> Self {
        Self { warn: 0.85, full: 0.95, min_free_bytes: 256_000_000 }
    }
}

impl DiskGuard {
    /// Bytes that must remain of a disk of this size.
    pub fn reserve_bytes(&self, disk_bytes: u64) -> u64 {
        share(disk_bytes, 1.0 - self.full).max(self.min_free_bytes)
    }

    /// Below how many free bytes somebody should make room: never while enough for years is left.
    pub fn warn_bytes(&self, disk_bytes: u64) -> u64 {
        let warn = share(disk_bytes, 1.0 - self.warn).min(ENOUGH_BYTES);
        warn.max(self.reserve_bytes(disk_bytes))
    }
}

/// A large disk may be fuller: in this fits what a building of 200 sources records in six years.
const ENOUGH_BYTES: u64 = 10_000_000_000;

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share of a disk, to the megabyte"
)]
fn share(disk_bytes: u64, share: f64) -> u64 {
    (disk_bytes as f64 * share).round() as u64
}

/// Retention of everything that is stored.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Retention {
    /// Retention of quantities that are not named.
    pub all: Kept,
    /// Retention of those that are.
    pub by_quantity: BTreeMap<Quantity, Kept>,
    /// Limits of the disk at which old readings go before their time.
    pub disk: DiskGuard,
}

impl Retention {
    /// Retention of a quantity.
    pub fn of(&self, quantity: Quantity) -> Kept {
        self.by_quantity.get(&quantity).copied().unwrap_or(self.all)
    }
}
