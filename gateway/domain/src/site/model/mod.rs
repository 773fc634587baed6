//! The building as the rest of the program sees it: plain types, without the format of the site file.
//!
//! | file | what it knows |
//! |---|---|
//! | `site` | the building as a whole |
//! | `zone` | zones, and how they get their air |
//! | `role` | points and doorways, and which source fills them when |
//! | `meter` | meters, and when the machine behind one is at work |
//! | `rules` | how figures are made, with the default of each rule |
//! | `opening`, `holidays` | when the building is open, and on which days it is not |
//! | `pricing` | what energy costs, weighs and is measured against |
//! | `alerting` | who is alerted when and how |
//! | `retention` | how long what is stored is kept, and when a disk counts as nearly full |
//! | `thresholds` | from which CO2 on air is what, and when an instrument is wrong |

mod alerting;
mod holidays;
mod meter;
mod opening;
mod pricing;
mod retention;
mod role;
mod rules;
mod site;
mod thresholds;
mod zone;

pub(crate) use alerting::BASELOAD_W;
pub use alerting::{AlertSettings, MonthDay};
pub use holidays::Holidays;
pub use meter::{Meter, SessionRule, StatedEnergy};
pub use opening::OpeningHours;
pub use pricing::{Carrier, Factor, Reference, Target, Tariff, TariffPeriod, Use};
pub use retention::{DiskGuard, Kept, Retention};
pub use role::{Assignment, Doorway, Point, Side, assigned_at};
pub use rules::Rules;
pub(super) use site::FEW_PEOPLE;
pub use site::Site;
pub use thresholds::{InstrumentLimits, Thresholds};
pub use zone::{Activity, Ventilation, Zone};
