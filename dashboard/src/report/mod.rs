//! The monthly report: energy, people and air of a civil month, with how complete each figure is.
//!
//! ```text
//! figures::View::month_report ──▶ figures of the month ──document──▶ words and numbers ──▶ page, file
//!                                                                                   └──csv──▶ CSV
//! ```
//!
//! | file | what it does |
//! |---|---|
//! | `document` | tells them in a language: sections, tables, sentences |
//! | `consumption`, `people`, `account` | the sections |
//! | `context` | what they are written with |
//! | `sheet` | tables whose cells are text for people and numbers for programs |
//! | `bars` | the days of the month as SVG |
//! | `csv` | the same tables as CSV |
//! | `file` | the report outside of a browser's session: one file that needs nothing else |

mod account;
mod bars;
mod consumption;
mod context;
mod csv;
mod document;
mod file;
mod people;
mod sheet;

pub(crate) use csv::{for_people as csv_for_people, for_programs as csv_for_programs};
pub(crate) use document::Document;
pub(crate) use file::page as file_page;
pub use file::{ReportError, ReportForm, ReportLanguage, month_report};
pub(crate) use sheet::Cell;
