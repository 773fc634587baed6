//! The monthly report: energy, people and air of a civil month, with how complete each figure is.
//!
//! ```text
//! insights, figures (as for the API) ──gather──▶ figures of the month ──document──▶ words and numbers ──▶ page, file
//!                                                                                                  └──csv──▶ CSV
//! ```
//!
//! | file | what it does |
//! |---|---|
//! | `month` | which month |
//! | `gather` | asks for its figures, the very ones that the API gives |
//! | `document` | puts them into a language, as sections of `crate::sheet` |
//! | `consumption`, `people`, `cost` | the sections |
//! | `context` | figures and language that they are written with |
//! | `csv` | its tables as CSV |
//! | `file` | the report outside of a browser's session: one file that needs nothing else |

mod consumption;
mod context;
mod cost;
mod csv;
mod document;
mod file;
mod gather;
mod month;
mod people;

pub(crate) use csv::{for_people as csv_for_people, for_programs as csv_for_programs};
pub(crate) use document::Document;
pub(crate) use file::page as file_page;
pub use file::{ReportError, ReportForm};
pub(crate) use gather::{energy_is_known, gather};
pub use month::{Month, NoMonth};
