//! Sections of pages and of the monthly report: findings, tiles, drawings and tables, apart from how they are written.
//!
//! ```text
//! figures ──pages, report──▶ Section { tiles, drawing, tables } ──templates──▶ HTML
//!                                                      └──csv──▶ CSV
//! ```
//!
//! | file | contents |
//! |---|---|
//! | `section` | a finding with what it stands on |
//! | `table` | rows of cells: text for people, numbers for programs |
//! | `csv` | the tables of sections as CSV |
//! | `drawing`, `days` | bars, steps, maps, curves and scatter as SVG; the days of a month |
//! | `scale` | round upper ends of axes |

pub(crate) mod csv;
pub(crate) mod days;
pub(crate) mod drawing;
pub(crate) mod scale;
mod section;
mod table;

pub(crate) use section::{Section, Tile, numbered};
pub(crate) use table::{Cell, Column, Row, Table};
