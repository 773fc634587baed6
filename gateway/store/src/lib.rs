//! Where readings are kept: two ports and their adapters.
//!
//! ```text
//! ingest ──Batch──▶ SeriesWriter ──▶ ┌───────────────┐ ──▶ SeriesReader ──▶ dashboard
//!          ◀─Appended─               │ one data      │     ranges, newest readings,
//!          once it is durable        │ folder, or    │     quarantine
//! every quarter of an hour ──seal──▶ │ memory        │
//!                                    └───────────────┘
//! ```
//!
//! | file | what it is |
//! |---|---|
//! | `ports` | what the rest of the system asks of a store, and why it may not get it |
//! | `rolled` | rollups of meters, with the readings that rollups do not tell enough without |
//! | `kept` | what all adapters keep of a reading, so that all give the same answers |
//! | `corrected` | [`Corrected`]: the same store without what the ledger says was wrong |
//! | `any_reader` | [`AnyReader`]: a reader of any of them, as one type |
//! | `memory` | [`MemoryStore`], the reference |
//! | `sqlite` | [`SqliteWriter`] and [`SqliteReader`]: one file; its own map stands there |
//! | `influx` | [`influx`]: writes what is stored to InfluxDB 2 as well; its own map stands there |
//! | `secret` | [`Secret`]: what opens a server, from the environment or a file of its owner alone |
//! | `conformance` | what the ports promise, as tests that each adapter runs |
//!
//! The format of the file and the measurements behind it are told in the package's README.

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
    AlertWriter, Appended, Batch, Cause, Learned, LedgerWriter, Range, RefusalId, Refused,
    RollupRange, SeriesReader, SeriesWriter, Space, StandingRefusal, StoreError, StoredSource,
};
pub use rolled::{load_rolled, read_missing, sources_within};
pub use secret::{Secret, SecretError};
pub use sqlite::backup;
#[doc(hidden)]
pub use sqlite::unpack_anything;
pub use sqlite::{
    NotForwarded, Rebuilt, Sealed, SqliteReader, SqliteSettings, SqliteWriter, rebuild,
};
