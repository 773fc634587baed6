//! Energy beside people: drawn while nobody was there, and drawn for each hour of a person's presence.

use serde::Serialize;

use super::{EnergyCell, hours};
use crate::occupancy::Occupancy;
use crate::occupancy::{PeopleFigure, PersonHours};

/// With fewer person-hours than this a figure per person-hour says nothing.
const LEAST_PERSON_HOURS: f64 = 1.0;

/// Energy of a zone, or of the building, by whether somebody was there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Usage {
    /// Energy while nobody was there, in Wh. Only time for which that is known.
    pub vacant_wh: f64,
    /// Energy while somebody was there, in Wh.
    pub occupied_wh: f64,
    /// Energy while it is unknown whether somebody was there, in Wh.
    pub unknown_wh: f64,
    /// Share of all this energy that was drawn while nobody was there, 0 to 1; `None` where it is known of no energy
    /// whether somebody was there.
    pub vacant_share: Option<f64>,
    /// Hours while nobody was there and energy is known.
    pub vacant_hours: f64,
    /// Hours of presence, one for each person; `None` where nobody was counted.
    pub person_hours: Option<f64>,
    /// The lower end of them.
    pub person_hours_low: Option<f64>,
    /// The upper end of them.
    pub person_hours_high: Option<f64>,
    /// Wh of all energy for each person-hour, over the time for which both are known; `None` with less than one
    /// person-hour in it.
    pub wh_per_person_hour: Option<f64>,
    /// Share of the time for which the energy and a number of people are both known, 0 to 1: figures per person-hour
    /// stand on this time alone.
    pub per_person_hour_coverage: f64,
    /// Person-hours of this time.
    #[serde(skip)]
    pub counted_person_hours: f64,
    /// Share of the time for which the energy and whether somebody was there are both known, 0 to 1.
    pub coverage: f64,
}

/// Energy and people in the same cells: quarter hours as a rule, since a longer cell with anybody in it is occupied
/// as a whole.
pub fn usage(cells: &[EnergyCell], people: &[PeopleFigure]) -> Usage {
    let mut usage = Usage::default();
    let (mut known_hours, mut counted_hours, mut all_hours) = (0.0, 0.0, 0.0);
    let mut counted_wh = 0.0;
    let shares = counted_shares(cells, people);
    for ((cell, people), share) in cells.iter().zip(people).zip(shares) {
        let hours = hours(cell.period);
        all_hours += hours;
        let Some(wh) = cell.figure.energy_wh else { continue };
        let both = hours * common_coverage(cell, people);
        if let Some(count) = people.people {
            counted_hours += both;
            counted_wh += wh * share;
            usage.counted_person_hours += count * both;
        }
        match people.occupancy {
            Occupancy::Vacant => {
                usage.vacant_wh += wh;
                usage.vacant_hours += both;
                known_hours += both;
            }
            Occupancy::Occupied => {
                usage.occupied_wh += wh;
                known_hours += both;
            }
            Occupancy::Unknown => usage.unknown_wh += wh,
        }
    }
    let placed_wh = usage.vacant_wh + usage.occupied_wh;
    let all_wh = placed_wh + usage.unknown_wh;
    usage.vacant_share = (placed_wh > 0.0).then(|| usage.vacant_wh / all_wh);
    let person_hours = PersonHours::of(cells.iter().map(|cell| cell.period).zip(people));
    usage.person_hours = person_hours.map(|it| it.hours);
    usage.person_hours_low = person_hours.and_then(|it| it.low);
    usage.person_hours_high = person_hours.and_then(|it| it.high);
    let enough = usage.counted_person_hours >= LEAST_PERSON_HOURS;
    usage.wh_per_person_hour = enough.then(|| counted_wh / usage.counted_person_hours);
    let share = |hours: f64| if all_hours > 0.0 { hours / all_hours } else { 0.0 };
    usage.per_person_hour_coverage = share(counted_hours);
    usage.coverage = share(known_hours);
    usage
}

/// Share of the energy of each cell that was drawn in the time for which a number of people is known as well, 0 to 1.
/// Within a cell both are taken to be known at the same time as far as their coverages allow.
pub fn counted_shares(cells: &[EnergyCell], people: &[PeopleFigure]) -> Vec<f64> {
    let share = |(cell, people): (&EnergyCell, &PeopleFigure)| {
        let measured = energy_coverage(cell);
        if people.people.is_some() && measured > 0.0 {
            common_coverage(cell, people) / measured
        } else {
            0.0
        }
    };
    cells.iter().zip(people).map(share).collect()
}

/// Share of a cell for which energy and people are both known.
fn common_coverage(cell: &EnergyCell, people: &PeopleFigure) -> f64 {
    energy_coverage(cell).min(people.coverage)
}

/// Share of a cell whose energy is known, measured or bridged by a register.
fn energy_coverage(cell: &EnergyCell) -> f64 {
    let share = (cell.figure.coverage + cell.figure.repaired).min(1.0);
    if cell.figure.energy_wh.is_some() { share } else { 0.0 }
}
