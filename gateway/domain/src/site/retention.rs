//! `[retention]` and `[disk]`: how long what is stored is kept, and what happens when the disk is nearly full.

use std::collections::BTreeMap;

use super::fault::{Faults, nearest};
use super::section::{Key, Section};
use crate::quantity::Quantity;

/// `[retention.all]`, `[retention.<quantity>]`.
pub(super) const RETENTION: &[Key] = &[
    Key::optional("raw", "\"400d\""),
    Key::optional("quarters", "\"5y\""),
    Key::optional("days", "\"for ever\""),
];

/// `[disk]`.
pub(super) const DISK: &[Key] = &[
    Key::optional("warn", "0.85"),
    Key::optional("full", "0.95"),
    Key::optional("min_free_mb", "256"),
];

/// Live figures, and this month's reports, are made of readings.
const LEAST_DAYS: u32 = 35;

/// How long one quantity is kept, in days; `None`: for ever.
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
    /// go unasked. The disk bounds it: see [`DiskGuard`].
    fn default() -> Self {
        Self { raw: None, quarters: None, days: None }
    }
}

/// When a disk counts as nearly full.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DiskGuard {
    /// The share of the disk from which somebody should make room.
    pub warn: f64,
    /// The share of the disk from which it is nearly full, so that the oldest readings go.
    pub full: f64,
    /// So many bytes must remain in any case.
    pub min_free_bytes: u64,
}

impl Default for DiskGuard {
    /// What is written beside readings, in an update or a log, fits into the last twentieth of a card, or 256 MB.
    fn default() -> Self {
        Self { warn: 0.85, full: 0.95, min_free_bytes: 256_000_000 }
    }
}

impl DiskGuard {
    /// How many bytes must remain of a disk of so many.
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

/// How long what is stored is kept.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Retention {
    /// What holds for quantities that are not named.
    pub all: Kept,
    /// What holds for those that are.
    pub by_quantity: BTreeMap<Quantity, Kept>,
    /// When old readings go before their time.
    pub disk: DiskGuard,
}

impl Retention {
    /// How long a quantity is kept.
    pub fn of(&self, quantity: Quantity) -> Kept {
        self.by_quantity.get(&quantity).copied().unwrap_or(self.all)
    }
}

/// The retention that these tables tell.
pub(super) fn retention(
    tables: &[(usize, &str, Section<'_>)],
    disk: Option<&Section<'_>>,
    faults: &Faults<'_>,
) -> Retention {
    let mut retention =
        Retention { disk: disk.map(guard).unwrap_or_default(), ..Retention::default() };
    let all = tables.iter().find(|(_, name, _)| *name == "all");
    if let Some((_, _, section)) = all {
        retention.all = kept(section, Kept::default());
    }
    for (at, name, section) in tables.iter().filter(|(_, name, _)| *name != "all") {
        let Ok(quantity) = name.parse::<Quantity>() else {
            let names = || Quantity::ALL.iter().map(|quantity| quantity.name());
            let remedy = match nearest(name, names()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("take `all`, or one of {}", names().collect::<Vec<_>>().join(", ")),
            };
            faults.report(*at, format!("there is no quantity `{name}`; {remedy}"));
            continue;
        };
        retention.by_quantity.insert(quantity, kept(section, retention.all));
    }
    retention
}

fn guard(section: &Section<'_>) -> DiskGuard {
    let default = DiskGuard::default();
    let megabytes = section.count("min_free_mb").map(|megabytes| u64::from(megabytes) * 1_000_000);
    let full = section.share("full").unwrap_or(default.full);
    let warn = section.share("warn").unwrap_or(default.warn.min(full));
    if warn > full {
        section.fault("warn", format!("`warn` is {warn} and above `full`, {full}; set it below"));
    }
    DiskGuard { warn, full, min_free_bytes: megabytes.unwrap_or(default.min_free_bytes) }
}

fn kept(section: &Section<'_>, default: Kept) -> Kept {
    let read = |key, default| {
        let Some(text) = section.text(key) else { return default };
        if text == "for ever" {
            return None;
        }
        let Some(days) = days(text) else {
            let least = format!("{LEAST_DAYS}d");
            let fault = format!(
                "`{text}` is no time to keep readings for; write \"400d\", \"5y\" or \"for ever\", at least \"{least}\""
            );
            section.fault(key, fault);
            return default;
        };
        Some(days)
    };
    Kept {
        raw: read("raw", default.raw),
        quarters: read("quarters", default.quarters),
        days: read("days", default.days),
    }
}

/// `400d`, `5y`.
fn days(text: &str) -> Option<u32> {
    let (number, days) = match (text.strip_suffix('d'), text.strip_suffix('y')) {
        (Some(number), _) => (number, 1),
        (_, Some(number)) => (number, 366),
        _ => return None,
    };
    let days = number.parse::<u32>().ok()?.checked_mul(days)?;
    (LEAST_DAYS..=366_000).contains(&days).then_some(days)
}
