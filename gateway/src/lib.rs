//! The program in the building: command line, configuration, embedded broker, start and stop of the parts.
//!
//! ```text
//! settings ──▶ config ──▶ run ─┬─ embedded broker ─▶ inlet ─▶ journal ─▶ deliveries ─┐
//! (or a fault, exit 64)        ├─ consumer of another broker ─────────▶ deliveries ─┼─▶ ingest ─▶ store
//!                              ├─ dashboard ◀── states over MQTT, history from the store ──────────┘
//!                              ├─ forwarding ◀── store, to InfluxDB where one is named
//!                              └─ simulation, in the demonstration only
//! ```
//!
//! Each folder has a map of its own at its head.
//!
//! | file or folder | what it does |
//! |---|---|
//! | `commands` | the command line: one file for each command |
//! | `settings`, `config`, `place` | flags and environment; checked before anything is opened |
//! | `installed` | where the shipped unit has site file and data, which commands take when none is named |
//! | `client_names` | names of our clients at a broker, and their random part |
//! | `resources` | ports and the data folder, opened |
//! | `run` | parts are started, watched, changed with the building, and stopped in order |
//! | `broker` | the embedded broker, and the way of its messages into the pipeline |
//! | `upkeep` | sealing, nightly backups, forwarding to InfluxDB |
//! | `machine` | clock, disk space and service manager of the machine |
//! | `notify` | alerts sent to people by e-mail and webhook |
//! | `exchange` | readings in files, out of the store and into it |
//! | `telemetry`, `failure` | logs and metrics; failures that end the program, with their exit codes |

mod broker;
mod client_names;
mod commands;
mod config;
mod exchange;
mod failure;
mod installed;
mod machine;
mod notify;
mod place;
mod resources;
mod run;
mod settings;
mod telemetry;
mod upkeep;

pub use commands::{Arguments, Command, execute};
pub use config::{Backups, BrokerChoice, Config};
pub use failure::Failure;
pub use machine::SystemClock;
pub use run::run;
pub use settings::{BackupHour, Settings};
pub use telemetry::log;
