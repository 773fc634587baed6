//! Silence that is still normal for a source or a device.

use crate::device::Freshness;
use crate::quantity::Quantity;

/// A reading is late after so many usual intervals, but not within some seconds: networks jitter.
const LATE_INTERVALS: f64 = 2.5;
const LATE_AT_LEAST_S: f64 = 10.0;
/// Its source is lost after so many, but not within a quarter of an hour.
const LOST_INTERVALS: f64 = 3.0;
const LOST_AT_LEAST_S: f64 = 15.0 * 60.0;

/// Longest silences, in seconds, before a source is late and before it is lost.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Patience {
    pub(super) late_s: f64,
    pub(super) lost_s: f64,
}

impl Patience {
    /// Patience without a rhythm: never late, and lost after a quarter of an hour.
    pub(super) const WITHOUT_RHYTHM: Self = Self::only_lost(LOST_AT_LEAST_S);

    /// The patience for reports that usually come at this interval.
    pub(super) fn of(usual_s: f64) -> Self {
        Self {
            late_s: (usual_s * LATE_INTERVALS).max(LATE_AT_LEAST_S),
            lost_s: (usual_s * LOST_INTERVALS).max(LOST_AT_LEAST_S),
        }
    }

    /// The patience for a source that is never late, and lost after this silence.
    pub(super) const fn only_lost(lost_s: f64) -> Self {
        Self { late_s: lost_s, lost_s }
    }

    /// Freshness of a reading of this age.
    pub(super) fn freshness(self, age_s: f64) -> Freshness {
        if age_s > self.lost_s {
            Freshness::Lost
        } else if age_s > self.late_s {
            Freshness::Late
        } else {
            Freshness::Fresh
        }
    }
}

/// Whether devices report a quantity when it changes, and else at most once a day.
pub(super) fn is_reported_on_change(quantity: Quantity) -> bool {
    use Quantity::{Battery, OccupancyDetected, PeopleCount, PeopleIn, PeopleOut, Rssi};
    matches!(quantity, OccupancyDetected | PeopleIn | PeopleOut | PeopleCount | Battery | Rssi)
}
