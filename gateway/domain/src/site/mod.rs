//! The site: which devices are where, and what for.
//!
//! ```text
//! site.toml ──file──▶ model
//! ```
//!
//! | folder | what it knows |
//! |---|---|
//! | `model` | the building as the rest of the program sees it: plain types, no TOML |
//! | `file` | the site file: one file for each table, with its keys, their reading and their defaults |
//! | [`edit`] | changes of the file's text that keep all the rest of it |

mod file;
mod model;

pub use file::{DREUX, SiteErrors, SiteFault, edit, parse};
pub(crate) use model::BASELOAD_W;
pub use model::{
    Activity, AlertSettings, Assignment, Carrier, DiskGuard, Doorway, Factor, Holidays,
    InstrumentLimits, Kept, Meter, MonthDay, OpeningHours, Point, Reference, Retention, Rules,
    SessionRule, Side, Site, StatedEnergy, Target, Tariff, TariffPeriod, Thresholds, Use,
    Ventilation, Zone, assigned_at,
};
