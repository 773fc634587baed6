//! The reader of the file: a pool of read-only connections, used on threads that may block.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use domain::alerts::{AlertId, Standing};
use domain::audit::{Entry, EntryId};
use domain::calendar::Bucket;
use domain::rollup::Rollup;
use domain::{Observation, Period, Source};
use rusqlite::Connection;
use tokio::sync::Semaphore;

use super::{queries, rollup_query};
use crate::ports::{
    AlertReader, AuditReader, HealthReader, Learned, MessageReader, QuarantineReader, Range,
    RefusalId, RollupRange, SeriesReader, Space, StandingRefusal, StoreError, StoredSource,
};
use crate::sqlite::fault::file_fault;
use crate::sqlite::inspect::Salvaged;
use crate::sqlite::inspect::salvage;
use crate::sqlite::schema;
use crate::sqlite::settings::FILE;
use crate::sqlite::tables::{alerts, audit, learned, refusals};
use crate::sqlite::upkeep::disk;

/// Number of queries that run at once; others wait for one of these to end.
const CONNECTIONS: usize = 4;

/// Reader of the database of a data folder, beside its writer in this process or another. It never writes.
#[derive(Clone, Debug)]
pub struct SqliteReader {
    pool: Arc<Pool>,
    turns: Arc<Semaphore>,
}

#[derive(Debug)]
struct Pool {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
}

impl SqliteReader {
    /// Opens the database in `folder`.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] as long as there is none; [`StoreError::Foreign`] and
    /// [`StoreError::WrongSchema`] when the file is not of this build.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        let path = folder.join(FILE);
        let first = schema::open_to_read(&path)?;
        let pool = Pool { path, idle: Mutex::new(vec![first]) };
        Ok(Self { pool: Arc::new(pool), turns: Arc::new(Semaphore::new(CONNECTIONS)) })
    }

    /// Runs a query on one state of the file, whatever is committed meanwhile.
    pub(in crate::sqlite) async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let turn = Arc::clone(&self.turns).acquire_owned().await;
        let turn = turn.map_err(|closed| StoreError::Unavailable(closed.into()))?;
        let pool = Arc::clone(&self.pool);
        let answering = tokio::task::spawn_blocking(move || {
            // The turn ends with the answer, even if nobody waits for it any more.
            let _turn = turn;
            pool.answer(question)
        });
        answering.await.map_err(|gone| StoreError::Unavailable(gone.into()))?
    }
}

/// Reading of a file that may be damaged.
impl SqliteReader {
    /// What is wrong with the pages and indexes that readings are in; empty for a sound file.
    ///
    /// # Errors
    /// When it cannot be looked for; damage is no error here.
    pub async fn faults(&self) -> Result<Vec<String>, StoreError> {
        self.ask(salvage::faults).await
    }

    /// Every series that is named, and what is wrong with the names of others.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when the table of series cannot be read.
    pub async fn named_sources(&self) -> Result<(Vec<Source>, Vec<String>), StoreError> {
        self.ask(salvage::sources).await
    }

    /// The UTC days that overlap `period` and in which `source` may have readings, in order, found without trust in any
    /// index.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when the table of series cannot be read.
    pub async fn days_of(&self, source: Source, period: Period) -> Result<Vec<Period>, StoreError> {
        self.ask(move |connection| salvage::days(connection, &source, period)).await
    }

    /// The readings of `source` in one of its days, as far as they can be read.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when the table of series cannot be read.
    pub async fn salvage(&self, source: Source, day: Period) -> Result<Salvaged, StoreError> {
        self.ask(move |connection| salvage::day(connection, &source, day)).await
    }
}

impl Pool {
    fn answer<T>(
        &self,
        question: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut connection = match idle {
            Some(connection) => connection,
            None => schema::open_to_read(&self.path)?,
        };
        let transaction = connection.transaction()?;
        let answer = question(&transaction);
        transaction.finish()?;
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        answer
    }

    fn size_bytes(&self) -> Result<u64, StoreError> {
        let mut log_path = self.path.clone().into_os_string();
        log_path.push("-wal");
        let file = std::fs::metadata(&self.path).map_err(file_fault("look at", &self.path))?;
        // There is no write-ahead log while nobody has the file open.
        let log = std::fs::metadata(log_path).map_or(0, |log| log.len());
        Ok(file.len() + log)
    }
}

impl SeriesReader for SqliteReader {
    async fn sources(&self) -> Result<Vec<StoredSource>, StoreError> {
        self.ask(queries::sources).await
    }

    async fn range(&self, request: Range) -> Result<Vec<Observation>, StoreError> {
        self.ask(move |connection| queries::range(connection, &request)).await
    }

    async fn rollups(&self, request: RollupRange) -> Result<Vec<Vec<Bucket<Rollup>>>, StoreError> {
        self.ask(move |connection| rollup_query::rollups(connection, &request)).await
    }
}

impl MessageReader for SqliteReader {
    async fn learned(&self) -> Result<Vec<Learned>, StoreError> {
        self.ask(learned::all).await
    }
}

impl QuarantineReader for SqliteReader {
    async fn quarantine(
        &self,
        before: Option<RefusalId>,
        limit: usize,
    ) -> Result<Vec<StandingRefusal>, StoreError> {
        self.ask(move |connection| refusals::page(connection, before, limit)).await
    }
}

impl AuditReader for SqliteReader {
    async fn ledger(&self) -> Result<Vec<Entry>, StoreError> {
        self.ask(audit::all).await
    }

    async fn text_before(&self, entry: EntryId) -> Result<Option<String>, StoreError> {
        self.ask(move |connection| audit::text_before(connection, entry)).await
    }
}

impl AlertReader for SqliteReader {
    async fn open_alerts(&self) -> Result<Vec<Standing>, StoreError> {
        self.ask(alerts::open).await
    }

    async fn alerts(
        &self,
        before: Option<AlertId>,
        limit: usize,
    ) -> Result<Vec<Standing>, StoreError> {
        self.ask(move |connection| alerts::page(connection, before, limit)).await
    }
}

impl HealthReader for SqliteReader {
    async fn size_bytes(&self) -> Result<u64, StoreError> {
        let pool = Arc::clone(&self.pool);
        let measuring = tokio::task::spawn_blocking(move || pool.size_bytes());
        measuring.await.map_err(|gone| StoreError::Unavailable(gone.into()))?
    }

    async fn space(&self) -> Result<Option<Space>, StoreError> {
        let folder = self.pool.path.parent().map(Path::to_owned).unwrap_or_default();
        self.ask(move |connection| disk::space(connection, &folder).map(Some)).await
    }
}
