//! Indicators for those who run a building, from energy, people and weather: pure, each formula with its source. The use
//! of zones by people is in [`crate::occupancy`], and the quality of their air in [`crate::air`].
//!
//! All of them take figures that were worked out elsewhere ([`crate::energy`], [`crate::occupancy`], [`crate::history`])
//! in cells of a grid, and give a figure with its proof: how much of the time or energy it stands on, and whose numbers.
//!
//! | file | indicator |
//! |---|---|
//! | `load` | load curve: mean, peak, baseload, load factor, duration curve |
//! | `heat_map` | mean power by hour of the day and day of the week |
//! | `nights` | baseload night by night, and its steps |
//! | `demand` | subscribed power and overruns |
//! | `price` | cost by dated prices |
//! | `factors` | carbon and primary energy by dated factors |
//! | `sessions` | when a machine worked, and what each job took |
//! | `standby` | what a machine draws while it waits |
//! | `usage` | energy while nobody was there, and energy per person-hour |
//! | `closing` | energy while the building was closed |
//! | `degree_days` | how cold it was, by three methods |
//! | `regression` | ordinary least squares |
//! | `signature` | energy by outdoor temperature, and what a change saved |
//! | `pathway` | the goals of the décret tertiaire |

mod closing;
mod degree_days;
mod demand;
mod factors;
mod heat_map;
mod load;
mod nights;
mod pathway;
mod price;
mod regression;
mod sessions;
mod signature;
mod standby;
#[cfg(test)]
mod tests;
mod usage;

pub use closing::{WhileClosed, while_closed};
pub use degree_days::{DayTemperature, DegreeDayMethod, DegreeDays, degree_days};
pub use demand::{Demand, demand, window_means};
pub(crate) use demand::{HeldMean, apparent_kva};
pub use factors::{UsedFactor, Weighed, weigh};
pub use heat_map::{HeatMap, heat_map};
pub use load::{Load, duration_curve, load};
pub use nights::{BaseloadStep, Night, UsualNight, beside_usual, night_grid, nights, steps};
pub use pathway::{Goal, Pathway, pathway};
pub use price::{Cost, PricePart, cost, fixed_cost};
pub use sessions::{Session, sessions};
pub use signature::{DayPoint, Saving, Signature, at_reference_weather, saving, signature};
pub use standby::{Standby, standby};
pub use usage::{Usage, counted_shares, usage};

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::calendar::Bucket;
use crate::energy::EnergyFigure;
use crate::figure::is_complete;
use crate::instant::{Instant, Period};

/// Energy in one cell of a grid.
pub type EnergyCell = Bucket<EnergyFigure>;

/// The length of a period in hours.
fn hours(period: Period) -> f64 {
    period.length().as_secs_f64() / 3600.0
}

/// The clock on the wall.
fn civil(at: Instant, zone: &TimeZone) -> DateTime {
    at.to_jiff().to_zoned_datetime(zone.clone()).datetime()
}

/// The mean power of a cell, in W; `None` unless it was measured completely. A register that bridges a silence gives its
/// energy, and not when it was drawn.
pub fn mean_power(cell: &EnergyCell) -> Option<f64> {
    let wh = cell.figure.energy_wh.filter(|_| is_complete(cell.figure.coverage))?;
    let hours = hours(cell.period);
    (hours > 0.0).then(|| wh / hours)
}

/// The mean power of each cell that has one, in W.
fn powers(cells: &[EnergyCell]) -> impl Iterator<Item = (Period, f64)> {
    cells.iter().filter_map(|cell| Some((cell.period, mean_power(cell)?)))
}
