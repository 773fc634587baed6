//! The reading side of the file.
//!
//! ```text
//! SqliteReader ──a read-only connection──▶ queries, rollup_query ──▶ series_scan ──▶ log, hour blocks, day blocks
//! ```
//!
//! | file | what it is |
//! |---|---|
//! | `reader` | [`SqliteReader`](reader::SqliteReader): a pool of connections behind the reader ports |
//! | `queries` | sources, and the readings of a period |
//! | `rollup_query` | rollups: the stored ones where they are up to date, else made from readings |
//! | `series_scan` | the readings of one series across the places it lies in |

mod queries;
pub(super) mod reader;
mod rollup_query;
mod series_scan;
