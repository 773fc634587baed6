//! Looking through the whole file for what cannot be read, beside its writer. Nothing is changed.
//!
//! ```text
//! inspection ─┬─▶ pages      SQLite's own check: pages, indexes, the order of rows
//!             └─▶ contents   every block and rollup unpacked; rollups made again from the readings and compared
//! salvage ────────▶ pages    what an export takes out of a damaged file, with nothing of an index believed
//! ```
//!
//! | file | what it is |
//! |---|---|
//! | `inspection` | an inspection from beginning to end |
//! | `findings` | what it looks at, and what it finds |
//! | `pages` | SQLite's own check, which may be broken off |
//! | `contents` | blocks, rollups and the log |
//! | `salvage` | sources, days and readings of a damaged file |

mod contents;
mod findings;
mod inspection;
mod pages;
pub(super) mod salvage;

pub use findings::{Findings, Inspection, InspectionPlan};
pub use inspection::inspect;
pub use salvage::Salvaged;
