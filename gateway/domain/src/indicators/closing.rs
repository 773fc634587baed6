//! What is drawn while the building is closed by its opening hours.

use serde::Serialize;

use super::{EnergyCell, hours};
use crate::occupancy::is_open;
use crate::site::Site;

/// Energy by whether the building is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct WhileClosed {
    /// In Wh, while it was closed.
    pub closed_wh: f64,
    /// In Wh, while it was open.
    pub open_wh: f64,
    /// Hours while it was closed and energy is known.
    pub closed_hours: f64,
    /// Share of the time of which energy is known, 0 to 1.
    pub coverage: f64,
}

impl WhileClosed {
    /// Share of the energy that was drawn while it was closed, 0 to 1; `None` when none was drawn.
    pub fn share(&self) -> Option<f64> {
        let all = self.closed_wh + self.open_wh;
        (all > 0.0).then(|| self.closed_wh / all)
    }
}

/// The energy of these cells, quarter hours as a rule, by the opening hours of the site: each is what it is at its
/// first instant. `None` for a site without opening hours.
pub fn while_closed(site: &Site, cells: &[EnergyCell]) -> Option<WhileClosed> {
    site.opening.as_ref()?;
    let mut found = WhileClosed::default();
    let (mut known_hours, mut all_hours) = (0.0, 0.0);
    for cell in cells {
        let hours = hours(cell.period);
        all_hours += hours;
        let Some(wh) = cell.figure.energy_wh else { continue };
        known_hours += hours * cell.figure.coverage;
        if is_open(site, cell.period.start()) == Some(false) {
            found.closed_wh += wh;
            found.closed_hours += hours;
        } else {
            found.open_wh += wh;
        }
    }
    found.coverage = if all_hours > 0.0 { known_hours / all_hours } else { 0.0 };
    Some(found)
}
