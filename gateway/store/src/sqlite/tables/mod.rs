//! The tables of the file, one or two in each module: rows in, rows out, within a transaction of the caller.
//!
//! | file | tables |
//! |---|---|
//! | `series` | `series`: number, family and time zone of each source |
//! | `log` | `log`: readings in the order of arrival, until they are sealed |
//! | `blocks`, `times` | `blk_h`, `blk_d`: sealed readings by hour and by day; `times`: instants that blocks share |
//! | `rollups`, `civil_days` | `q15`: rollups by quarter of an hour; `rd`: by civil day |
//! | `backlog` | `owed`, `not_forwarded`: sealed readings that another store lacks; lines that it refused |
//! | `refusals` | `quarantine`, `quarantine_payload` |
//! | `alerts`, `audit`, `learned` | `alerts`; `ledger`: the audit log; `learned`: messages that later ones need |
//! | `imported` | `imported`: which days of a series were imported, and when |
//! | `meta` | `meta`: facts about the file as a whole |

pub(super) mod alerts;
pub(super) mod audit;
pub(super) mod backlog;
pub(super) mod blocks;
pub(super) mod civil_days;
pub(super) mod imported;
pub(super) mod learned;
pub(super) mod log;
pub(super) mod meta;
pub(super) mod refusals;
pub(super) mod rollups;
pub(super) mod series;
pub(super) mod times;
