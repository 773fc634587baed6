//! The writer: a thread of its own that takes one command after the other.

use std::error::Error;
use std::path::Path;
use std::thread::JoinHandle;

use domain::Instant;
use domain::alerts::Change;
use domain::audit::{Draft, EntryId};
use domain::site::Retention;
use tokio::sync::mpsc::error::TryRecvError;
use tokio::sync::{mpsc, oneshot};

use super::database::Database;
use super::settings::SqliteSettings;
use super::tables::backlog::Receipt;
use super::upkeep::seal::Pass;
use super::upkeep::seal::Sealed;
use crate::ports::{AlertWriter, Appended, AuditWriter, Batch, SeriesWriter, StoreError};

/// How many commands wait for the thread; one more waits in its caller, who thereby slows down.
const QUEUE: usize = 16;

/// Writer of the database of a data folder; there is one per folder, in all processes.
///
/// Dropping it waits until all commands are done and the file is closed; [`SqliteWriter::close`] does so without
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
    Record(Draft, oneshot::Sender<Result<EntryId, StoreError>>),
    KeepAlerts(Vec<Change>, oneshot::Sender<Result<(), StoreError>>),
    Settle(Receipt, oneshot::Sender<Result<(), StoreError>>),
    Follow(Box<Retention>, oneshot::Sender<Result<(), StoreError>>),
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
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] also while another seal is under way.
    pub async fn seal(&self, now: Instant) -> Result<Sealed, StoreError> {
        self.ask(|answer| Command::Seal(now, answer)).await
    }

    /// Keeps what is stored for so long from now on, as the site file now says.
    ///
    /// # Errors
    /// When the writer has stopped.
    pub async fn follow(&self, retention: Retention) -> Result<(), StoreError> {
        self.ask(|answer| Command::Follow(Box::new(retention), answer)).await
    }

    /// Records the outcome of forwarding.
    pub(crate) async fn settle(&self, receipt: Receipt) -> Result<(), StoreError> {
        self.ask(|answer| Command::Settle(receipt, answer)).await
    }

    /// Completes all commands, closes the file and gives the folder free. A seal under way stops after its step.
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

impl AuditWriter for SqliteWriter {
    async fn record(&self, draft: Draft) -> Result<EntryId, StoreError> {
        self.ask(|answer| Command::Record(draft, answer)).await
    }
}

impl AlertWriter for SqliteWriter {
    async fn keep_alerts(&self, changes: Vec<Change>) -> Result<(), StoreError> {
        self.ask(|answer| Command::KeepAlerts(changes, answer)).await
    }
}

impl Drop for SqliteWriter {
    fn drop(&mut self) {
        self.commands = None;
        if let Some(thread) = self.thread.take() {
            // Its errors went to the callers of the commands.
            let _ = thread.join();
        }
    }
}

fn stopped() -> StoreError {
    StoreError::Unavailable("the writer of the store has stopped".into())
}

/// The thread's work: a command, then a step of the seal under way, and so on, until no handle of the writer is left.
fn serve(mut database: Database, mut queue: mpsc::Receiver<Command>) -> Result<(), StoreError> {
    let mut sealing: Option<Sealing> = None;
    loop {
        match next(&mut queue, sealing.is_some()) {
            Next::Command(Command::Append(batch, answer)) => {
                // The caller may have gone; the readings stay all the same.
                let _ = answer.send(database.append(batch));
            }
            Next::Command(Command::Seal(now, answer)) => {
                sealing = Some(Sealing::begin(sealing, now, answer));
            }
            Next::Command(Command::Record(draft, answer)) => {
                let _ = answer.send(database.record(&draft));
            }
            Next::Command(Command::Settle(receipt, answer)) => {
                let _ = answer.send(database.settle(&receipt));
            }
            Next::Command(Command::KeepAlerts(changes, answer)) => {
                let _ = answer.send(database.keep_alerts(&changes));
            }
            Next::Command(Command::Follow(retention, answer)) => {
                database.follow(*retention);
                let _ = answer.send(Ok(()));
            }
            Next::Nothing => {}
            Next::End => break,
        }
        if sealing.is_none() && database.has_a_long_log() {
            sealing = Some(Sealing { pass: Pass::of_the_log(), answer: None });
        }
        sealing = sealing.and_then(|sealing| sealing.step(&mut database));
    }
    database.close()
}

enum Next {
    Command(Command),
    Nothing,
    End,
}

/// The next command; without waiting for one when there is other work.
fn next(queue: &mut mpsc::Receiver<Command>, is_busy: bool) -> Next {
    if is_busy {
        match queue.try_recv() {
            Ok(command) => Next::Command(command),
            Err(TryRecvError::Empty) => Next::Nothing,
            Err(TryRecvError::Disconnected) => Next::End,
        }
    } else {
        queue.blocking_recv().map_or(Next::End, Next::Command)
    }
}

/// A seal under way, and the caller that waits for it; `None` when the writer packs a long log by itself.
struct Sealing {
    pass: Pass,
    answer: Option<oneshot::Sender<Result<Sealed, StoreError>>>,
}

impl Sealing {
    /// Begins a seal, unless one with a caller is under way. A pass over the log alone gives way.
    fn begin(
        under_way: Option<Self>,
        now: Instant,
        answer: oneshot::Sender<Result<Sealed, StoreError>>,
    ) -> Self {
        match under_way {
            Some(sealing) if sealing.answer.is_some() => {
                let _ =
                    answer.send(Err(StoreError::Unavailable("another seal is under way".into())));
                sealing
            }
            _ => Self { pass: Pass::at(now), answer: Some(answer) },
        }
    }

    /// Goes one step on; gives itself back as long as there is more to do.
    fn step(mut self, database: &mut Database) -> Option<Self> {
        let result = match database.seal_step(&mut self.pass) {
            Ok(()) => match self.pass.done() {
                None => return Some(self),
                Some(sealed) => Ok(sealed),
            },
            Err(error) => Err(error),
        };
        match (self.answer, result) {
            (Some(answer), result) => {
                if let Ok(sealed) = &result {
                    metrics::counter!("vigie_store_given_up_total", "why" => "age")
                        .increment(sealed.given_up);
                    metrics::counter!("vigie_store_given_up_total", "why" => "room")
                        .increment(sealed.given_up_for_room);
                }
                // The caller may have gone.
                let _ = answer.send(result);
            }
            (None, Err(error)) => {
                tracing::warn!(error = &error as &dyn Error, "a long log could not be packed");
            }
            (None, Ok(_)) => {}
        }
        None
    }
}
