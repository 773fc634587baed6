//! The queue of heavy questions: who loads series at a time, and who is turned away.
//!
//! ```text
//! short question ────────────────────────────▶ one of two turns ──▶ stretch by stretch, off the async threads
//! long question ──place of its asker──▶ the one long turn ──▲
//! ```
//!
//! A long question never takes both turns, so a short one waits for short ones alone. A turn ends when nothing works for
//! it any more, also where nobody waits for the answer.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use domain::Period;
use jiff::SignedDuration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::spawn_blocking;

use crate::error::FigureError;

/// Questions that may load series at the same time: each may hold a month of readings in memory.
const HEAVY_QUESTIONS: usize = 2;
/// Questions over more than this are long.
const SHORT: SignedDuration = SignedDuration::from_hours(8 * 24);
/// Long questions of one asker that may wait or be worked out at once.
const LONG_PER_ASKER: usize = 4;
/// Long questions of all askers that may wait or be worked out at once.
const LONG_OF_ALL: usize = 16;

tokio::task_local! {
    static ASKER: String;
}

/// Works out `question` for the asker at `address`, whose long questions are counted together.
pub async fn asked_by<F: Future>(address: String, question: F) -> F::Output {
    ASKER.scope(address, question).await
}

/// Turns of heavy questions. Clones share them.
#[derive(Clone, Debug)]
pub(crate) struct Turns {
    all: Arc<Semaphore>,
    long: Arc<Semaphore>,
    askers: Arc<Mutex<HashMap<Option<String>, usize>>>,
}

/// Turn of a heavy question; it ends with its last clone.
#[derive(Clone, Debug)]
pub(crate) struct Turn {
    _held: Arc<Held>,
}

#[derive(Debug)]
struct Held {
    _turn: OwnedSemaphorePermit,
    _long: Option<(OwnedSemaphorePermit, Place)>,
}

/// Place of a long question among those of its asker.
#[derive(Debug)]
struct Place {
    asker: Option<String>,
    askers: Arc<Mutex<HashMap<Option<String>, usize>>>,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut askers = self.askers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = askers.get_mut(&self.asker) {
            *count -= 1;
            if *count == 0 {
                askers.remove(&self.asker);
            }
        }
    }
}

impl Turns {
    pub(crate) fn new() -> Self {
        Self {
            all: Arc::new(Semaphore::new(HEAVY_QUESTIONS)),
            long: Arc::new(Semaphore::new(HEAVY_QUESTIONS - 1)),
            askers: Arc::default(),
        }
    }

    /// The turn of a question over `span`; the deadline of the request bounds the wait.
    ///
    /// # Errors
    /// [`FigureError::TooMany`] and [`FigureError::Busy`] where too many long questions wait already.
    pub(crate) async fn take(&self, span: Option<Period>) -> Result<Turn, FigureError> {
        let is_long = span.is_some_and(|span| span.end().since(span.start()) > SHORT);
        let long = if is_long {
            let place = self.place()?;
            Some((permit(&self.long).await?, place))
        } else {
            None
        };
        let held = Held { _turn: permit(&self.all).await?, _long: long };
        Ok(Turn { _held: Arc::new(held) })
    }

    /// A place for one more long question of the asker; questions of the program itself have no asker and no bound.
    fn place(&self) -> Result<Place, FigureError> {
        let asker = ASKER.try_with(String::clone).ok();
        let mut askers = self.askers.lock().unwrap_or_else(PoisonError::into_inner);
        if asker.is_some() {
            if askers.get(&asker).is_some_and(|count| *count >= LONG_PER_ASKER) {
                return Err(FigureError::TooMany { most: LONG_PER_ASKER });
            }
            if askers.values().sum::<usize>() >= LONG_OF_ALL {
                return Err(FigureError::Busy);
            }
        }
        *askers.entry(asker.clone()).or_default() += 1;
        Ok(Place { asker, askers: Arc::clone(&self.askers) })
    }
}

