//! How full it was: the peak, and how much of the time it was nearly full.

use serde::Serialize;

use super::hours;
use crate::calendar::Bucket;
use crate::instant::Period;
use crate::occupancy::{NEARLY_FULL, Occupancy, PeopleFigure};

/// How full a space was over a span.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Attendance {
    /// The cell with the most people, as a mean over it; `None` where nobody was counted.
    pub peak: Option<Peak>,
    /// Hours in which people were counted and somebody was there.
    pub occupied_hours: f64,
    /// … of which so many with at least [`NEARLY_FULL`] of the capacity.
    pub nearly_full_hours: f64,
    /// Share of the span in which people were counted, 0 to 1.
    pub coverage: f64,
}

/// When the most people were there.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Peak {
    /// When.
    #[serde(skip)]
    pub period: Period,
    /// How many, as a mean over this time.
    pub people: f64,
    /// The lower end of the 90 % interval.
    pub low: f64,
    /// The upper end of it.
    pub high: f64,
}

impl Attendance {
    /// Share of the occupied time in which it was nearly full, 0 to 1; `None` when it never was occupied.
    pub fn nearly_full_share(&self) -> Option<f64> {
        (self.occupied_hours > 0.0).then(|| self.nearly_full_hours / self.occupied_hours)
    }
}

/// The attendance in these cells, quarter hours as a rule, of a space that holds `capacity` people.
pub fn attendance(cells: &[Bucket<PeopleFigure>], capacity: u32) -> Attendance {
    let nearly_full = f64::from(capacity) * NEARLY_FULL;
    let mut found = Attendance::default();
    let (mut counted_hours, mut all_hours) = (0.0, 0.0);
    for Bucket { period, figure } in cells {
        let hours = hours(*period);
        all_hours += hours;
        let Some(people) = figure.people else { continue };
        counted_hours += hours * figure.coverage;
        if figure.occupancy == Occupancy::Occupied {
            found.occupied_hours += hours;
            found.nearly_full_hours += if people >= nearly_full { hours } else { 0.0 };
        }
        if found.peak.is_none_or(|peak| people > peak.people) {
            let (low, high) = (figure.low.unwrap_or(people), figure.high.unwrap_or(people));
            found.peak = Some(Peak { period: *period, people, low, high });
        }
    }
    found.coverage = if all_hours > 0.0 { counted_hours / all_hours } else { 0.0 };
    found
}
