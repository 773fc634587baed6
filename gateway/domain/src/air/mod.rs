//! Air: quality, renewal and airings of the air in a zone, and checks of its CO2 instruments.
//!
//! ```text
//! CO2 of a zone ──track──▶ values on a grid ──┬─quality──────▶ shares of time, ICONE, category
//!                                             ├─renewal──────▶ air changes an hour, air per person
//!                                             ├─airing───────▶ airings and their effect, advice
//!                                             └─instruments──▶ instruments to check
//! ```
//!
//! | file | content |
//! |---|---|
//! | `track` | CO2 of a zone minute by minute |
//! | `quality` | guidance values, ICONE and the categories of EN 16798-1 |
//! | `renewal` | air changes from the decay of CO2 in an empty room, and outdoor air per person |
//! | `airing` | airings with their effect, and advice to open the windows |
//! | `instruments` | CO2 instruments whose calibration must be checked |
//! | `report` | all of it for a zone and a period |

mod airing;
mod instruments;
mod quality;
mod renewal;
mod report;
mod track;

pub use airing::{Advice, Airing};
pub use instruments::{InstrumentCheck, check_instruments, check_needs, check_rolled};
pub use quality::{AirLevel, AirShares, Category, Icone};
pub use renewal::{PerPerson, Renewal, RenewalBasis};
pub use report::{AirReport, air_needs, zone_air};
