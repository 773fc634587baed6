//! Pauses between attempts.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

/// Pauses that double from the first to the longest, each shortened by chance by up to a half, so that gateways
/// that lost the same broker do not return all at once.
#[derive(Debug)]
pub(crate) struct Backoff {
    first: Duration,
    longest: Duration,
    attempt: u32,
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
        Self { first, longest, attempt: 0 }
    }

    /// The pause before the next attempt.
    pub(crate) fn pause(&mut self) -> Duration {
        let pause = delay(self.first, self.longest, self.attempt, per_mille());
        self.attempt = self.attempt.saturating_add(1);
        pause
    }

    /// The last attempt succeeded.
    pub(crate) fn reset(&mut self) {
        self.attempt = 0;
    }
}

/// Delay after `attempt` earlier ones; `jitter` from 0 to 1000 shortens it by up to a half.
fn delay(first: Duration, longest: Duration, attempt: u32, jitter: u32) -> Duration {
    let doubled = first.saturating_mul(2_u32.saturating_pow(attempt)).min(longest);
    doubled.saturating_sub((doubled / 2000) * jitter)
}

/// A number from 0 to 999 by chance. Each `RandomState` hashes differently; nothing depends on how well.
fn per_mille() -> u32 {
    u32::try_from(RandomState::new().hash_one(()) % 1000).unwrap_or(0)
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

    #[test]
    fn a_pause_follows_from_its_attempt_and_its_jitter_however_many_attempts_there_were() {
        let pause = |attempt, jitter| {
            delay(Duration::from_millis(200), Duration::from_secs(5), attempt, jitter).as_millis()
        };
        assert_eq!(
            [0, 1, 2, 5, 1000].map(|attempt| pause(attempt, 0)),
            [200, 400, 800, 5000, 5000]
        );
        assert_eq!(pause(1, 1000), 200);
    }
}
