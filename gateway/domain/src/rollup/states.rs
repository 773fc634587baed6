//! How long a state was true, from rollups. A state holds until it changes, over the borders of buckets and over
//! buckets without readings.

use super::{Basis, Rollup};
use crate::calendar::Bucket;
use crate::instant::{Instant, Period};

/// Time of a state in a period.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct StateTime {
    /// Time in which a reading holds, in ms.
    pub known_ms: i64,
    /// Of this, time that it was true, in ms.
    pub true_ms: f64,
}

/// Known and true time of a state in each period of `grid`, up to `now`.
///
/// `buckets` are all rollups that overlap the grid, of periods that are whole parts of the grid's; `before` is the
/// last reading before them, which may still hold. The answer is the one that the readings themselves would give.
pub fn state_time(
    buckets: &[Bucket<Rollup>],
    grid: &[Period],
    before: Option<(Instant, f64)>,
    basis: &Basis,
    now: Instant,
) -> Vec<StateTime> {
    let mut rest = buckets;
    let mut holding = before;
    let mut times = Vec::with_capacity(grid.len());
    for period in grid {
        let inside = rest.partition_point(|bucket| bucket.period.start() < period.end());
        let mut time = StateTime::default();
        for Bucket { figure, .. } in &rest[..inside] {
            time.hold(holding, figure.first.0, *period, basis);
            time.known_ms += figure.spoken_ms(basis);
            time.true_ms += figure.held;
            holding = Some(figure.last);
        }
        rest = &rest[inside..];
        time.hold(holding, period.end().min(now), *period, basis);
        times.push(time);
    }
    times
}

impl StateTime {
    /// Adds the part within `period` of the time that a reading holds, `until` the next one or the end.
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of centuries fit")]
    fn hold(
        &mut self,
        reading: Option<(Instant, f64)>,
        until: Instant,
        period: Period,
        basis: &Basis,
    ) {
        let Some((at, value)) = reading else { return };
        let from = at.max(period.start());
        let held = until.min(at + basis.gap()).as_millis() - from.as_millis();
        if held > 0 {
            self.known_ms += held;
            self.true_ms += value * held as f64;
        }
    }
}
