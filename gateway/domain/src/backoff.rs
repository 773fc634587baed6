//! Pauses between attempts at a server that is away.

use std::time::Duration;

/// Pauses that double from the first to the longest, each shortened by chance by up to a half, so that clients that
/// lost the same server do not return all at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    first: Duration,
    longest: Duration,
}

impl Backoff {
    /// Pauses from `first` to `longest`.
    pub const fn new(first: Duration, longest: Duration) -> Self {
        Self { first, longest }
    }

    /// The pause after `failures` earlier ones since the last success.
    pub fn pause(&self, failures: u32, jitter: Jitter) -> Duration {
        let doubled = self.first.saturating_mul(2_u32.saturating_pow(failures));
        let pause = if failures == 0 { self.first } else { doubled.min(self.longest) };
        pause.saturating_sub((pause / 2000) * jitter.0)
    }
}

/// A number between 0 and 999 that chance has drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Jitter(u32);

impl Jitter {
    /// No jitter: the whole pause.
    pub const NONE: Self = Self(0);

    /// Jitter from any random number.
    pub fn of(random: u64) -> Self {
        Self(u32::try_from(random % 1000).unwrap_or(0))
    }

    /// `pause` and up to a quarter of it more.
    pub fn lengthen(self, pause: Duration) -> Duration {
        pause.saturating_add((pause / 4000) * self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BACKOFF: Backoff = Backoff::new(Duration::from_secs(1), Duration::from_mins(1));

    #[test]
    fn pauses_double_from_the_first_to_the_longest() {
        let pauses = [0, 1, 2, 5, 6, 40, u32::MAX]
            .map(|failures| BACKOFF.pause(failures, Jitter::NONE).as_secs());
        assert_eq!(pauses, [1, 2, 4, 32, 60, 60, 60]);
    }

    #[test]
    fn chance_shortens_a_pause_by_up_to_a_half() {
        assert_eq!(BACKOFF.pause(0, Jitter::of(500)), Duration::from_millis(750));
        assert_eq!(BACKOFF.pause(0, Jitter::of(999)), Duration::from_micros(500_500));
        assert_eq!(BACKOFF.pause(0, Jitter::of(1000)), Duration::from_secs(1));
    }

    #[test]
    fn chance_lengthens_what_a_server_requests_by_up_to_a_quarter() {
        assert_eq!(Jitter::of(400).lengthen(Duration::from_secs(100)), Duration::from_secs(110));
    }
}
