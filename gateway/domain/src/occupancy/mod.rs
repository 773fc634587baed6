//! People: headcount or presence of each zone and of the building, from doors, detectors and air.
//!
//! ```text
//!               ┌─ passages ──┐
//! readings ─────┼─ presence ──┼─▶ traffic ─┬─▶ count ─────▶ timeline ─┐
//!               └─ step_means ┘            └─▶ air_model ─▶ timeline ─┼─▶ reconciliation ─▶ people
//! site file ──▶ room ─▶ place ─▶ places ──────────────────────────────┘   (zones add up)   (figures, or now)
//! ```
//!
//! A place with CO2 points of its own is estimated by `air_model`, from air, detectors and doors together, so that
//! a drifting door counter is overruled; every other place by `count`. The live view continues the forward pass of the
//! same model; history also looks back from later readings.
//!
//! | file | content |
//! |---|---|
//! | `room` | zone with an air model: its volume, ventilation and activity from the site file |
//! | `place` | zone or building with the doors, detectors and room that it consists of |
//! | `places` | the building and its zones as a tree |
//! | `hours` | opening hours as instants: open, closed, closed since |
//! | `closing` | the closing rule: when the count is set to nobody, each night or once closed and quiet |
//! | `passages` | people who passed a lane of a doorway, and whether the lane is online |
//! | `presence` | movement of a detector with its hold time |
//! | `steps`, `step_means` | time in steps of five minutes; means of an instrument at their borders |
//! | `traffic` | all of these for a site, as readings come in |
//! | `estimate` | headcount, interval and quality from a door count and presence |
//! | `count` | the count of a place through the day, with and without correction of its drift |
//! | `air_model` | the people of a room from its air, by a hidden Markov model |
//! | `timeline` | estimates through time, and their summary over a period |
//! | `reconciliation` | estimates of zones and building made to add up |
//! | `loading` | sources and span of the readings that a figure needs |
//! | `people` | people of a zone over a grid, and of all places now |
//! | `attendance` | how a zone is used: peak, person-hours, use of the opening hours |
//! | `counting` | how right the doors count: drift, balance and residual, day by day |
//! | `state`, `witnesses` | people at an instant as they are published, and the kinds of instruments behind them |

mod air_model;
mod attendance;
mod closing;
mod count;
mod counting;
mod estimate;
mod hours;
mod loading;
mod passages;
mod people;
mod place;
mod places;
mod presence;
mod reconciliation;
mod room;
mod state;
mod step_means;
mod steps;
#[cfg(test)]
mod tests;
mod timeline;
mod traffic;
mod witnesses;

pub use attendance::{Attendance, MeanPeople, Peak, PersonHours, attendance};
pub use counting::{Balance, Counting, DoorCounting, counting_needs, countings};
pub use hours::{closed_since, is_closed_for, is_open, opens_today};
pub use loading::{lead, people_needs, zone_needs};
pub use people::{people_of, zone_people};
pub use state::{NEARLY_FULL, Occupancy, Parts, PeopleState, Residual, is_nearly_full};
pub use timeline::PeopleFigure;
pub use witnesses::{Witness, Witnesses};

pub(crate) use air_model::Filters;
pub(crate) use hours::closed_hours;
pub(crate) use loading::{air_points, live_start, machine_meters};
pub(crate) use people::people_now;
pub(crate) use places::Places;
pub(crate) use timeline::Moment;
pub(crate) use traffic::{Traffic, TrafficRole};
