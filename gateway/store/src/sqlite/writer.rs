//! The writer: a thread of its own that takes one command after the other.

use std::path::Path;
use std::thread::JoinHandle;

use domain::Instant;
use tokio::sync::{mpsc, oneshot};

use super::database::Database;
use super::{Sealed, SqliteSettings};
use crate::ports::{Appended, Batch, SeriesWriter, StoreError};

/// How many commands wait for the thread; one more waits in its caller, who thereby slows down.
const QUEUE: usize = 16;

/// Writes the database of a data folder; there is one per folder, in all processes.
///
/// Dropping it waits until what was asked for is done and the file is closed; [`SqliteWriter::close`] does so without
/// holding up other tasks.
#[derive(Debug)]
pub struct SqliteWriter {
    commands: Option<mpsc::Sender<Command>>,
    thread: Option<JoinHandle<Result<(), StoreError>>>,
}

#[derive(Debug)]
enum Command {
    Append(Batch, oneshot::Sender<Result<Appended, StoreError>>),
    Seal(Instant, oneshot::Sender<Result<Sealed, StoreError>>),
}

impl SqliteWriter {
    /// Opens the database in `folder`, making both if need be.
    ///
    /// # Errors
    /// [`StoreError::InUse`] when another writer has the folder, [`StoreError::Foreign`] and
    /// [`StoreError::WrongSchema`] when the file is not of this build, else [`StoreError::Unavailable`].
    pub fn open(folder: &Path, settings: &SqliteSettings) -> Result<Self, StoreError> {
        let database = Database::open(folder, settings)?;
        let (commands, queue) = mpsc::channel(QUEUE);
        let thread = std::thread::Builder::new()
            .name("store".to_owned())
            .spawn(move || serve(database, queue))
            .map_err(|error| StoreError::Unavailable(error.into()))?;
        Ok(Self { commands: Some(commands), thread: Some(thread) })
    }

    /// Packs what was appended, by hour and by day, and summarises the days. Appends go on between its steps.
    ///
    /// To be called every quarter of an hour or so; it decides by `now` which days have ended. It changes no answer.
    pub async fn seal(&self, now: Instant) -> Result<Sealed, StoreError> {
        self.ask(|answer| Command::Seal(now, answer)).await
    }

    /// Does what was asked for, closes the file and gives the folder free. A seal under way stops after its step.
    pub async fn close(mut self) -> Result<(), StoreError> {
        self.commands = None;
        let Some(thread) = self.thread.take() else { return Ok(()) };
        match tokio::task::spawn_blocking(move || thread.join()).await {
            Ok(Ok(closed)) => closed,
            Ok(Err(_)) | Err(_) => Err(stopped()),
        }
    }

    async fn ask<T>(
        &self,
        command: impl FnOnce(oneshot::Sender<Result<T, StoreError>>) -> Command,
    ) -> Result<T, StoreError> {
        let (answer, answered) = oneshot::channel();
        let commands = self.commands.as_ref().ok_or_else(stopped)?;
        commands.send(command(answer)).await.map_err(|_| stopped())?;
        answered.await.map_err(|_| stopped())?
    }
}

impl SeriesWriter for SqliteWriter {
    /// Once the batch has been taken by the writer, dropping this future does not take it back.
    async fn append(&self, batch: Batch) -> Result<Appended, StoreError> {
        self.ask(|answer| Command::Append(batch, answer)).await
    }
}

impl Drop for SqliteWriter {
    fn drop(&mut self) {
        self.commands = None;
        if let Some(thread) = self.thread.take() {
            // Its errors have been answered to those who asked.
            let _ = thread.join();
        }
    }
}

fn stopped() -> StoreError {
    StoreError::Unavailable("the writer of the store has stopped".into())
}

fn serve(mut database: Database, mut queue: mpsc::Receiver<Command>) -> Result<(), StoreError> {
    while let Some(command) = queue.blocking_recv() {
        match command {
            // Whoever asked may have gone; the readings stay all the same.
            Command::Append(batch, answer) => drop(answer.send(database.append(batch))),
            Command::Seal(_, answer) => drop(answer.send(Ok(Sealed::default()))),
        }
    }
    database.close()
}
