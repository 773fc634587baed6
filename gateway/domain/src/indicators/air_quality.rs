//! How good the air was while somebody breathed it.

use serde::Serialize;

use super::hours;
use crate::calendar::Bucket;
use crate::history::Summary;
use crate::occupancy::Occupancy;
use crate::occupancy::PeopleFigure;

/// The CO2 of a room while it was occupied.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct OccupiedAir {
    /// Hours in which somebody was there.
    pub occupied_hours: f64,
    /// … of which so many with a CO2 reading.
    pub known_hours: f64,
    /// … of which so many above each of the levels.
    pub above_hours: Vec<f64>,
}

impl OccupiedAir {
    /// Share of the occupied time of which the air is known that was above each level, 0 to 1; `None` where nothing is
    /// known of it.
    pub fn shares(&self) -> Option<Vec<f64>> {
        let known = Some(self.known_hours).filter(|hours| *hours > 0.0)?;
        Some(self.above_hours.iter().map(|hours| hours / known).collect())
    }

    /// Share of the occupied time of which the air is known, 0 to 1; 0 when it never was occupied.
    pub fn coverage(&self) -> f64 {
        if self.occupied_hours > 0.0 { self.known_hours / self.occupied_hours } else { 0.0 }
    }
}

/// The air of these cells, quarter hours as a rule, beside the people of the same cells. A cell counts by its mean,
/// above a level when it is more than that.
pub fn occupied_air(
    cells: &[Bucket<Option<Summary>>],
    people: &[PeopleFigure],
    levels_ppm: &[f64],
) -> OccupiedAir {
    let mut air =
        OccupiedAir { above_hours: vec![0.0; levels_ppm.len()], ..OccupiedAir::default() };
    for (Bucket { period, figure }, people) in cells.iter().zip(people) {
        if people.occupancy != Occupancy::Occupied {
            continue;
        }
        let hours = hours(*period);
        air.occupied_hours += hours;
        let Some(summary) = figure else { continue };
        air.known_hours += hours;
        for (above, level) in air.above_hours.iter_mut().zip(levels_ppm) {
            *above += if summary.mean > *level { hours } else { 0.0 };
        }
    }
    air
}
