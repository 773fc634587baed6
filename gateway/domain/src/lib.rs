//! Vigie's rules: what a building is, what a reading is, and what follows from readings. No I/O, no async, no clock.
//!
//! ```text
//! MQTT message ──families──▶ reports ──admission──▶ readings ──▶ (the store)
//!                                                      │
//!                    energy, occupancy, history ◀──────┘──▶ live ──wire::state──▶ state topics
//! ```
//!
//! | file | what it knows |
//! |---|---|
//! | [`instant`], [`clock`], [`calendar`] | UTC instants, half-open periods, where time comes from, civil days |
//! | [`backoff`] | pauses between attempts at a server that is away |
//! | [`ids`], [`value`], [`quantity`], [`reading`] | the names of things, what can be measured, a reading and its identity |
//! | [`message`] | what goes into and comes out of a translator |
//! | [`families`] | one file per device family: topic and payload to reports |
//! | [`admission`] | which reports become readings, and why the others do not |
//! | [`wire`] | our own topics, in both directions |
//! | [`site`] | the building: its file, read and checked |
//! | [`history`] | summaries of a series over a grid |
//! | [`rollup`] | what is kept of a stretch of a series, and how stretches join |
//! | [`register`], [`rhythm`] | what a total that misbehaves really says; how often a source usually reports |
//! | [`energy`], [`occupancy`] | Wh from registers and power; people from doors and detectors |
//! | [`indicators`] | what follows from energy, people and weather: cost, carbon, baseload, sessions and the like |
//! | [`air`] | how good air is, how often it is renewed, what airing brings, which instruments to check |
//! | [`alerts`] | the rules by which people are told, life-cycle and notices |
//! | [`ledger`] | what people corrected or changed, and what that makes of the figures |
//! | [`live`] | all of it together, as it stands now |
//! | `testing` | instants, sites and readings for the tests of all packages; no program has it |
//! | `failure_chain` | an error with its causes, as one line |

pub mod admission;
pub mod air;
pub mod alerts;
pub mod backoff;
pub mod calendar;
pub mod clock;
pub mod energy;
mod failure_chain;
pub mod families;
pub mod history;
pub mod ids;
pub mod indicators;
pub mod instant;
pub mod ledger;
pub mod live;
pub mod message;
pub mod occupancy;
pub mod quantity;
pub mod reading;
pub mod register;
pub mod rhythm;
pub mod rollup;
pub mod site;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod total;
pub mod value;
pub mod wire;

pub use clock::{Clock, ManualClock};
pub use failure_chain::failure_chain;
pub use instant::{Instant, Period};
pub use quantity::{Kind, Quantity};
pub use reading::{DatedBy, Observation, Reading, SeriesSet, Source, Value};
