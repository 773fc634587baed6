//! Threads on which a command works, and the signals that end it early.

use std::io;
use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::failure::Failure;

/// Runs `work` to its end on threads of its own.
pub(super) fn on_threads(work: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    let runtime = tokio::runtime::Runtime::new()
        .map_err(|error| Failure::Unavailable(format!("no threads to work with: {error}")))?;
    let outcome = runtime.block_on(work);
    // A task that was cut off must not keep the program.
    runtime.shutdown_timeout(Duration::from_millis(100));
    outcome
}

/// Runs `work` with a token that is cancelled by Ctrl-C or SIGTERM; the work ends by itself then.
pub(super) fn until_stopped<W>(work: W) -> Result<(), Failure>
where
    W: AsyncFnOnce(CancellationToken) -> Result<(), Failure>,
{
    on_threads(async {
        let stop = CancellationToken::new();
        let mut listener = JoinSet::new();
        let (mut signals, cancelled) = (StopSignals::listen()?, stop.clone());
        listener.spawn(async move {
            signals.next().await;
            cancelled.cancel();
        });
        work(stop).await
    })
}

/// The same for work that blocks.
pub(super) fn blocking_until_stopped(
    work: impl FnOnce(CancellationToken) -> Result<(), Failure>,
) -> Result<(), Failure> {
    until_stopped(async |stop| tokio::task::block_in_place(|| work(stop)))
}

/// Ctrl-C and SIGTERM.
pub(super) struct StopSignals {
    terminate: Signal,
    interrupt: Signal,
}

impl StopSignals {
    /// Listens from now on; the signals no longer end the program by themselves.
    pub(super) fn listen() -> Result<Self, Failure> {
        let fault =
            |error: io::Error| Failure::Unavailable(format!("signals cannot be heard: {error}"));
        let terminate = signal(SignalKind::terminate()).map_err(fault)?;
        let interrupt = signal(SignalKind::interrupt()).map_err(fault)?;
        Ok(Self { terminate, interrupt })
    }

    /// Returns when one of them has come.
    pub(super) async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
        tracing::info!("stopping");
    }
}
