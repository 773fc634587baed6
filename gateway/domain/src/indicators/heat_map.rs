//! Mean power by hour of the day and day of the week.

use jiff::tz::TimeZone;
use serde::Serialize;

use super::{EnergyCell, civil, hours, powers};

/// 7 × 24 fields.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct HeatMap {
    /// Mean power in W: Monday first, each day from 0 to 23 h by the clock on the wall; `None` where nothing was measured.
    pub watts: [[Option<f64>; 24]; 7],
    /// Measured hours of each field.
    pub hours: [[f64; 24]; 7],
}

impl HeatMap {
    /// The field with the most power: day from Monday, hour, W.
    pub fn highest(&self) -> Option<(usize, usize, f64)> {
        let fields = self.watts.iter().enumerate().flat_map(|(day, hours)| {
            let hours = hours.iter().enumerate();
            hours.filter_map(move |(hour, watts)| Some((day, hour, (*watts)?)))
        });
        fields.max_by(|a, b| a.2.total_cmp(&b.2))
    }
}

/// The map of these cells, of an hour at most. The hour that is repeated in autumn counts in the same field both times.
pub fn heat_map(cells: &[EnergyCell], zone: &TimeZone) -> HeatMap {
    let (mut wh, mut measured_h) = ([[0.0; 24]; 7], [[0.0; 24]; 7]);
    for (period, watts) in powers(cells) {
        let at = civil(period.start(), zone);
        let day = usize::from(at.weekday().to_monday_zero_offset().unsigned_abs());
        let hour = usize::from(at.hour().unsigned_abs());
        wh[day][hour] += watts * hours(period);
        measured_h[day][hour] += hours(period);
    }
    let field = |day: usize, hour: usize| {
        let hours: f64 = measured_h[day][hour];
        (hours > 0.0).then(|| wh[day][hour] / hours)
    };
    let watts = std::array::from_fn(|day| std::array::from_fn(|hour| field(day, hour)));
    HeatMap { watts, hours: measured_h }
}
