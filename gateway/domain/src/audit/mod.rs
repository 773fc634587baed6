//! The ledger: what people changed, by whom, when and why. Entries are only ever added; what was wrong is undone by
//! another one, so that every figure can be told as it is known now and as it was known on any day before.
//!
//! ```text
//! entries ──in_force(known at)──▶ corrections ──Corrections──▶ readings without what was wrong
//!                                                         └──▶ a site whose meters know the stated energy
//! ```
//!
//! | file | what it knows |
//! |---|---|
//! | `entry` | what an entry says, and which of them an entry after it has undone |
//! | `corrections` | what the corrections in force make of readings and meters |

mod corrections;
mod entry;
#[cfg(test)]
mod tests;

pub use corrections::Corrections;
pub use entry::{
    Correction, Deed, Draft, Effect, Entry, EntryId, InvalidCorrection, RoleTest, SiteChange,
    Target, in_force, is_undone,
};
