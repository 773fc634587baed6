//! The monthly report: energy, people and air of a civil month, with how complete each figure is.
//!
//! ```text
//! figures::View::month_report ──▶ figures of the month ──document──▶ words and numbers ──▶ page, file
//!                                                                                   └──csv──▶ CSV
//! ```
//!
//! | file | what it does |
//! |---|---|
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
mod people;

pub(crate) use csv::{for_people as csv_for_people, for_programs as csv_for_programs};
pub(crate) use document::Document;
pub(crate) use file::page as file_page;
pub use file::{ReportError, ReportForm, month_report};
