//! Reviews the last weeks once a night, and a minute after the start, and hands them to the live figures.

use std::sync::Arc;
use std::time::Duration;

use domain::Instant;
use domain::live::LookBack;
use domain::site::Site;
use figures::{FigureError, Figures};
use tokio::task::JoinSet;
use tokio::time::Instant as Moment;

/// After a start sensors and pages come first.
const FIRST_AFTER: Duration = Duration::from_mins(1);

/// When to review the last weeks, and the reviews under way.
pub(crate) struct WeeklyReview {
    site: Arc<Site>,
    figures: Figures,
    first: Moment,
    begun: Option<Instant>,
    reviews: JoinSet<Result<LookBack, FigureError>>,
}

impl WeeklyReview {
    pub(crate) fn new(site: Arc<Site>, figures: Figures, start: Moment) -> Self {
        let first = start + FIRST_AFTER;
        Self { site, figures, first, begun: None, reviews: JoinSet::new() }
    }

    /// The review that ended since the last call, if one did; begins one when it is time.
    pub(crate) fn turn(&mut self, moment: Moment, now: Instant) -> Option<LookBack> {
        if self.reviews.is_empty() && moment >= self.first && self.is_due(now) {
            self.begun = Some(now);
            let figures = self.figures.clone();
            self.reviews.spawn(async move { figures.view(None).await?.weekly_review().await });
        }
        match self.reviews.try_join_next()?.expect("a review neither panics nor is aborted") {
            Ok(weeks) => Some(weeks),
            Err(error) => {
                let error: &dyn std::error::Error = &error;
                tracing::error!(
                    error,
                    "the last weeks cannot be read; alerts on them wait for tomorrow"
                );
                None
            }
        }
    }

    /// Whether a night has ended since the last time.
    fn is_due(&self, now: Instant) -> bool {
        // One that was begun later than now was begun by a clock that was ahead.
        let begun = self.begun.filter(|begun| *begun <= now);
        begun.is_none_or(|begun| LookBack::morning(&self.site, now) > Some(begun))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use domain::live::Live;
    use domain::testing::{reading, site, source};
    use domain::{ManualClock, Quantity};
    use store::{Batch, MemoryStore, SeriesWriter};

    use super::*;

    const METER_AND_AIR: &str = "[[zone]]\nid = \"z\"\nname = \"Z\"\n\
        [[meter]]\nid = \"server\"\nname = \"S\"\nenergy = [{ device = \"s\" }]\n\
        [[point]]\nid = \"c\"\nzone = \"z\"\nquantity = \"co2\"\nsources = [{ device = \"c\" }]\n";
    const QUARTER_S: i64 = 900;
    const DAY: i64 = 96;

    fn at(quarter: i64) -> Instant {
        let start: Instant = "2026-10-10T00:00:00Z".parse().unwrap();
        Instant::from_millis(start.as_millis() + quarter * QUARTER_S * 1000)
    }

    /// A server that draws 1 kW, and from the 20th day on another power; a CO2 instrument; each every quarter of an hour.
    async fn store(days: i64, watts: f64, ppm: f64) -> MemoryStore {
        let store = MemoryStore::new();
        let server = source("s", Quantity::EnergyImported);
        let air = source("c", Quantity::Co2);
        let (mut total, mut readings) = (1e6, Vec::new());
        for quarter in 0..days * DAY {
            total += if quarter < 20 * DAY { 250.0 } else { watts / 4.0 };
            readings.push(reading(&server, at(quarter), total));
            let breath = if quarter % 7 == 0 { 3.0 } else { 0.0 };
            readings.push(reading(&air, at(quarter), ppm + breath));
        }
        store.append(Batch { readings, ..Batch::default() }).await.unwrap();
        store
    }

    async fn raised(store: MemoryStore, days: i64) -> Vec<String> {
        let site = Arc::new(site(METER_AND_AIR));
        let now = at(days * DAY + 24);
        let figures = Figures::new(store, Arc::clone(&site), Arc::new(ManualClock::new(now)));
        let view = figures.view(None).await.unwrap();
        let looked = view.weekly_review().await.unwrap();
        let mut live = Live::new(site, now);
        live.look_back(&looked);
        live.states(now);
        live.alerts().iter().map(|alert| alert.matter.key()).collect()
    }

    #[tokio::test]
    async fn a_server_that_draws_half_as_much_again_at_night_is_found_from_what_the_store_keeps() {
        assert_eq!(raised(store(22, 1500.0, 430.0).await, 22).await, ["baseload/server"]);
        assert_eq!(raised(store(22, 1000.0, 430.0).await, 22).await, Vec::<String>::new());
    }

    #[tokio::test]
    async fn co2_that_is_below_any_air_for_a_week_of_nights_is_found_from_what_the_store_keeps() {
        assert_eq!(raised(store(8, 1000.0, 360.0).await, 8).await, ["instrument/c"]);
    }

    #[tokio::test]
    async fn the_last_weeks_are_looked_at_a_minute_after_the_start_and_once_a_night() {
        let site = Arc::new(site(METER_AND_AIR));
        let start = Moment::now();
        let clock = Arc::new(ManualClock::new(at(0)));
        let figures = Figures::new(store(2, 1000.0, 430.0).await, Arc::clone(&site), clock);
        let mut review = WeeklyReview::new(site, figures, start);
        let mut begins = |minutes: u64, now: &str| {
            review.turn(start + Duration::from_mins(minutes), now.parse().unwrap());
            let begun = review.reviews.len();
            review.reviews = JoinSet::new();
            begun
        };
        assert_eq!(begins(0, "2026-10-12T12:00:00Z"), 0);
        assert_eq!(begins(1, "2026-10-12T12:01:00Z"), 1);
        assert_eq!(begins(2, "2026-10-12T12:02:00Z"), 0);
        assert_eq!(begins(900, "2026-10-13T03:20:00Z"), 0, "twenty past five in Paris");
        assert_eq!(begins(920, "2026-10-13T03:40:00Z"), 1);
        assert_eq!(begins(930, "2026-10-13T03:50:00Z"), 0);
        assert_eq!(begins(940, "2040-01-01T12:00:00Z"), 1, "the clock runs ahead");
        assert_eq!(begins(950, "2026-10-13T04:10:00Z"), 1, "and is set right");
    }
}