async fn permit(turns: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, FigureError> {
    Arc::clone(turns).acquire_owned().await.map_err(|_| FigureError::Stopping)
}

/// Result of `work`, which ran on a thread that may be kept busy. The turn ends with the work, not with whoever waits
/// for it; where nobody does any more before it begins, it is not begun.
pub(crate) async fn off_thread<T: Send + 'static>(
    turn: &Turn,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, FigureError> {
    let (turn, asked) = (turn.clone(), Arc::new(()));
    let is_asked = Arc::downgrade(&asked);
    let done = spawn_blocking(move || {
        let result = is_asked.upgrade().map(|_| work());
        drop(turn);
        result
    });
    let done = done.await.map_err(FigureError::Failed)?;
    drop(asked);
    done.ok_or(FigureError::Stopping)
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::Duration;

    use domain::testing::at;
    use tokio::time::timeout;

    use super::*;

    const ENOUGH: Duration = Duration::from_secs(10);

    fn days(days: i64) -> Option<Period> {
        let start = at("2026-01-01T00:00:00Z");
        Period::new(start, start + SignedDuration::from_hours(24 * days))
    }

    fn address(last: u8) -> String {
        format!("10.0.0.{last}")
    }

    /// Whether a question is answered without anybody else's being over.
    async fn is_let_in(turns: &Turns, span: Option<Period>) -> bool {
        tokio::select! {
            biased;
            turn = turns.take(span) => turn.is_ok(),
            () = tokio::task::yield_now() => false,
        }
    }

    #[tokio::test]
    async fn a_short_question_passes_a_long_one() {
        let turns = Turns::new();
        let _long = turns.take(days(365)).await.unwrap();
        assert!(!is_let_in(&turns, days(365)).await);
        assert!(is_let_in(&turns, days(1)).await);
    }

    #[tokio::test]
    async fn work_keeps_its_turn_when_nobody_waits_for_it_any_more() {
        let turns = Turns::new();
        let (begun, has_begun) = tokio::sync::oneshot::channel();
        let (end, ends) = mpsc::channel::<()>();
        let turn = turns.take(days(365)).await.unwrap();
        let mut working = tokio::task::JoinSet::new();
        working.spawn(async move {
            off_thread(&turn, move || {
                begun.send(()).unwrap();
                ends.recv().unwrap();
            })
            .await
        });
        has_begun.await.unwrap();
        working.shutdown().await;

        assert!(!is_let_in(&turns, days(365)).await, "the work goes on");
        end.send(()).unwrap();
        timeout(ENOUGH, turns.take(days(365))).await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn one_asker_has_a_few_long_questions_at_once_and_others_still_get_theirs() {
        let turns = Turns::new();
        let _taken = asked_by(address(1), turns.take(days(365))).await.unwrap();
        let waiting = |of| {
            let turns = turns.clone();
            Box::pin(async move { asked_by(of, turns.take(days(365))).await.map(drop) })
        };
        let mut all: Vec<_> = (0..3).map(|_| waiting(address(1))).collect();
        for one in &mut all {
            assert!(is_pending(one).await);
        }
        let refused = waiting(address(1)).await;
        assert!(matches!(refused, Err(FigureError::TooMany { most: LONG_PER_ASKER })));
        assert!(is_pending(&mut waiting(address(2))).await, "it waits for its turn");

        // Whoever hangs up makes room.
        drop(all.pop());
        assert!(is_pending(&mut waiting(address(1))).await);
    }

    #[tokio::test]
    async fn many_askers_together_have_a_bound() {
        let turns = Turns::new();
        let _long = asked_by(address(0), turns.take(days(365))).await.unwrap();
        let mut waiting: Vec<_> =
            (1..16).map(|nr| Box::pin(asked_by(address(nr), turns.take(days(365))))).collect();
        for one in &mut waiting {
            assert!(is_pending(one).await);
        }
        let refused = asked_by(address(99), turns.take(days(365))).await;
        assert!(matches!(refused, Err(FigureError::Busy)));
    }

    async fn is_pending<F: Future + Unpin>(future: &mut F) -> bool {
        std::future::poll_fn(|context| {
            std::task::Poll::Ready(std::pin::Pin::new(&mut *future).poll(context).is_pending())
        })
        .await
    }
}
