//! One SQLite file in the data folder: the store that is always there.
//!
//! ```text
//! SqliteWriter ─commands─▶ its thread: database ─┬─ append: dedup ─▶ log, refusals
//!                                                └─ seal: log ─▶ hour blocks ─▶ day blocks and rollups
//! SqliteReader ─queries─▶ a read-only connection ─▶ log + hour blocks + day blocks
//! ```
//!
//! | storey | what it is |
//! |---|---|
//! | `writer`, `database` | the writer's thread and its commands; the transactions it makes of them |
//! | `forwarding` | readings and audit entries that another store lacks |
//! | `put_aside` | readings of the future taken out of a store that no gateway has open |
//! | `backup` | copies of the file, restored and compared; its own map stands there |
//! | `read` | the reader ports |
//! | `inspect` | damage looked for, and what can be read beside it |
//! | `upkeep` | sealing, retention and rebuilding |
//! | `dedup`, `sealed_times` | what is stored already, so that a repeated reading is not stored again |
//! | `tables` | SQL: a table or two in each module |
//! | `codec` | bytes: a reading, a stretch of time, packed readings and rollups; no SQL |
//! | `schema`, `settings` | the file's schema and its steps; the rules by which it is written |
//! | `write_ahead_log` | commits that a damaged log of SQLite would lose in silence, told and kept |
//! | `lock`, `fault` | one gateway per data folder; what errors of SQLite mean for the caller |

pub mod backup;
mod codec;
mod database;
mod dedup;
mod fault;
mod forwarding;
mod inspect;
mod lock;
mod put_aside;
mod read;
mod schema;
mod sealed_times;
mod settings;
mod tables;
mod upkeep;
mod write_ahead_log;
mod writer;

#[doc(hidden)]
pub use codec::unpack_anything;
pub use inspect::{Findings, Inspection, InspectionPlan, Salvaged, inspect};
pub use put_aside::put_future_aside;
pub use read::reader::SqliteReader;
pub use settings::SqliteSettings;
pub use tables::backlog::NotForwarded;
pub(crate) use tables::backlog::{Mark, Receipt};
pub use upkeep::rebuild::{Rebuilt, rebuild};
pub use upkeep::seal::Sealed;
pub use writer::SqliteWriter;

#[cfg(test)]
mod tests;
