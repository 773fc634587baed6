//! Copies of the store, made beside its writer, restored and compared.
//!
//! ```text
//! vigie.db ──one snapshot──▶ inventory ──rows that the last full copy lacks──▶ copy ──▶ folder of backups
//!                               │                                                       │ restore
//!                               └────────────── the same? ◀── inventory ◀── scratch ◀───┘
//! ```
//!
//! | file | what it is |
//! |---|---|
//! | `make`, `restore` | one backup from beginning to end; and back |
//! | `inventory`, `tables` | what a database holds, in chunks with digests; its tables and keys, whatever they are |
//! | `copy` | a database, or the chunks of it that another one lacks |
//! | `shelf`, `manifest` | the folder of backups: names, what stands in each, which are kept |
//! | `status` | the outcome of the last backup, in the data folder |
//! | `space` | free space on the disk of a backup |
//! | `fault` | errors of a backup |
//!
//! Nothing here knows a table by name: what a later schema adds is in the backup too.

mod copy;
mod fault;
mod inventory;
mod make;
mod manifest;
mod restore;
mod shelf;
mod space;
mod status;
mod tables;

pub use fault::BackupError;
pub use make::{BackupPlan, Made, make};
pub use manifest::{Comparison, Kind, Manifest};
pub use restore::{Restored, restore};
pub use shelf::list;
pub use status::{Attempt, BackupStatus, Compared};
