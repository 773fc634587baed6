//! Sensor nodes, real, replayed or simulated: readings go out over MQTT.
//!
//! ```text
//! instruments (over pins: bus, pin, line) ────▶ station (dates, numbers, keeps) ──┐
//! simulation (people, air, machines) ─────────────────────────────────────────────┼─▶ publisher ──MQTT, QoS 1──▶ broker
//! replay (recorded CSV and its map) ──────────────────────────────────────────────┘
//! ```
//!
//! | module | what it does |
//! |---|---|
//! | [`publisher`] | one connection; keeps what the broker has not acknowledged and sends it again |
//! | [`station`] | a node at work: its configuration, its instruments, its clock, what it sends when |
//! | [`outbox`] | readings on disk that the broker has not acknowledged |
//! | [`instruments`] | the measuring parts of a node, a file each |
//! | [`tic`] | télé-information, the serial output of French meters |
//! | [`pins`] | buses, pins and lines, and the board that has them |
//! | [`board`], [`serial`], [`mod@bench`] | the boards: a Raspberry Pi, any machine with serial lines, one that plays all of it |
//! | [`uptime`] | time since the machine started |
//! | [`simulation`] | a building that is not there, seeded, with its truth |
//! | [`grade`] | conformance of devices, graded from their messages |
//! | [`replay`] | recorded data as sensor nodes would have published them |
//!
//! `durable` holds small files that survive a power cut, `file_fault` the faults of files that people write. The binary `vigie-node` puts it all on a command line.

pub mod bench;
pub mod board;
mod durable;
mod file_fault;
pub mod grade;
pub mod instruments;
pub mod outbox;
pub mod pins;
pub mod publisher;
pub mod replay;
pub mod serial;
pub mod simulation;
pub mod station;
pub mod tic;
pub mod uptime;
