//! Where readings are kept: two ports and their adapters.

mod ports;

pub use ports::{
    Appended, Batch, Cause, Range, RefusalId, Refused, SeriesReader, SeriesWriter, StandingRefusal,
    StoreError, StoredSource,
};
