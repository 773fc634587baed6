//! Pauses between attempts at InfluxDB: those that it requests, or our own.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use domain::backoff::Jitter;

/// Longest requested pause that is respected; the server may have meant another unit.
const LONGEST_REQUESTED: Duration = Duration::from_mins(15);

/// The pauses, and how many of them there were since the last success.
#[derive(Debug)]
pub(super) struct Backoff {
    pauses: domain::backoff::Backoff,
    failures: u32,
}

impl Backoff {
    pub(super) const fn new(first: Duration, longest: Duration) -> Self {
        Self { pauses: domain::backoff::Backoff::new(first, longest), failures: 0 }
    }

    /// The pause before the next attempt.
    pub(super) fn pause(&mut self) -> Duration {
        let pause = self.pauses.pause(self.failures, jitter());
        self.failures = self.failures.saturating_add(1);
        pause
    }

    /// The pause before the next attempt at a server that requests one: that and up to a quarter more, as long as it is
    /// no more than [`LONGEST_REQUESTED`].
    pub(super) fn pause_at_least(&mut self, requested: Duration) -> Duration {
        self.pause().max(jitter().lengthen(requested.min(LONGEST_REQUESTED)))
    }

    /// The last attempt succeeded.
    pub(super) fn reset(&mut self) {
        self.failures = 0;
    }
}

fn jitter() -> Jitter {
    // Each `RandomState` hashes differently; nothing depends on how well.
    Jitter::of(RandomState::new().hash_one(()))
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

    #[test]
    fn a_server_is_given_the_time_it_requests_and_a_little_more_but_not_for_ever() {
        let mut backoff = Backoff::new(Duration::from_secs(1), Duration::from_mins(1));
        for _ in 0..20 {
            let pause = backoff.pause_at_least(Duration::from_secs(100)).as_secs_f64();
            assert!((100.0..=125.0).contains(&pause), "{pause}");
        }
        let pause = backoff.pause_at_least(Duration::from_hours(1000));
        assert!(pause <= Duration::from_mins(19), "{pause:?}");
    }
}
