//! The time-series store: its ports and their adapters.
//!
//! ```text
//! ingest ──Batch──▶ SeriesWriter ──▶ ┌───────────────┐ ──▶ SeriesReader ──▶ dashboard, figures
//!          ◀─Appended─               │ one data      │     sources, readings, rollups
//!          once it is durable        │ folder, or    │ ──▶ readers of the audit log, alerts,
//! people's changes ──▶ AuditWriter ─▶│ memory        │     quarantine, messages and health
//! alerts ──▶ AlertWriter ───────────▶│               │
//! every quarter of an hour ──seal──▶ └───────────────┘
//! ```
//!
//! Each port promises only what every adapter can keep, and the conformance suite holds them to it. Writers and readers
//! are apart, so that the dashboard, which only reads, cannot write.
//!
//! | file | what it is |
//! |---|---|
//! | `ports` | what the rest of the system writes to a store and reads from it, and why it may fail |
//! | `rolled` | rollups of meters, with the readings around them and in place of rollups that do not suffice |
//! | `kept` | the precision and the bounds that all adapters share, so that all give the same answers |
//! | `corrected` | [`Corrected`]: a reader with the corrections of the audit log applied |
//! | `any_reader` | [`AnyReader`]: a reader of any of them, as one type |
//! | `memory` | [`MemoryStore`], the reference |
//! | `sqlite` | [`SqliteWriter`] and [`SqliteReader`]: one file; its own map stands there |
//! | `influx` | [`influx`]: a copy in InfluxDB 2, forwarded and read back; its own map stands there |
//! | `secret` | [`Secret`]: a password or token, from the environment or a file that only its owner reads |
//! | `conformance` | the promises of the ports, as tests that each adapter runs |
//!
//! The package's README describes the format of the file and the measurements behind it.

mod any_reader;
#[cfg(test)]
mod conformance;
mod corrected;
pub mod influx;
mod kept;
mod memory;
mod ports;
mod rolled;
mod secret;
mod sqlite;

pub use any_reader::AnyReader;
pub use corrected::Corrected;
pub use kept::QUARANTINE_ROWS;
pub use memory::MemoryStore;
pub use ports::{
    AlertReader, AlertWriter, Appended, AuditReader, AuditWriter, Batch, Cause, HealthReader,
    Learned, MessageReader, QuarantineReader, Range, RefusalId, Refused, RollupRange, SeriesReader,
    SeriesWriter, Space, StandingRefusal, StoreError, StoreReader, StoredSource,
};
pub use rolled::{load_rolled, read_missing, sources_within};
pub use secret::{Secret, SecretError};
pub use sqlite::backup;
#[doc(hidden)]
pub use sqlite::unpack_anything;
pub use sqlite::{
    Findings, Inspection, InspectionPlan, NotForwarded, Rebuilt, Salvaged, Sealed, SqliteReader,
    SqliteSettings, SqliteWriter, inspect, put_future_aside, rebuild,
};
