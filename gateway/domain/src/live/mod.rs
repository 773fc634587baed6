//! The building as it stands now, folded reading by reading.
//!
//! ```text
//! readings ──observe──▶ tracks ──▶ meters, people, air ──states──▶ states that changed, alerts
//! store ──reload──────────▲  (at start, and when a reading came out of order)
//! ```
//!
//! | file | what it holds |
//! |---|---|
//! | `fold` | [`Live`]: all of it, in the order in which readings and time change it |
//! | `track` | one source: its newest reading, its rhythm, its roles in the building |
//! | `patience` | silence that is still normal for a source |
//! | `loading` | sources to load from the store, and readings that arrive meanwhile |
//! | `meters`, `activity` | power and energy of each meter; the activity of a machine |
//! | `people` | people of the building and its zones |
//! | `clocks` | error of the clock of a device |
//! | `look_back` | figures of the last weeks, computed once a night |
//! | `devices` | condition of each device |
//! | `snapshot` | all figures at one instant |
//! | `alerts` | current alerts |
//! | `states` | the published states, and which of them changed |
//!
//! All figures come from the same folds as those of [`crate::energy`] and [`crate::occupancy`], so a page that asks
//! the store shows the same.

mod activity;
mod alerts;
mod clocks;
mod devices;
mod fold;
mod loading;
mod look_back;
mod meters;
mod patience;
mod people;
mod snapshot;
mod states;
#[cfg(test)]
mod tests;
mod track;

pub use fold::Live;
pub use loading::Need;
pub use look_back::LookBack;
pub use states::{GaugeState, Stamped, State};
