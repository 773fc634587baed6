//! Pauses between attempts.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

/// Pauses that double from the first to the longest, each shortened by chance by up to a half, so that gateways
/// that lost the same broker do not return all at once.
#[derive(Debug)]
pub(crate) struct Backoff {
    first: Duration,
    longest: Duration,
    next: Duration,
}

impl Backoff {
    /// For a broker that may be back at any moment.
    pub(crate) const fn of_a_broker() -> Self {
        Self::new(Duration::from_millis(200), Duration::from_secs(5))
    }

    /// For a store whose disk is full or whose file is locked.
    pub(crate) const fn of_a_store() -> Self {
        Self::new(Duration::from_millis(100), Duration::from_secs(5))
    }

    const fn new(first: Duration, longest: Duration) -> Self {
        Self { first, longest, next: first }
    }

    /// The pause before the next attempt.
    pub(crate) fn pause(&mut self) -> Duration {
        let pause = self.next;
        self.next = (pause * 2).min(self.longest);
        // Each `RandomState` hashes differently; nothing depends on how well.
        let chance = RandomState::new().hash_one(()) % 1000;
        pause.saturating_sub((pause / 2000) * u32::try_from(chance).unwrap_or(0))
    }

    /// The last attempt succeeded.
    pub(crate) fn reset(&mut self) {
        self.next = self.first;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_five_seconds_and_begin_short_again_after_a_success() {
        let mut backoff = Backoff::of_a_broker();
        let pauses: Vec<_> = (0..20).map(|_| backoff.pause().as_millis()).collect();
        assert!((100..=200).contains(&pauses[0]), "{pauses:?}");
        assert!((2500..=5000).contains(&pauses[19]), "{pauses:?}");

        backoff.reset();
        assert!(backoff.pause().as_millis() <= 200);
    }
}
