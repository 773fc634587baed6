//! How long to wait for a server that is away.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

/// A server that asks to wait longer is asked again all the same: it may have meant something else.
const LONGEST_ASKED: Duration = Duration::from_mins(15);

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
        pause.saturating_sub((pause / 2000) * chance())
    }

    /// The pause before the next attempt at a server that asks to wait for `asked`: that and up to a quarter more, as
    /// long as it is no more than [`LONGEST_ASKED`].
    pub(super) fn pause_at_least(&mut self, asked: Duration) -> Duration {
        let asked = asked.min(LONGEST_ASKED);
        self.pause().max(asked + (asked / 4000) * chance())
    }

    /// The last attempt succeeded.
    pub(super) fn reset(&mut self) {
        self.next = self.first;
    }
}

/// From 0 to 999. Each `RandomState` hashes differently; nothing depends on how well.
fn chance() -> u32 {
    u32::try_from(RandomState::new().hash_one(()) % 1000).unwrap_or(0)
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
    fn a_server_is_given_the_time_it_asks_for_and_a_little_more_but_not_for_ever() {
        let mut backoff = Backoff::new(Duration::from_secs(1), Duration::from_mins(1));
        for _ in 0..20 {
            let pause = backoff.pause_at_least(Duration::from_secs(100)).as_secs_f64();
            assert!((100.0..=125.0).contains(&pause), "{pause}");
        }
        let pause = backoff.pause_at_least(Duration::from_hours(1000));
        assert!(pause <= Duration::from_mins(19), "{pause:?}");
    }
}
