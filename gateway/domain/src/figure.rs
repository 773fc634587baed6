//! Proof of a figure: how it came about, and when it counts as complete.

use serde::{Deserialize, Serialize};

/// Origin of a figure, as a measure of how far it can be relied on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quality {
    /// From instruments, complete.
    Measured,
    /// From a model, or with a shape that nobody measured.
    Estimated,
    /// From instruments, with gaps.
    Partial,
    /// No data.
    Unknown,
}

/// Least share of a period with data for a complete figure: one missed report in an hour of reports by the minute is
/// no gap.
pub const COMPLETE: f64 = 0.98;

/// Whether a figure whose period is covered by data to this share, 0 to 1, is complete.
///
/// ```
/// assert!(domain::figure::is_complete(0.98));
/// assert!(!domain::figure::is_complete(0.979));
/// ```
pub fn is_complete(coverage: f64) -> bool {
    coverage >= COMPLETE
}
