//! [`AnyReader`]: a reader of any store, as one type, so that what asks it is compiled once.

use domain::Observation;
use domain::alerts::{AlertId, Standing};
use domain::audit::{Entry, EntryId};
use domain::calendar::Bucket;
use domain::rollup::Rollup;

use crate::influx::InfluxReader;
use crate::memory::MemoryStore;
use crate::ports::{
    AlertReader, AuditReader, HealthReader, Learned, MessageReader, QuarantineReader, Range,
    RefusalId, RollupRange, SeriesReader, Space, StandingRefusal, StoreError, StoredSource,
};
use crate::sqlite::SqliteReader;

/// A reader of one of the stores. Clones are handles of the same store.
#[derive(Clone, Debug)]
pub enum AnyReader {
    /// The data folder of a gateway.
    Sqlite(SqliteReader),
    /// An InfluxDB that a gateway forwards to.
    Influx(InfluxReader),
    /// A store in memory.
    Memory(MemoryStore),
}

/// The answer of whichever reader it is.
macro_rules! answer {
    ($any:expr, $reader:ident => $question:expr) => {
        match $any {
            AnyReader::Sqlite($reader) => $question.await,
            AnyReader::Influx($reader) => $question.await,
            AnyReader::Memory($reader) => $question.await,
        }
    };
}

impl SeriesReader for AnyReader {
    async fn sources(&self) -> Result<Vec<StoredSource>, StoreError> {
        answer!(self, reader => reader.sources())
    }

    async fn range(&self, request: Range) -> Result<Vec<Observation>, StoreError> {
        answer!(self, reader => reader.range(request))
    }

    async fn rollups(&self, request: RollupRange) -> Result<Vec<Vec<Bucket<Rollup>>>, StoreError> {
        answer!(self, reader => reader.rollups(request))
    }
}

impl MessageReader for AnyReader {
    async fn learned(&self) -> Result<Vec<Learned>, StoreError> {
        answer!(self, reader => reader.learned())
    }
}

impl QuarantineReader for AnyReader {
    async fn quarantine(
        &self,
        before: Option<RefusalId>,
        limit: usize,
    ) -> Result<Vec<StandingRefusal>, StoreError> {
        answer!(self, reader => reader.quarantine(before, limit))
    }
}

impl AuditReader for AnyReader {
    async fn ledger(&self) -> Result<Vec<Entry>, StoreError> {
        answer!(self, reader => reader.ledger())
    }

    async fn text_before(&self, entry: EntryId) -> Result<Option<String>, StoreError> {
        answer!(self, reader => reader.text_before(entry))
    }
}

impl AlertReader for AnyReader {
    async fn open_alerts(&self) -> Result<Vec<Standing>, StoreError> {
        answer!(self, reader => reader.open_alerts())
    }

    async fn alerts(
        &self,
        before: Option<AlertId>,
        limit: usize,
    ) -> Result<Vec<Standing>, StoreError> {
        answer!(self, reader => reader.alerts(before, limit))
    }
}

impl HealthReader for AnyReader {
    async fn size_bytes(&self) -> Result<u64, StoreError> {
        answer!(self, reader => reader.size_bytes())
    }

    async fn space(&self) -> Result<Option<Space>, StoreError> {
        answer!(self, reader => reader.space())
    }
}

impl From<SqliteReader> for AnyReader {
    fn from(reader: SqliteReader) -> Self {
        Self::Sqlite(reader)
    }
}

impl From<InfluxReader> for AnyReader {
    fn from(reader: InfluxReader) -> Self {
        Self::Influx(reader)
    }
}

impl From<MemoryStore> for AnyReader {
    fn from(store: MemoryStore) -> Self {
        Self::Memory(store)
    }
}
