//! What a person should know: the rules, their life-cycle, and whom to tell when.
//!
//! ```text
//! readings, people, machines ──live::alerts──▶ what holds now ──lifecycle──▶ raised, acknowledged, cleared
//!             rulebook, watch ────▲                                                │
//!                                                                    (the store) ◀─┴─▶ notices ──▶ (e-mail, webhook, MQTT)
//! ```
//!
//! | file | what it knows |
//! |---|---|
//! | `rule` | every rule, with its thresholds and where they come from |
//! | `rulebook` | the rules as the site file wants them, for each zone, meter or device |
//! | `watch` | one value against one rule: raise, clear, dwell |
//! | `lifecycle` | raised, acknowledged, cleared |
//! | `notices` | quiet hours, pauses, the morning digest |

mod lifecycle;
mod notices;
mod rule;
mod rulebook;
mod watch;

pub use lifecycle::{Acknowledgement, AlertId, Change, ChangeSort, Lifecycle, Standing};
pub use notices::{Notice, NoticeRules, Notices};
pub use rule::{About, Rule, RuleId, Subject};
pub use rulebook::{Override, Rulebook};
pub(crate) use watch::{Watch, first_raised};
