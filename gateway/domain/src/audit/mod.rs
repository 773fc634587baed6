//! The audit log: changes by people, with author, time and reason. Entries are only ever added; a wrong one is undone
//! by another one, so that every figure can be given as known now and as known on any day before.
//!
//! ```text
//! entries ──in_force(known at)──▶ corrections ──Corrections──▶ readings without what was wrong
//!                                                         └──▶ a site whose meters know the stated energy
//! ```
//!
//! | file | what it holds |
//! |---|---|
//! | `entry` | the entries, and which of them a later entry has undone |
//! | `corrections` | the effect of the corrections in force on readings and meters |

mod corrections;
mod entry;
#[cfg(test)]
mod tests;

pub use corrections::Corrections;
pub use entry::{
    Correction, Deed, Draft, Effect, Entry, EntryId, InvalidCorrection, RoleTest, SiteChange,
    Target, in_force, is_undone,
};
