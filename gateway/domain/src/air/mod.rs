//! Air: how good it is, how often it is renewed, what airing did and would do, and whether the instruments are right.
//!
//! ```text
//! CO2 of a zone ──track──▶ values on a grid ──┬─quality──▶ shares of time, ICONE, category
//!                                             ├─renewal──▶ air changes an hour, air per person
//!                                             ├─airing───▶ airings and their effect, advice
//!                                             └─watch────▶ instruments to check
//! ```
//!
//! | file | what it knows |
//! |---|---|
//! | `track` | CO2 in steps of a minute |
//! | `quality` | guidance values, ICONE and the categories of EN 16798-1 |
//! | `renewal` | air changes from the decay of a night |
//! | `airing` | when a room was aired, and what opening its windows would do |
//! | `watch` | instruments whose calibration must be looked at |
//! | `report` | all of it for a zone and a period |

mod airing;
mod quality;
mod renewal;
mod report;
mod track;
mod watch;

pub use airing::{Advice, Airing};
pub use quality::{AirLevel, AirShares, Category, Icone};
pub use renewal::{PerPerson, Renewal, RenewalBasis};
pub use report::{AirReport, air_needs, zone_air};
pub use watch::{InstrumentCheck, check_instruments, check_needs, check_rolled};
