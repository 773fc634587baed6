//! Count: the people of a place from the passages of its doors and the presence that its detectors report.
//!
//! ```text
//! traffic ──events──▶ people_count ──▶ correction ──▶ timeline
//!                          ▲        (raw, or with the error of the day spread back)
//!                       closing (when the count is set to nobody)
//! ```
//!
//! | file | content |
//! |---|---|
//! | `events` | changes that doors and detectors of a place report, in order |
//! | `people_count` | the count from event to event and from reset to reset |
//! | `correction` | the count of a day, corrected by what was left at its end |
//! | `sum` | a place without doors of its own as the sum of its parts |

mod correction;
mod events;
mod people_count;
mod sum;

pub(super) use people_count::{corrected_timeline, raw_timeline};
pub(super) use sum::sum_timeline;
