//! The site model: which devices are where, and what for.
//!
//! | file | what it knows |
//! |---|---|
//! | `model` | the building as the rest of the program sees it |
//! | `file` | the site file as a whole, from text to a [`Site`] |
//! | `zones`, `roles` | its tables one by one: zones; points, doorways and meters |
//! | `settings` | its optional tables: rules, families |
//! | `opening`, `holidays` | when the building is open, and on which days it is not |
//! | `retention` | how long what is stored is kept, and when a disk counts as nearly full |
//! | `accounts`, `accounting` | what energy costs, weighs and is measured against: the tables and their reading |
//! | `regulation` | the numbers that France sets or publishes, with their sources |
//! | `alerts`, `alert_settings` | who is told when, and rules that differ from the defaults: the tables and what they say |
//! | `air`, `thresholds` | from which CO2 on air is what |
//! | `assignments`, `names` | that each role has one source at a time, and each reference something to refer to |
//! | [`edit`] | changes of the file's text that keep all the rest of it |
//! | `section`, `fault` | reading a table key by key, and telling all faults at once |

mod accounting;
mod accounts;
mod air;
mod alert_settings;
mod alerts;
mod assignments;
pub mod edit;
mod fault;
mod file;
mod holidays;
mod model;
mod names;
mod opening;
mod regulation;
mod retention;
mod roles;
mod section;
mod settings;
mod thresholds;
mod zones;

pub use accounts::{Carrier, Factor, Reference, SessionRule, Target, Tariff, TariffPeriod, Use};
pub(crate) use alert_settings::BASELOAD_W;
pub use alert_settings::{AlertSettings, MonthDay};
pub use fault::{SiteErrors, SiteFault};
pub use file::{DREUX, parse};
pub use holidays::Holidays;
pub use model::{
    Activity, Assignment, Doorway, Meter, Point, Rules, Side, Site, StatedEnergy, Ventilation,
    Zone, assigned_at,
};
pub use opening::OpeningHours;
pub use retention::{DiskGuard, Kept, Retention};
pub use thresholds::{InstrumentLimits, Thresholds};
