//! Readings in files: out of the store, and back into one.
//!
//! ```text
//! store ──export──▶ csv, line protocol ──import──▶ store      the same readings, to the last bit
//!            └────▶ csv-fr, for a French spreadsheet          foreign CSV ──by a map──▶ store
//! ```
//!
//! | file | what it knows |
//! |---|---|
//! | `export` | which readings go out, and what was left out |
//! | `pages` | the readings of a source, page by page; of a damaged store what can be read |
//! | `import` | files in, batches into the store; each line accepted or refused with its reason |
//! | `future` | readings that a clock dated which was ahead, into a file and out of the store |
//! | `gate` | limits of an import: no reading from the future, not any number of new sources |
//! | `table` | readings as rows of CSV, for machines and for people |
//! | `line` | readings as lines of InfluxDB |
//! | `text` | lines of a file, however long or broken |
//! | `observation` | formats of files; values and arrivals in them |
//!
//! **When a reading was received.** The store keeps it in whole seconds after it was observed, and an export states it
//! (`received_at` and `dated_by`; `lag` or `by_arrival` in line protocol). An import
//! keeps what is stated. A reading that states no arrival was received when it was imported.

mod export;
mod future;
mod gate;
mod import;
mod line;
mod observation;
mod pages;
mod table;
mod text;

pub(crate) use export::{ExportArguments, export};
pub(crate) use future::{Found, find_future, put_future_aside};
pub(crate) use import::{ImportArguments, import};

#[cfg(test)]
use observation::any_reading;
use observation::{Arrival, Form, observation, value, written};
