//! The parts of the running program: each a task that somebody awaits.

use std::collections::HashMap;
use std::future::Future;

use tokio::task::{Id, JoinError, JoinSet};
use tokio_util::sync::CancellationToken;

use crate::failure::Failure;

/// Tasks with names.
#[derive(Debug, Default)]
pub(crate) struct Parts {
    tasks: JoinSet<Result<(), String>>,
    names: HashMap<Id, &'static str>,
}

impl Parts {
    /// Adds a part. When it ends before the program stops, the program ends with it.
    pub(crate) fn spawn(
        &mut self,
        name: &'static str,
        work: impl Future<Output = Result<(), String>> + Send + 'static,
    ) {
        let id = self.tasks.spawn(work).id();
        self.names.insert(id, name);
    }

    /// Does `work` while the parts run. `None` when `stop` comes first.
    ///
    /// # Errors
    /// When a part ends meanwhile.
    pub(crate) async fn during<T>(
        &mut self,
        stop: &CancellationToken,
        work: impl Future<Output = T>,
    ) -> Result<Option<T>, Failure> {
        tokio::select! {
            biased;
            () = stop.cancelled() => Ok(None),
            Some((part, why)) = self.next() => Err(Failure::Part {
                part,
                why: why.err().unwrap_or_else(|| "it ended by itself".to_owned()),
            }),
            done = work => Ok(Some(done)),
        }
    }

    /// Waits until these parts have ended.
    pub(crate) async fn ended(&mut self, awaited: &[&'static str]) {
        while self.names.values().any(|running| awaited.contains(running)) {
            self.note_next().await;
        }
    }

    /// Waits until all parts but these have ended.
    pub(crate) async fn ended_but(&mut self, spared: &[&'static str]) {
        while self.names.values().any(|running| !spared.contains(running)) {
            self.note_next().await;
        }
    }

    /// Ends what still runs.
    pub(crate) fn abort(&mut self) {
        self.tasks.abort_all();
    }

    /// A part has ended while the program stops: a failure is told, but changes nothing.
    async fn note_next(&mut self) {
        if let Some((part, Err(why))) = self.next().await {
            tracing::warn!(part, why, "a part failed while stopping");
        }
    }

    async fn next(&mut self) -> Option<(&'static str, Result<(), String>)> {
        let (id, outcome) = match self.tasks.join_next_with_id().await? {
            Ok((id, outcome)) => (id, outcome),
            Err(error) => (error.id(), Err(death(&error))),
        };
        Some((self.names.remove(&id).unwrap_or("a part"), outcome))
    }
}

fn death(error: &JoinError) -> String {
    if error.is_panic() { "it has a bug; the log says more".to_owned() } else { error.to_string() }
}
