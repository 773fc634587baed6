//! Board of the states to publish, the newest of each topic: between their makers and the client that publishes them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio::sync::Notify;

/// The newest state of each topic. Posting never waits: while the broker is away, newer states take the
/// place of older ones, so it never holds more than one a topic.
#[derive(Debug, Default)]
pub struct StateBoard {
    states: Mutex<States>,
    posted: Notify,
}

#[derive(Debug, Default)]
struct States {
    latest: BTreeMap<String, Bytes>,
    unpublished: BTreeSet<String>,
}

impl StateBoard {
    /// Puts up newer states: topics with payloads.
    pub fn post(&self, states: impl IntoIterator<Item = (String, Vec<u8>)>) {
        let mut board = self.lock();
        for (topic, payload) in states {
            board.unpublished.insert(topic.clone());
            board.latest.insert(topic, payload.into());
        }
        drop(board);
        self.posted.notify_one();
    }

    /// Returns when something was posted since the last call.
    pub(crate) async fn posted(&self) {
        self.posted.notified().await;
    }

    /// Takes the next state that is to be published.
    pub(crate) fn take(&self) -> Option<(String, Bytes)> {
        let mut board = self.lock();
        let topic = board.unpublished.pop_first()?;
        let payload = board.latest.get(&topic).cloned()?;
        Some((topic, payload))
    }

    /// All are to be published: the broker may have forgotten them.
    pub(crate) fn begin_anew(&self) {
        let board = &mut *self.lock();
        board.unpublished = board.latest.keys().cloned().collect();
    }

    fn lock(&self) -> MutexGuard<'_, States> {
        self.states.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn post(board: &StateBoard, topic: &str, payload: &str) {
        board.post([(topic.to_owned(), payload.as_bytes().to_vec())]);
    }

    fn take_all(board: &StateBoard) -> Vec<(String, String)> {
        let text = |(topic, payload): (String, Bytes)| {
            (topic, String::from_utf8(payload.to_vec()).unwrap())
        };
        std::iter::from_fn(|| board.take()).map(text).collect()
    }

    #[test]
    fn while_the_broker_is_away_only_the_newest_state_of_a_topic_is_kept() {
        let board = StateBoard::default();
        post(&board, "building", "1");
        post(&board, "building", "2");
        assert_eq!(take_all(&board), [("building".to_owned(), "2".to_owned())]);
        assert_eq!(take_all(&board), []);
    }

    #[test]
    fn a_broker_that_returns_gets_every_state_again() {
        let board = StateBoard::default();
        post(&board, "building", "1");
        post(&board, "zones/hall", "2");
        take_all(&board);
        board.begin_anew();
        assert_eq!(take_all(&board).len(), 2);
    }
}
