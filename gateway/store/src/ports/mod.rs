//! The ports of a store: what it takes and what it gives, each as a trait of its own.
//!
//! | file | writes | reads |
//! |---|---|---|
//! | `series` | [`SeriesWriter`]: batches of readings | [`SeriesReader`]: sources, readings, rollups |
//! | `messages` | a batch | [`MessageReader`]: messages that later ones need |
//! | `quarantine` | a batch | [`QuarantineReader`]: refused messages |
//! | `audit` | [`AuditWriter`] | [`AuditReader`]: corrections and changes that people entered |
//! | `alert_log` | [`AlertWriter`] | [`AlertReader`]: alerts that are open, and all of the past year |
//! | `health` | | [`HealthReader`]: size, and free space on the disk |
//! | `error` | | [`StoreError`], by what the caller does next |
//!
//! No method has a default: an adapter that does not keep something answers [`StoreError::Unsupported`], never "none".

mod alert_log;
mod audit;
mod error;
mod health;
mod messages;
mod quarantine;
mod series;

pub use alert_log::{AlertReader, AlertWriter};
pub use audit::{AuditReader, AuditWriter};
pub use error::{Cause, StoreError};
pub use health::{HealthReader, Space};
pub use messages::{Learned, MessageReader};
pub use quarantine::{QuarantineReader, RefusalId, Refused, StandingRefusal};
pub use series::{Appended, Batch, Range, RollupRange, SeriesReader, SeriesWriter, StoredSource};

/// A reader with every port, for code that passes one reader to many users.
pub trait StoreReader:
    SeriesReader + MessageReader + QuarantineReader + AuditReader + AlertReader + HealthReader
{
}

impl<R> StoreReader for R where
    R: SeriesReader + MessageReader + QuarantineReader + AuditReader + AlertReader + HealthReader
{
}
