//! Vigie's rules: what a building is, what a reading is, and what follows from readings. No I/O, no async, no clock.
//!
//! ```text
//! MQTT message ──families──▶ reports ──admission──▶ readings ──▶ (the store)
//!                                                      │
//!                    energy, occupancy, history ◀──────┘──▶ live ──wire::state──▶ state topics
//! ```
//!
//! Each row builds on those above it.
//!
//! | module | what it holds |
//! |---|---|
//! | [`instant`], [`clock`], [`calendar`] | UTC instants, half-open periods, the source of time and how far it is believed, civil days |
//! | [`ids`], [`value`], [`quantity`], [`reading`] | names, measurable quantities, a reading and its identity |
//! | [`figure`] | proof of a figure: quality, coverage, complete or not |
//! | [`message`] | input and output of a translator |
//! | [`device`] | condition of devices and instruments |
//! | [`native`] | topics and payloads of our own nodes, in both directions |
//! | [`families`] | one file per device family: topic and payload to reports |
//! | [`alerts`] | alerts, their rules, life-cycle and notices |
//! | [`site`] | the building: its file, read and checked |
//! | [`storage`] | space of the store, who fills its disk, and what is given up when |
//! | [`admission`] | which reports become readings, and why the others do not |
//! | [`audit`] | corrections and changes by people, and their effect on figures |
//! | [`register`], [`rhythm`] | true rises of a total that misbehaves; usual interval of a source |
//! | [`rollup`], [`history`] | summaries of a stretch of a series, and of a series over a grid |
//! | [`energy`], [`occupancy`] | Wh from registers and power; people from doors, detectors and the air |
//! | [`air`] | how good air is, how often it is renewed, what airing brings, which instruments to check |
//! | [`indicators`] | figures from energy, people and weather: cost, carbon, baseload, sessions and the like |
//! | [`total`], [`backoff`], [`seldom`], `failure_chain` | sums without negative zero; pauses between attempts; lines of a log now and then; an error with its causes as one line |
//! | [`live`] | all of it together, as it stands now |
//! | [`wire`], [`announce`] | state documents; announcements for Home Assistant. For the edges only: no other module uses them |
//! | `testing` | instants, sites and readings for the tests of all packages; no program has it |

pub mod admission;
pub mod air;
pub mod alerts;
pub mod announce;
pub mod audit;
pub mod backoff;
pub mod calendar;
pub mod clock;
pub mod device;
pub mod energy;
mod failure_chain;
pub mod families;
pub mod figure;
pub mod history;
pub mod ids;
pub mod indicators;
pub mod instant;
pub mod live;
pub mod message;
pub mod native;
pub mod occupancy;
pub mod quantity;
pub mod reading;
pub mod register;
pub mod rhythm;
pub mod rollup;
pub mod seldom;
pub mod site;
pub mod storage;
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
