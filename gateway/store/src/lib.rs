//! Where readings are kept: two ports and their adapters.

#[cfg(test)]
mod conformance;
mod kept;
mod memory;
mod ports;
mod sqlite;

pub use kept::QUARANTINE_ROWS;
pub use memory::MemoryStore;
pub use ports::{
    Appended, Batch, Cause, Range, RefusalId, Refused, SeriesReader, SeriesWriter, StandingRefusal,
    StoreError, StoredSource,
};
pub use sqlite::{Sealed, SqliteReader, SqliteSettings, SqliteWriter};
