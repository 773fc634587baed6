//! The running program: its parts are opened, started in order, watched, and stopped in order.
//!
//! ```text
//! changes ──▶ building ──▶ gateway ─┬─▶ pipeline ──▶ intake (broker or consumer)
//! (staff, site file)                ├─▶ alerts, outlets, dashboard
//!                                   └─▶ tasks ──▶ stop
//! ```
//!
//! | file | what it does |
//! |---|---|
//! | `gateway` | the order of start, of a change of the building, and of the end |
//! | `services` | store, clock, state board and readiness, which all parts use |
//! | `changes`, `building`, `site_file` | the building changes while the program runs |
//! | `pipeline`, `intake` | from the queues to the store; where deliveries come from |
//! | `alerts`, `outlets` | keeper of alerts and notifier; states, InfluxDB, backups, simulation |
//! | `dashboard`, `dashboard_only` | the dashboard, here or beside a gateway in another process |
//! | `staff_actions` | changes that staff make on the dashboard |
//! | `tasks`, `stop` | tasks with names, and the order in which they stop |

mod alerts;
mod building;
mod changes;
mod dashboard;
mod dashboard_only;
mod gateway;
mod intake;
mod outlets;
mod pipeline;
mod services;
mod site_file;
mod staff_actions;
mod stop;
mod tasks;

pub(crate) use dashboard_only::dashboard_only;
pub use gateway::run;
