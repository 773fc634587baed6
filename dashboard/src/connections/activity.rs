//! What a connection does at this moment, and for how long it may.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant as Tick;
use tokio_util::sync::CancellationToken;

/// Time within which the head of a request comes, from its first byte or the beginning of the connection.
const HEAD_WITHIN: Duration = Duration::from_secs(10);
/// Time within which the body of a request comes, however many pieces it comes in.
const BODY_WITHIN: Duration = Duration::from_secs(10);
/// Time for which a connection waits for its next request.
const IDLE_FOR: Duration = Duration::from_mins(1);
/// Time for which the other end may take nothing of an answer.
const STALLED_FOR: Duration = Duration::from_secs(30);

/// What a connection does; shared by its stream, its requests and its answers.
#[derive(Debug)]
pub(super) struct Activity {
    state: Mutex<State>,
    closing: CancellationToken,
}

#[derive(Debug)]
struct State {
    doing: Doing,
    since: Tick,
    /// From when on the body of this request is waited for.
    body_since: Option<Tick>,
    /// From when on nothing of an answer is taken.
    stalled_since: Option<Tick>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Doing {
    /// The head of a request has begun to come, or should.
    Head,
    /// The last answer is given, and nothing of a next request has come.
    Idle,
    /// The body of a request is waited for.
    Body,
    /// A request is answered.
    Answer,
}

impl Activity {
    /// Of a connection that has just been opened.
    pub(super) fn begun() -> Self {
        let state =
            State { doing: Doing::Head, since: Tick::now(), body_since: None, stalled_since: None };
        Self { state: Mutex::new(state), closing: CancellationToken::new() }
    }

    /// Bytes have come.
    pub(super) fn receives(&self) {
        let mut state = self.lock();
        if state.doing == Doing::Idle {
            state.becomes(Doing::Head);
        }
    }

    /// A whole head has come.
    pub(super) fn is_asked(&self) {
        let mut state = self.lock();
        state.becomes(Doing::Answer);
        state.body_since = None;
    }

    /// More of the body is needed, and has not come.
    pub(super) fn waits_for_body(&self) {
        let mut state = self.lock();
        if state.doing == Doing::Answer {
            let since = *state.body_since.get_or_insert_with(Tick::now);
            (state.doing, state.since) = (Doing::Body, since);
        }
    }

    /// A piece of the body, or its end, has come.
    pub(super) fn has_body(&self) {
        let mut state = self.lock();
        if state.doing == Doing::Body {
            state.becomes(Doing::Answer);
        }
    }

    /// The answer is over.
    pub(super) fn has_answered(&self) {
        self.lock().becomes(Doing::Idle);
    }

    /// Whether the other end takes what is sent.
    pub(super) fn sends(&self, is_taken: bool) {
        let mut state = self.lock();
        if is_taken {
            state.stalled_since = None;
        } else {
            state.stalled_since.get_or_insert_with(Tick::now);
        }
    }

    /// Since when nothing but the other end is waited for; `None` while it waits for us.
    pub(super) fn silent_since(&self) -> Option<Tick> {
        let state = self.lock();
        (state.doing != Doing::Answer).then_some(state.since)
    }

    /// Whether it has been waited for too long.
    pub(super) fn is_overdue(&self) -> bool {
        let (state, now) = (self.lock(), Tick::now());
        let limit = match state.doing {
            Doing::Head => Some(HEAD_WITHIN),
            Doing::Body => Some(BODY_WITHIN),
            Doing::Idle => Some(IDLE_FOR),
            Doing::Answer => None,
        };
        let waited = |since: Tick, limit: Duration| now.duration_since(since) >= limit;
        limit.is_some_and(|limit| waited(state.since, limit))
            || state.stalled_since.is_some_and(|since| waited(since, STALLED_FOR))
    }

    /// Closes the connection, whatever it does.
    pub(super) fn close(&self) {
        self.closing.cancel();
    }

    /// Waits until it is to be closed.
    pub(super) async fn closing(&self) {
        self.closing.cancelled().await;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn becomes(&mut self, doing: Doing) {
        (self.doing, self.since) = (doing, Tick::now());
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    async fn later(seconds: u64) {
        advance(Duration::from_secs(seconds)).await;
    }

    #[tokio::test(start_paused = true)]
    async fn a_head_that_comes_in_pieces_has_as_long_as_one_that_does_not_come() {
        let activity = Activity::begun();
        later(9).await;
        activity.receives();
        assert!(!activity.is_overdue() && activity.silent_since().is_some());
        later(1).await;
        assert!(activity.is_overdue());
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_comes_in_drops_is_overdue_as_a_whole() {
        let activity = Activity::begun();
        activity.is_asked();
        for _ in 0..5 {
            activity.waits_for_body();
            assert!(!activity.is_overdue());
            later(2).await;
            activity.has_body();
        }
        assert!(!activity.is_overdue(), "an answer may take its time");
        activity.waits_for_body();
        assert!(activity.is_overdue());
    }

    #[tokio::test(start_paused = true)]
    async fn an_idle_connection_has_a_minute_and_its_next_head_ten_seconds() {
        let activity = Activity::begun();
        activity.is_asked();
        later(600).await;
        assert!(!activity.is_overdue() && activity.silent_since().is_none());
        activity.has_answered();
        later(59).await;
        assert!(!activity.is_overdue());
        activity.receives();
        later(9).await;
        assert!(!activity.is_overdue());
        later(1).await;
        assert!(activity.is_overdue());
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_takes_nothing_of_an_answer_is_overdue_and_whoever_takes_some_is_not() {
        let activity = Activity::begun();
        activity.is_asked();
        activity.sends(false);
        later(29).await;
        activity.sends(false);
        assert!(!activity.is_overdue());
        activity.sends(true);
        later(5).await;
        assert!(!activity.is_overdue());
        activity.sends(false);
        later(30).await;
        assert!(activity.is_overdue());
    }
}
