//! Energy beside people: what was drawn while nobody was there, and how much for each hour of a person's presence.

use serde::Serialize;

use super::{EnergyCell, hours};
use crate::occupancy::Occupancy;
use crate::occupancy::PeopleFigure;

/// With fewer person-hours than this a figure per person-hour says nothing.
const LEAST_PERSON_HOURS: f64 = 1.0;

/// Energy of a zone, or of the building, by whether somebody was there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Usage {
    /// In Wh, while nobody was there. Only time of which that is known.
    pub vacant_wh: f64,
    /// In Wh, while somebody was there.
    pub occupied_wh: f64,
    /// In Wh, while it is not known whether somebody was there.
    pub unknown_wh: f64,
    /// Hours while nobody was there and energy is known.
    pub vacant_hours: f64,
    /// Hours of presence, one for each person; `None` where nobody was counted.
    pub person_hours: Option<f64>,
    /// The lower end of them.
    pub person_hours_low: Option<f64>,
    /// The upper end of them.
    pub person_hours_high: Option<f64>,
    /// Wh of all energy for each person-hour, over the time of which both are known; `None` with less than one person-hour.
    pub wh_per_person_hour: Option<f64>,
    /// Share of the time of which the energy is known and whether somebody was there, 0 to 1.
    pub coverage: f64,
}

/// Energy and people in the same cells: quarter hours as a rule, since a longer cell with anybody in it is occupied
/// as a whole.
pub fn usage(cells: &[EnergyCell], people: &[PeopleFigure]) -> Usage {
    let mut usage = Usage::default();
    let (mut known_hours, mut all_hours, mut counted_wh) = (0.0, 0.0, 0.0);
    let add = |sum: &mut Option<f64>, more: f64| *sum = Some(sum.unwrap_or(0.0) + more);
    for (cell, people) in cells.iter().zip(people) {
        let hours = hours(cell.period);
        all_hours += hours;
        if let (Some(count), Some(low), Some(high)) = (people.people, people.low, people.high) {
            add(&mut usage.person_hours, count * hours);
            add(&mut usage.person_hours_low, low * hours);
            add(&mut usage.person_hours_high, high * hours);
            counted_wh += cell.figure.energy_wh.unwrap_or(0.0);
        }
        let Some(wh) = cell.figure.energy_wh else { continue };
        match people.occupancy {
            Occupancy::Vacant => {
                usage.vacant_wh += wh;
                usage.vacant_hours += hours;
                known_hours += hours;
            }
            Occupancy::Occupied => {
                usage.occupied_wh += wh;
                known_hours += hours;
            }
            Occupancy::Unknown => usage.unknown_wh += wh,
        }
    }
    let enough = usage.person_hours.filter(|hours| *hours >= LEAST_PERSON_HOURS);
    usage.wh_per_person_hour = enough.map(|hours| counted_wh / hours);
    usage.coverage = if all_hours > 0.0 { known_hours / all_hours } else { 0.0 };
    usage
}
