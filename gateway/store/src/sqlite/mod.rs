//! One SQLite file in the data folder: the store that is always there.
//!
//! ```text
//! SqliteWriter ─commands─▶ its thread: database ─┬─ append: known, log, refusals
//!                                                └─ seal: log ▶ hour blocks ▶ day blocks and rollups
//! SqliteReader ─questions─▶ a read-only connection: find ─ walk ─ log + hour blocks + day blocks
//! ```
//!
//! | file | what it knows |
//! |---|---|
//! | `writer`, `database` | the thread and its commands; the transactions it makes of them |
//! | `known`, `sealed` | what is stored already, so that a repeated reading is told from a new one |
//! | `seal`, `days` | when what is packed, in steps between which appends go on; days, series of a device together |
//! | `retention`, `room` | what is given up: by age each night, and while the disk is nearly full |
//! | `reader`, `find`, `roll`, `walk` | the pool; the questions, that for rollups apart; one series across all places it lies in |
//! | `forwarding`, `owed` | what another store does not have yet |
//! | `alerts` | the log of alerts |
//! | `log`, `series`, `refusals`, `learned`, `ledger`, `blocks`, `times`, `rollups`, `civil_days`, `meta` | a table or two each |
//! | `entry`, `slot`, `arrived`, `block`, `quarters`, `bundle`, `column`, `frame`, `decimals` | a reading, a stretch of time; how readings and rollups are packed; no SQL |
//! | `rebuild` | all rollups made again from the readings |
//! | `backup` | copies of the file, restored and compared; its own map stands there |
//! | `schema`, `lock`, `fault` | whose file it is, one gateway per folder, what errors mean |

mod alerts;
mod arrived;
pub mod backup;
mod block;
mod blocks;
mod bundle;
mod civil_days;
mod column;
mod database;
mod days;
mod decimals;
mod entry;
mod fault;
mod find;
mod forwarding;
mod frame;
mod known;
mod learned;
mod ledger;
mod lock;
mod log;
mod meta;
mod owed;
mod quarters;
mod reader;
mod rebuild;
mod refusals;
mod retention;
mod roll;
mod rollups;
mod room;
mod schema;
mod seal;
mod sealed;
mod series;
mod slot;
mod times;
mod walk;
mod writer;

pub use forwarding::NotForwarded;
pub(crate) use forwarding::{Mark, Receipt};
pub use reader::SqliteReader;
pub use rebuild::{Rebuilt, rebuild};
pub use writer::SqliteWriter;

use domain::site::Retention;
use jiff::SignedDuration;
use jiff::tz::TimeZone;

/// The database in the data folder. SQLite keeps two more files beside it while it is open.
const FILE: &str = "vigie.db";

/// How the file is written.
#[derive(Clone, Debug)]
pub struct SqliteSettings {
    /// The site's time zone, by which days are summarised. When it changes, the summaries are made again.
    pub timezone: TimeZone,
    /// How long a reading speaks at most (`max_gap_s` of the site's rules), by which rollups tell gaps. When it
    /// changes, they are made again.
    pub longest_gap: SignedDuration,
    /// How long what is stored is kept, and how much of the disk must remain.
    pub retention: Retention,
    /// Names the store to which readings are forwarded, when they are. Under another name than before, or after a
    /// time without one, all that is stored is owed to it.
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

/// What a seal did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sealed {
    /// Readings that moved from the log into blocks.
    pub readings: u64,
    /// Hour blocks written.
    pub hours: u64,
    /// Day blocks written, with their summaries.
    pub days: u64,
    /// Day blocks given up, since they are no longer kept or since there was no room.
    pub given_up: u64,
}

/// For fuzzing only: takes any bytes for readings of the log, for a block of readings, for its times, and for a block of rollups, once a checksum
/// that fits is put behind them.
#[doc(hidden)]
pub fn unpack_anything(bytes: &[u8]) {
    let sealed = |bytes: &[u8]| [bytes, &crc32fast::hash(bytes).to_le_bytes()].concat();
    let block = sealed(bytes);
    let day = slot::Slot::of(slot::Tier::Day, series::SeriesId::of_block(1), 0);
    // Either is fine; what must not happen is a panic.
    let _ = arrived::decode(&block);
    let _ = block::decode(&block, None, day);
    for cut in [bytes.len() / 2, bytes.len() / 4] {
        let (times, numbers) = bytes.split_at(cut);
        let times = sealed(times);
        // As a block refers to its times: by their checksum, behind version, decimals and count.
        let mut numbers = numbers.to_vec();
        if let Some(reference) = numbers.get_mut(6..10) {
            reference.copy_from_slice(&times[times.len() - 4..]);
        }
        let _ = block::decode(&sealed(&numbers), Some(&times), day);
    }
    let _ = bundle::decode(&block, quarters::stretch(day));
}

#[cfg(test)]
mod tests;
