//! Lines of a log for something that happens again and again: one at once, then at most one in a while, with the count of
//! those left out.

use std::time::{Duration, Instant};

/// When the next line is due.
#[derive(Clone, Copy, Debug)]
pub struct Seldom {
    every: Duration,
    last: Option<Instant>,
    left_out: u64,
}

impl Seldom {
    /// At most one line in `every`.
    pub const fn new(every: Duration) -> Self {
        Self { every, last: None, left_out: 0 }
    }

    /// Whether a line is due at `now`: then with the number of those that were left out since the last one.
    pub fn take(&mut self, now: Instant) -> Option<u64> {
        if self.last.is_some_and(|last| now.saturating_duration_since(last) < self.every) {
            self.left_out += 1;
            return None;
        }
        self.last = Some(now);
        Some(std::mem::take(&mut self.left_out))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_what_happens_a_thousand_times_a_minute_one_line_is_written_and_the_rest_is_counted() {
        let mut lines = Seldom::new(Duration::from_mins(5));
        let begin = Instant::now();
        let at = |seconds: u64| begin + Duration::from_secs(seconds);
        assert_eq!(lines.take(at(0)), Some(0));
        for second in 1..300 {
            assert_eq!(lines.take(at(second)), None);
        }
        assert_eq!(lines.take(at(300)), Some(299));
        assert_eq!(lines.take(at(900)), Some(0));
    }
}
