//! Days of steps, from one nightly reset of the count to the next.

use std::ops::Range;

use crate::instant::Period;
use crate::occupancy::closing;
use crate::occupancy::steps::Steps;
use crate::site::Site;

/// Steps cut into days, from night to night. Outdoor air is the same throughout a day.
#[derive(Clone, Debug)]
pub(super) struct DaySteps {
    pub(super) steps: Steps,
    /// First step of each day, and the end.
    borders: Vec<usize>,
}

impl DaySteps {
    /// Steps over `span`, cut at the nightly resets of the count.
    pub(super) fn over(site: &Site, span: Period) -> Self {
        let steps = Steps::over(span);
        let nightly = closing::nightly(site, span);
        let mut borders: Vec<_> = nightly.into_iter().filter_map(|at| steps.at(at)).collect();
        borders.extend([0, steps.count()]);
        borders.sort_unstable();
        borders.dedup();
        Self { steps, borders }
    }

    /// Steps of each day in order.
    pub(super) fn each(&self) -> impl Iterator<Item = Range<usize>> + '_ {
        self.borders.windows(2).map(|borders| borders[0]..borders[1])
    }
}
