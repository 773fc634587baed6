//! What the writer does to the file between appends, in steps of one short transaction each.
//!
//! | file | what it is |
//! |---|---|
//! | `seal` | a pass over the file: log to hour blocks, hour blocks to day blocks, then retention |
//! | `days` | packing of the days that have ended |
//! | `retention` | removal by age, and of the oldest readings while the store fills the disk |
//! | `ageing` | by which day ages are counted, and for how long there has been too little room |
//! | `disk` | free space on the disk and within the file |
//! | `future` | taking out readings that a clock dated which was ahead |
//! | `rebuild` | all rollups made again from the readings |

mod ageing;
mod days;
pub(super) mod disk;
pub(super) mod future;
pub(super) mod rebuild;
mod retention;
pub(super) mod seal;
