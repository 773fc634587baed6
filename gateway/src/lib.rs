//! The program in the building: command line, configuration, embedded broker, start and stop of the parts.
//!
//! ```text
//! arguments ──▶ config ──▶ run ─┬─ embedded broker ─▶ intake ─▶ journal ─▶ deliveries ─┐
//! (or a fault, exit 64)         ├─ consumer of another broker ──────────▶ deliveries ─┼─▶ ingest ─▶ store
//!                               ├─ dashboard ◀── states over MQTT, history from the store ─────────────┘
//!                               ├─ forwarding ◀── store, to InfluxDB where one is named
//!                               └─ simulation, in the demonstration only
//! ```
//!
//! | file | what it does |
//! |---|---|
//! | `arguments`, `config` | what was asked for; checked before anything is opened |
//! | `opened`, `run`, `parts`, `stop` | ports and data folder are opened; the parts started, watched, and stopped in order |
//! | `outlets` | what the pipeline feeds: alerts and who is told of them, states, InfluxDB, backups |
//! | `broker`, `intake` | the embedded broker, and what happens before a sensor is told that its reading is safe |
//! | `clock`, `clock_trust` | the machine's clock, and whether it can be believed |
//! | `dashboard_only` | the dashboard beside a gateway in another process, or elsewhere on InfluxDB |
//! | `reload`, `site_file` | the building changes while the program runs |
//! | `desk` | what staff hand in on the dashboard, done |
//! | `forwarding` | InfluxDB beside the store, and whether it is in order |
//! | `exchange` | readings in files, out of the store and into it; its own map stands there |
//! | `rebuild` | all summaries made again from the readings |
//! | `devices` | what has been heard, listed for whoever installs devices |
//! | `report` | the report of a month, as a file |
//! | `backups` | copies of the data, at night and when asked for; and the way back |
//! | `housekeeping`, `storage` | sealing; the room that the store takes and has, and what is written |
//! | `telemetry`, `systemd` | logs and metrics, word to systemd |
//! | `user` | accounts from the command line |
//! | `notify` | people are told of alerts; its own map stands there |
//! | `failure` | how the program ends when it cannot do its work |

mod arguments;
mod backups;
mod broker;
mod clock;
mod clock_trust;
mod config;
mod dashboard_only;
mod desk;
mod devices;
pub mod exchange;
mod failure;
mod forwarding;
mod housekeeping;
mod intake;
mod notify;
mod opened;
mod outlets;
mod parts;
mod rebuild;
mod reload;
mod report;
mod run;
mod site_file;
mod stop;
mod storage;
mod systemd;
mod telemetry;
mod user;

pub use arguments::{Arguments, BackupHour, Command};
pub use backups::{back_up, restore};
pub use clock::SystemClock;
pub use config::{Backups, BrokerChoice, Config, Place};
pub use dashboard_only::run as run_dashboard;
pub use devices::devices;
pub use failure::Failure;
pub use forwarding::check as check_influxdb;
pub use notify::try_alerts;
pub use rebuild::rebuild;
pub use report::{ReportArguments, report};
pub use run::run;
pub use telemetry::log;
pub use user::{UserCommand, user};
