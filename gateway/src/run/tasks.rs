//! Tasks of the running program, each with a name and awaited.

use std::collections::HashMap;
use std::future::Future;

use tokio::task::{Id, JoinError, JoinSet};
use tokio_util::sync::CancellationToken;

use crate::failure::Failure;

/// Named tasks. One that ends before the program stops ends the program.
#[derive(Debug, Default)]
pub(super) struct Tasks {
    tasks: JoinSet<Result<(), String>>,
    names: HashMap<Id, &'static str>,
}

impl Tasks {
    /// Adds a task.
    pub(super) fn spawn(
        &mut self,
        name: &'static str,
        work: impl Future<Output = Result<(), String>> + Send + 'static,
    ) {
        let id = self.tasks.spawn(work).id();
        self.names.insert(id, name);
    }

    /// Runs `work` beside the tasks. `None` when `stop` comes first.
    ///
    /// # Errors
    /// When a task ends meanwhile.
    pub(super) async fn during<T>(
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

    /// Waits until these tasks have ended.
    pub(super) async fn ended(&mut self, awaited: &[&'static str]) {
        while self.names.values().any(|running| awaited.contains(running)) {
            self.log_next().await;
        }
    }

    /// Waits until all tasks but these have ended.
    pub(super) async fn ended_but(&mut self, spared: &[&'static str]) {
        while self.names.values().any(|running| !spared.contains(running)) {
            self.log_next().await;
        }
    }

    /// Aborts all tasks.
    pub(super) fn abort(&mut self) {
        self.tasks.abort_all();
    }

    /// Awaits the next task while the program stops: its failure is logged, but changes nothing.
    async fn log_next(&mut self) {
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
