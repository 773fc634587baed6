//! Care of the store while the program runs: packing, nightly backups, forwarding to InfluxDB.
//!
//! | file | what it does |
//! |---|---|
//! | `sealing` | packs the appended readings |
//! | `backup`, `nightly` | one backup with its outcome; when one is due |
//! | `forwarding` | a copy of the readings in InfluxDB |

mod backup;
mod forwarding;
mod nightly;
mod sealing;

pub(crate) use backup::{back_up, backup_status};
pub(crate) use forwarding::{forward, influxdb_failure};
pub(crate) use nightly::Nightly;
pub(crate) use sealing::seal;
