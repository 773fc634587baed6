//! Care of the store while the program runs: packing, nightly backups, forwarding to InfluxDB.
//!
//! | file | what it does |
//! |---|---|
//! | `sealing` | packs the appended readings |
//! | `backup`, `checking` | one backup, one look through the store, each with its outcome |
//! | `nightly` | when they are due |
//! | `forwarding` | a copy of the readings in InfluxDB |

mod backup;
mod checking;
mod forwarding;
mod nightly;
mod sealing;

pub(crate) use backup::{back_up, backup_status};
pub(crate) use checking::CheckStatus;
pub(crate) use forwarding::{forward, influxdb_failure};
pub(crate) use nightly::Nightly;
pub(crate) use sealing::seal;
