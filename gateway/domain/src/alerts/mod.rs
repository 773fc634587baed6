//! Alerts: their rules, their life-cycle, and the notices sent to people.
//!
//! ```text
//! readings, people, machines ──live::alerts──▶ current alerts ──lifecycle──▶ raised, acknowledged, cleared
//!             rulebook, watch ────▲                                                │
//!                                                                    (the store) ◀─┴─▶ notices ──▶ (e-mail, webhook, MQTT)
//! ```
//!
//! | file | what it holds |
//! |---|---|
//! | `alert`, `matter` | an alert with its severity and acknowledgement; its subject |
//! | `rule` | every rule, with its thresholds and where they come from |
//! | `rulebook` | the rules with the changes of the site file, for each zone, meter or device |
//! | `watch` | one value against one rule: raise, clear, dwell |
//! | `lifecycle` | raised, acknowledged, cleared |
//! | `notices` | quiet hours, pauses, the morning digest |

mod alert;
mod lifecycle;
mod matter;
mod notices;
mod rule;
mod rulebook;
mod watch;

pub use alert::{Acknowledgement, Alert, AlertId, Severity};
pub use lifecycle::{Change, ChangeSort, Lifecycle, Standing};
pub use matter::{Matter, MeterMishap};
pub use notices::{Notice, NoticeRules, Notices};
pub use rule::{About, Rule, RuleId, Subject};
pub use rulebook::{Override, Rulebook};
pub(crate) use watch::{Watch, first_raised};
