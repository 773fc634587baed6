//! How long to wait for a server that is away.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

/// Pauses that double from the first to the longest, each shortened by chance by up to a half, so that gateways that
/// lost the same server do not return all at once.
#[derive(Debug)]
pub(super) struct Backoff {
    first: Duration,
    longest: Duration,
    next: Duration,
}

impl Backoff {
    pub(super) const fn new(first: Duration, longest: Duration) -> Self {
        Self { first, longest, next: first }
    }

    /// The pause before the next attempt.
    pub(super) fn pause(&mut self) -> Duration {
        let pause = self.next;
        self.next = (pause * 2).min(self.longest);
        // Each `RandomState` hashes differently; nothing depends on how well.
        let chance = RandomState::new().hash_one(()) % 1000;
        pause.saturating_sub((pause / 2000) * u32::try_from(chance).unwrap_or(0))
    }

    /// The last attempt succeeded.
    pub(super) fn reset(&mut self) {
        self.next = self.first;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_the_longest_and_begin_short_again_after_a_success() {
        let mut backoff = Backoff::new(Duration::from_secs(1), Duration::from_mins(1));
        let pauses: Vec<_> = (0..20).map(|_| backoff.pause().as_secs_f64()).collect();
        assert!((0.5..=1.0).contains(&pauses[0]), "{pauses:?}");
        assert!((30.0..=60.0).contains(&pauses[19]), "{pauses:?}");

        backoff.reset();
        assert!(backoff.pause() <= Duration::from_secs(1));
    }
}
