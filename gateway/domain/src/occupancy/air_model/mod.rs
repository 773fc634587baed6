//! Air model: people of a room from its air and all its other readings, by a hidden Markov model smoothed both ways.
//!
//! ```text
//! CO2, airflow ──air──────┐
//! detectors ──────────────┼──evidence of each step──smoothing──▶ share of each headcount ──readout──┐
//! door registers ─────────┤        ▲                                                               ├─▶ timeline
//! opening hours ──────────┘        model             raw count of the doors, where it is plausible ─┘
//! ```
//!
//! | file | content |
//! |---|---|
//! | `readings`, `days` | a room with its readings; steps from night to night |
//! | `air` | CO2 and airflow at the borders of steps, and outdoor air |
//! | `evidence` | observations of each step |
//! | `model` | the hidden states, and how likely they make the evidence |
//! | `transition`, `mixing` | how people come and leave; how air and breath change |
//! | `smoothing` | forward and back through the evidence |
//! | `readout` | estimate of a step, from the share of each headcount |
//! | `room_steps` | evidence and model of a room over some steps |
//! | `history` | timeline of a room in the past, from the smoothed steps |
//! | `filter` | the present state of each room, from the forward pass only |
//!
//! Nothing is fitted to a room: its air change is part of the hidden state, learnt from its own rises and decays, and
//! so is the breath of its people. The constants come from physics, or from many rooms of the simulated building;
//! `cargo bench -p tests --bench occupancy` measures the error in rooms that nothing was fitted to.

mod air;
mod days;
mod evidence;
mod filter;
mod history;
mod mixing;
mod model;
mod readings;
mod readout;
mod room_steps;
mod smoothing;
#[cfg(test)]
mod tests;
mod transition;

pub(crate) use filter::Filters;
pub(super) use history::timeline;
pub(super) use readings::RoomReadings;
pub(super) use smoothing::ahead;
