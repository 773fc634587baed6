//! Pauses between attempts at a server, store or disk that is away.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

/// Pauses that double from the first to the longest, each shortened by chance by up to a half, so that clients that
/// lost the same server do not return all at once.
#[derive(Clone, Debug)]
pub struct Backoff {
    first: Duration,
    longest: Duration,
    failures: u32,
}

impl Backoff {
    /// Pauses from `first` to `longest`.
    pub const fn new(first: Duration, longest: Duration) -> Self {
        Self { first, longest, failures: 0 }
    }

    /// Pause before the next attempt, after one that failed.
    pub fn pause(&mut self) -> Duration {
        let pause = shortened(self.doubled(), Jitter::by_chance());
        self.failures = self.failures.saturating_add(1);
        pause
    }

    /// Pause before the next attempt at a server that requests one: that and up to a quarter more, or the own pause
    /// where that is longer.
    pub fn pause_at_least(&mut self, requested: Duration) -> Duration {
        self.pause().max(lengthened(requested, Jitter::by_chance()))
    }

    /// Begins again with the first pause, after an attempt that succeeded.
    pub const fn reset(&mut self) {
        self.failures = 0;
    }

    /// Attempts that failed since the last success.
    pub const fn failures(&self) -> u32 {
        self.failures
    }

    fn doubled(&self) -> Duration {
        self.first.saturating_mul(2_u32.saturating_pow(self.failures)).min(self.longest)
    }
}

/// A number from 0 to 999 that chance has drawn.
#[derive(Clone, Copy, Debug)]
struct Jitter(u32);

impl Jitter {
    fn by_chance() -> Self {
        // Each `RandomState` hashes differently; nothing depends on how well.
        Self(u32::try_from(RandomState::new().hash_one(()) % 1000).unwrap_or(0))
    }
}

/// `pause` less up to a half of it.
fn shortened(pause: Duration, jitter: Jitter) -> Duration {
    pause.saturating_sub((pause / 2000) * jitter.0)
}

/// `pause` and up to a quarter of it more.
fn lengthened(pause: Duration, jitter: Jitter) -> Duration {
    pause.saturating_add((pause / 4000) * jitter.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BACKOFF: Backoff = Backoff::new(Duration::from_secs(1), Duration::from_mins(1));

    #[test]
    fn pauses_double_from_the_first_to_the_longest() {
        let pause = |failures| Backoff { failures, ..BACKOFF }.doubled().as_secs();
        assert_eq!([0, 1, 2, 5, 6, 40, u32::MAX].map(pause), [1, 2, 4, 32, 60, 60, 60]);
    }

    #[test]
    fn pauses_grow_to_the_longest_and_begin_short_again_after_a_success() {
        let mut backoff = BACKOFF;
        let pauses: Vec<_> = (0..20).map(|_| backoff.pause().as_secs_f64()).collect();
        assert!((0.5..=1.0).contains(&pauses[0]), "{pauses:?}");
        assert!((30.0..=60.0).contains(&pauses[19]), "{pauses:?}");
        assert_eq!(backoff.failures(), 20);

        backoff.reset();
        assert_eq!(backoff.failures(), 0);
        assert!(backoff.pause() <= Duration::from_secs(1));
    }

    #[test]
    fn chance_shortens_a_pause_by_up_to_a_half() {
        let second = Duration::from_secs(1);
        assert_eq!(shortened(second, Jitter(0)), second);
        assert_eq!(shortened(second, Jitter(500)), Duration::from_millis(750));
        assert_eq!(shortened(second, Jitter(999)), Duration::from_micros(500_500));
    }

    #[test]
    fn chance_lengthens_what_a_server_requests_by_up_to_a_quarter() {
        assert_eq!(lengthened(Duration::from_secs(100), Jitter(400)), Duration::from_secs(110));
        let mut backoff = BACKOFF;
        for _ in 0..20 {
            let pause = backoff.pause_at_least(Duration::from_secs(100)).as_secs_f64();
            assert!((100.0..=125.0).contains(&pause), "{pause}");
        }
    }
}
