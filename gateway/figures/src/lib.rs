//! Published figures: the one way from stored readings to what pages, API, CSV, reports and the weekly review give.
//!
//! ```text
//! store (AnyReader) ──▶ Figures ──view(as_of)──▶ View ──▶ energy, people, air, cost, … ──▶ pages, API, CSV, report
//!                        once per request:        every figure from one state of the audit
//!                        audit and clock          ledger and one present instant
//! ```
//!
//! | file | figures |
//! |---|---|
//! | `view` | [`Figures`] and [`View`]: one state of readings, corrections and clock for a whole request |
//! | `error` | why there is no figure |
//! | `scope` | meters that are counted together; spans and grids of a question |
//! | `series` | loading of series, in stretches that fit in memory |
//! | `turns` | the queue of heavy questions, and the threads that answer them |
//! | `energy` | energy of meters over a grid |
//! | `history`, `rollup_history` | summaries of a point over a grid, also after its readings were given up |
//! | `people`, `attendance` | people by quarter hour; use of a zone; how doors count |
//! | `air` | air of a zone; CO2 instruments |
//! | `power` | mean power over a grid; power beside the subscription |
//! | `load`, `load_curve` | spread of power, heat map, baseload; mean power over time |
//! | `breakdown` | energy by meter, zone or use |
//! | `cost` | cost, emissions and primary energy |
//! | `usage` | energy while nobody was there, and per person-hour |
//! | `machine` | sessions and standby of a machine |
//! | `checks` | misbehaving registers, repaired silences, register beside power, parts beside their whole |
//! | `weather`, `climate`, `comparison` | outdoor temperature, degree days and signature, comparison with a year before |
//! | `pathway` | the goals of the décret tertiaire |
//! | `month`, `month_report` | a civil month, and all figures of its report |
//! | `weekly_review` | nights and instruments of the last weeks, for alerts |
//! | `complete` | whether a figure stands for its whole period |
//!
//! The figures themselves are worked out by the domain, off the async threads. Nothing here knows HTTP or a language.

mod air;
mod attendance;
mod breakdown;
mod checks;
mod climate;
mod comparison;
mod complete;
mod cost;
mod energy;
mod error;
mod history;
mod load;
mod load_curve;
mod machine;
mod month;
mod month_report;
mod pathway;
mod people;
mod power;
mod rollup_history;
mod scope;
mod series;
mod turns;
mod usage;
mod view;
mod weather;
mod weekly_review;

#[cfg(test)]
mod tests;

pub use breakdown::{Breakdown, BreakdownLine, By};
pub use checks::{ExcessItem, Part, PartsItem, RegisterStory};
pub use climate::{Climate, ClimateDay};
pub use comparison::{Comparison, HeatingFrom};
pub use complete::{change, is_complete, missing, per_area_kwh};
pub use cost::CostItem;
pub use error::FigureError;
pub use load::LoadProfile;
pub use load_curve::{LoadCurve, PowerDay, PowerStep};
pub use machine::{MachineReport, SessionItem};
pub use month::{Month, NoMonth};
pub use month_report::{Breakdowns, MonthReport, ZoneReport};
pub use pathway::PathwayReport;
pub use people::PeopleQuarters;
pub use scope::{BUILDING, Scope, whole_days};
pub use turns::asked_by;
pub use usage::UsageItem;
pub use view::{Figures, View};
