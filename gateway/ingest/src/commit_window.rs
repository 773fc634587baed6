//! Commit window: the pure rule that closes a batch of deliveries.
//!
//! A batch is closed when its oldest delivery has waited for the window, when it is full, or when the broker
//! will send nothing more before it is acknowledged. No broker states how many deliveries it lets be unacknowledged
//! (20 with Mosquitto as it comes, 1000 as we ship it), so this ceiling is learned: traffic stops at a number, and
//! as soon as that number is acknowledged a burst follows.

use std::time::{Duration, Instant};

/// Fewer unacknowledged deliveries than these are no sign of a ceiling.
const CEILING_MIN: usize = 10;
/// How long traffic must have stopped to look like a ceiling.
const STALL: Duration = Duration::from_millis(50);
/// Time after the acknowledgement within which the burst must come.
const BURST: Duration = Duration::from_millis(50);
/// From this ceiling on, half of it makes a batch, so that the broker can send while we commit.
const HALVED_FROM: usize = 100;

/// Decides when a batch of deliveries is closed. Times are of the monotonic clock.
#[derive(Debug)]
pub struct CommitWindow {
    length: Duration,
    limit: usize,
    pending: usize,
    oldest: Option<Instant>,
    unacknowledged: usize,
    last_arrival: Option<Instant>,
    ceiling: Option<usize>,
    suspicion: Suspicion,
}

/// Evidence for a ceiling that is not learned yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Suspicion {
    None,
    /// Traffic stopped with this count unacknowledged.
    Stalled(usize),
    /// The deliveries of the stall were acknowledged at `since`, and `burst` have come after it.
    Proving {
        ceiling: usize,
        since: Instant,
        burst: usize,
    },
}

/// Time at which the pending batch is to be closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// No delivery is pending.
    Never,
    /// Close it then.
    At(Instant),
    /// Close it.
    Now,
}

impl CommitWindow {
    /// A window of this length that closes at `limit` deliveries at the latest.
    pub const fn new(length: Duration, limit: usize) -> Self {
        Self {
            length,
            limit,
            pending: 0,
            oldest: None,
            unacknowledged: 0,
            last_arrival: None,
            ceiling: None,
            suspicion: Suspicion::None,
        }
    }

    /// A delivery joins the batch. `awaited` when the broker waits for its acknowledgement.
    pub fn arrived(&mut self, now: Instant, awaited: bool) {
        self.pending += 1;
        self.oldest.get_or_insert(now);
        if awaited {
            self.weigh_burst(now);
            self.unacknowledged += 1;
            self.last_arrival = Some(now);
            if self.ceiling.is_some_and(|ceiling| self.unacknowledged > ceiling) {
                self.ceiling = None;
            }
        }
    }

    fn weigh_burst(&mut self, now: Instant) {
        self.suspicion = match self.suspicion {
            // It came without an acknowledgement: there was no ceiling.
            Suspicion::None | Suspicion::Stalled(_) => Suspicion::None,
            Suspicion::Proving { since, .. } if now > since + BURST => Suspicion::None,
            Suspicion::Proving { ceiling, burst, .. } if burst + 1 >= ceiling / 2 => {
                self.ceiling = Some(ceiling);
                Suspicion::None
            }
            Suspicion::Proving { ceiling, since, burst } => {
                Suspicion::Proving { ceiling, since, burst: burst + 1 }
            }
        };
    }

    /// When to close the pending batch, while no other is being committed.
    pub fn due(&self) -> Due {
        let Some(oldest) = self.oldest else { return Due::Never };
        let blocked = self.ceiling.is_some_and(|ceiling| {
            let half = ceiling >= HALVED_FROM && self.pending >= ceiling / 2;
            half || self.unacknowledged >= ceiling
        });
        if blocked || self.pending >= self.limit { Due::Now } else { Due::At(oldest + self.length) }
    }

    /// The batch was closed, the next one begins.
    pub fn closed(&mut self, now: Instant) {
        let silent = self.last_arrival.is_some_and(|last| now >= last + STALL);
        if self.ceiling.is_none() && silent && self.unacknowledged >= CEILING_MIN {
            self.suspicion = Suspicion::Stalled(self.unacknowledged);
        }
        self.pending = 0;
        self.oldest = None;
    }

