//! What stands at the other end of MQTT: readings go out as sensor nodes send them.
//!
//! ```text
//! simulation (people, air, machines) ──┐
//!                                      ├──messages──▶ publisher ──MQTT, QoS 1──▶ broker
//! replay (recorded CSV and its map) ───┘
//! ```
//!
//! | module | what it does |
//! |---|---|
//! | [`publisher`] | one connection; keeps what the broker has not acknowledged and sends it again |
//! | [`simulation`] | a building that is not there, seeded, with its truth |
//! | [`replay`] | recorded data as sensor nodes would have published them |
//!
//! The binary `vigie-node` puts them on a command line.

pub mod publisher;
pub mod replay;
pub mod simulation;
