//! The queue before the one place where passwords are hashed.
//!
//! A hash takes some MiB and a good part of a second of a Pi. So one is made at a time, always in the same memory, and
//! few may wait for it. Whoever hangs up gives up its place in the queue; a hash that has begun keeps the turn until it
//! is done, whether anybody waits for it or not.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::spawn_blocking;

use super::password::Workspace;

/// Passwords that are hashed or wait for it at the same time.
const MOST_WAITING: usize = 8;

/// Queue, and the memory that all hashes share.
pub(super) struct Hashing {
    places: Arc<Semaphore>,
    turn: Arc<Semaphore>,
    workspace: Arc<Mutex<Workspace>>,
}

/// A place in the queue.
pub(super) struct Place {
    _permit: OwnedSemaphorePermit,
}

/// The right to make the next hash.
pub(super) struct Turn {
    _place: Place,
    _permit: OwnedSemaphorePermit,
    workspace: Arc<Mutex<Workspace>>,
}

impl Default for Hashing {
    fn default() -> Self {
        Self {
            places: Arc::new(Semaphore::new(MOST_WAITING)),
            turn: Arc::new(Semaphore::new(1)),
            workspace: Arc::default(),
        }
    }
}

impl Hashing {
    /// A place in the queue; `None` when it is full.
    pub(super) fn queue_up(&self) -> Option<Place> {
        Arc::clone(&self.places).try_acquire_owned().ok().map(|permit| Place { _permit: permit })
    }

    /// Waits until it is the turn of this place.
    pub(super) async fn turn(&self, place: Place) -> Turn {
        let turn = Arc::clone(&self.turn).acquire_owned().await;
        let turn = turn.expect("the semaphore is never closed");
        Turn { _place: place, _permit: turn, workspace: Arc::clone(&self.workspace) }
    }
}

impl Turn {
    /// Whether the password is the one of which the hash was made; `None` stands for an account that is not there.
    pub(super) async fn fits(self, stored: Option<String>, password: String) -> bool {
        let work = spawn_blocking(move || {
            // All of it moves here: the turn ends with the hash.
            let turn = self;
            let mut workspace = turn.workspace.lock().unwrap_or_else(PoisonError::into_inner);
            workspace.fits(stored.as_deref(), &password)
        });
        work.await.unwrap_or(false)
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    #[tokio::test]
    async fn the_queue_is_bounded_and_whoever_gives_up_leaves_a_place() {
        let hashing = Hashing::default();
        let mut waiting: Vec<Place> =
            (0..MOST_WAITING).map(|_| hashing.queue_up().unwrap()).collect();
        assert!(hashing.queue_up().is_none());

        waiting.pop();

        assert!(hashing.queue_up().is_some());
    }

    #[tokio::test]
    async fn a_hash_that_has_begun_keeps_its_turn_though_nobody_waits_for_it() {
        let hashing = Hashing::default();
        let turn = hashing.turn(hashing.queue_up().unwrap()).await;
        // The hash cannot be done before the memory is free.
        let memory = hashing.workspace.lock().unwrap();
        let mut given_up = Box::pin(turn.fits(None, "un secret de trop".to_owned()));
        assert!(given_up.as_mut().now_or_never().is_none());
        drop(given_up);

        let mut next = Box::pin(hashing.turn(hashing.queue_up().unwrap()));
        assert!(next.as_mut().now_or_never().is_none(), "two hashes at once");

        drop(memory);
        next.await;
    }
}