    /// Counts deliveries as acknowledged for which the broker waited.
    pub fn acknowledged(&mut self, count: usize, now: Instant) {
        self.unacknowledged = self.unacknowledged.saturating_sub(count);
        if let Suspicion::Stalled(ceiling) = self.suspicion {
            self.suspicion = Suspicion::Proving { ceiling, since: now, burst: 0 };
        }
    }

    /// A new connection: what was unacknowledged will be delivered again.
    pub fn reconnected(&mut self) {
        self.unacknowledged = 0;
        self.suspicion = Suspicion::None;
    }

    /// Count of the deliveries in the pending batch.
    pub const fn pending(&self) -> usize {
        self.pending
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);
    const MS: Duration = Duration::from_millis(1);

    fn window() -> CommitWindow {
        CommitWindow::new(SECOND, 2000)
    }

    fn arrive(window: &mut CommitWindow, count: usize, now: Instant) {
        for _ in 0..count {
            window.arrived(now, true);
        }
    }

    /// Twenty come, nothing more for a second, they are acknowledged, and `burst` follow 5 ms later.
    fn after_a_stall_at_twenty(burst: usize, start: Instant) -> CommitWindow {
        let mut window = window();
        arrive(&mut window, 20, start);
        window.closed(start + SECOND);
        window.acknowledged(20, start + SECOND);
        arrive(&mut window, burst, start + SECOND + 5 * MS);
        window
    }

    #[test]
    fn a_reading_waits_no_longer_than_the_window_counted_from_the_oldest() {
        let start = Instant::now();
        let mut window = window();
        assert_eq!(window.due(), Due::Never);

        arrive(&mut window, 1, start);
        arrive(&mut window, 1, start + 900 * MS);

        assert_eq!(window.due(), Due::At(start + SECOND));
    }

    #[test]
    fn a_full_batch_does_not_wait() {
        let start = Instant::now();
        let mut window = window();
        arrive(&mut window, 1999, start);
        assert_ne!(window.due(), Due::Now);
        arrive(&mut window, 1, start);
        assert_eq!(window.due(), Due::Now);
    }

    #[test]
    fn a_broker_that_stops_at_twenty_and_goes_on_when_acknowledged_is_known_to_stop_at_twenty() {
        let window = after_a_stall_at_twenty(20, Instant::now());
        assert_eq!(window.due(), Due::Now);
    }

    #[test]
    fn twenty_sensors_that_report_once_in_a_while_are_no_ceiling() {
        let start = Instant::now();
        let mut window = after_a_stall_at_twenty(3, start);
        arrive(&mut window, 17, start + 2 * SECOND);
        assert!(matches!(window.due(), Due::At(_)));
    }

    #[test]
    fn a_ceiling_is_forgotten_when_more_than_it_were_pending() {
        let start = Instant::now();
        let mut window = after_a_stall_at_twenty(20, start);
        arrive(&mut window, 1, start + SECOND + 6 * MS);
        assert!(matches!(window.due(), Due::At(_)));
    }

    #[test]
    fn traffic_that_resumes_without_an_acknowledgement_had_no_ceiling() {
        let start = Instant::now();
        let mut window = window();
        arrive(&mut window, 20, start);
        window.closed(start + SECOND);
        arrive(&mut window, 1, start + SECOND + MS);
        window.acknowledged(20, start + SECOND + 2 * MS);
        arrive(&mut window, 19, start + SECOND + 3 * MS);
        assert!(matches!(window.due(), Due::At(_)));
    }

    #[test]
    fn with_a_wide_ceiling_half_of_it_makes_a_batch_so_that_the_broker_sends_meanwhile() {
        let start = Instant::now();
        let mut window = window();
        arrive(&mut window, 1000, start);
        window.closed(start + SECOND);
        window.acknowledged(1000, start + SECOND);
        arrive(&mut window, 500, start + SECOND + 5 * MS);
        assert_eq!(window.due(), Due::Now);
    }

    #[test]
    fn a_new_connection_begins_to_count_anew_and_keeps_the_ceiling() {
        let start = Instant::now();
        let mut window = after_a_stall_at_twenty(20, start);
        window.closed(start + SECOND + 6 * MS);
        window.reconnected();
        arrive(&mut window, 19, start + 2 * SECOND);
        assert_ne!(window.due(), Due::Now);
        arrive(&mut window, 1, start + 2 * SECOND);
        assert_eq!(window.due(), Due::Now);
    }
}
