//! How long what is stored is kept, and when a disk counts as nearly full.

use std::collections::BTreeMap;
use std::fmt;

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
    /// Whether nobody stated for how long readings are kept. What a store held before it was told so stays for a while
    /// longer: see [`RetentionDay::holds_default`](crate::storage::RetentionDay::holds_default).
    pub by_default: bool,
}

impl Default for Kept {
    /// Each reading for 400 days, so that a month can be compared with the one a year before in full; quarters of an hour
    /// for ten years; days, which take some kilobytes a year and source, for ever.
    fn default() -> Self {
        Self { raw: Some(400), quarters: Some(TEN_YEARS), days: None, by_default: true }
    }
}

const TEN_YEARS: u32 = 3660;

/// Quantities that people are counted by. Figures of people are made of readings, which are few.
const PEOPLE: [Quantity; 4] =
    [Quantity::PeopleIn, Quantity::PeopleOut, Quantity::PeopleCount, Quantity::OccupancyDetected];

impl Kept {
    /// How long what people are counted by is kept, where nobody stated it.
    const fn people() -> Self {
        Self { raw: Some(TEN_YEARS), quarters: Some(TEN_YEARS), days: None, by_default: true }
    }
}

impl fmt::Display for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let term =
            |days: Option<u32>| days.map_or("for ever".to_owned(), |days| format!("{days} days"));
        let Self { raw, quarters, days, .. } = self;
        write!(
            f,
            "readings {}, quarters of an hour {}, days {}",
            term(*raw),
            term(*quarters),
            term(*days)
        )
    }
}

/// Limits from which on a disk counts as nearly full.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DiskGuard {
    /// The share of the disk from which somebody should make room.
    pub warn: f64,
    /// The share of the disk from which it is nearly full.
    pub full: f64,
    /// Bytes that must remain in any case.
    pub min_free_bytes: u64,
    /// With a person's yes: for how many days readings are kept at least when the store itself fills the disk, whatever
    /// their retention says. `None`: nothing goes before its time.
    pub give_up_after: Option<u32>,
}

impl Default for DiskGuard {
    /// What is written beside readings, in an update or a log, fits into the last twentieth of a card, or 256 MB.
    fn default() -> Self {
        Self { warn: 0.85, full: 0.95, min_free_bytes: 256_000_000, give_up_after: None }
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
#[derive(Clone, Debug, PartialEq)]
pub struct Retention {
    /// Retention of quantities that are not named.
    pub all: Kept,
    /// Retention of those that are.
    pub by_quantity: BTreeMap<Quantity, Kept>,
    /// Limits of the disk.
    pub disk: DiskGuard,
}

impl Default for Retention {
    fn default() -> Self {
        let by_quantity = PEOPLE.into_iter().map(|quantity| (quantity, Kept::people())).collect();
        Self { all: Kept::default(), by_quantity, disk: DiskGuard::default() }
    }
}

impl Retention {
    /// Whether nobody stated how long readings are kept, of some quantity at least.
    pub fn is_default(&self) -> bool {
        Quantity::ALL.iter().any(|quantity| self.of(*quantity).by_default)
    }

    /// Retention of a quantity.
    pub fn of(&self, quantity: Quantity) -> Kept {
        self.by_quantity.get(&quantity).copied().unwrap_or(self.all)
    }
}
