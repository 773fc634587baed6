//! What stands at the other end of MQTT: readings go out as sensor nodes send them.
//!
//! ```text
//! instruments (over wiring: bus, pin, line) ──▶ station (dates, numbers, keeps) ──┐
//! simulation (people, air, machines) ─────────────────────────────────────────────┼─▶ publisher ──MQTT, QoS 1──▶ broker
//! replay (recorded CSV and its map) ──────────────────────────────────────────────┘
//! ```
//!
//! | module | what it does |
//! |---|---|
//! | [`publisher`] | one connection; keeps what the broker has not acknowledged and sends it again |
//! | [`station`] | a node at work: its configuration, its instruments, its clock, what it sends when |
//! | [`outbox`] | readings on disk that the broker has not acknowledged |
//! | [`instruments`] | what a node measures with, a file each |
//! | [`tic`] | what a French meter says on its serial line |
//! | [`wiring`] | buses, pins and lines, and the board that has them |
//! | [`board`], [`serial`], [`mod@bench`] | the boards: a Raspberry Pi, any machine with serial lines, one that plays all of it |
//! | [`uptime`] | time since the machine started |
//! | [`simulation`] | a building that is not there, seeded, with its truth |
//! | [`grade`] | how well devices speak, by listening to them |
//! | [`replay`] | recorded data as sensor nodes would have published them |
//!
//! `durable` holds small files that survive a power cut. The binary `vigie-node` puts it all on a command line.

pub mod bench;
pub mod board;
mod durable;
pub mod grade;
pub mod instruments;
pub mod outbox;
pub mod publisher;
pub mod replay;
pub mod serial;
pub mod simulation;
pub mod station;
pub mod tic;
pub mod uptime;
pub mod wiring;
