//! The dashboard: shows people and programs what the building does, now and before.
//!
//! ```text
//! state topics ──live──▶ SSE, /live, pages
//! store ──▶ figures::View, one per request ──▶ api, pages, report
//! forms of the staff ──access──▶ staff_actions ──▶ (the program)
//! ```
//!
//! | file | what it does |
//! |---|---|
//! | `routes` | every address that is answered, in one table; limits of time and size |
//! | `askers`, `path` | whose questions are counted together; the names in an address |
//! | `live` | the building now: state messages in, streams out; its own map stands there |
//! | `power_today` | loads the curve of the live page |
//! | `api` | the JSON calls, one file each; `query`, `paging` and `problem` are their common grammar |
//! | `report` | the monthly report; its own map stands there |
//! | `pages`, `words` | the pages, and the texts on them beside those of the package `i18n` |
//! | `sheet` | sections, tables and drawings that pages and report share |
//! | `commissioning` | which sources wait for a role, and how the site file gives them one |
//! | `privacy` | the one rule of sight: what is withheld from the public |
//! | `access` | accounts, logins, and what a request that changes something must carry; its own map stands there |
//! | `resources` | what the program hands over |
//! | `serve` | start and stop |
//! | `connections` | open connections, and how long one may say nothing; its own map stands there |
//! | `places`, `machine` | how many connections and streams one machine may have, and all together |
//! | `hosts` | names of machines, as they stand in `Host` |
//! | `counters` | what is refused, counted |
//! | `assets`, `openapi`, `health`, `security` | style and scripts; the API described; probes; headers and host check |
//!
//! It reads: from the broker the state topics, from the store the series and the ledger. What staff change goes through
//! one narrow seam, `staff_actions`, which the program gives it.

mod access;
mod api;
mod app;
mod askers;
mod assets;
mod commissioning;
mod connections;
mod counters;
mod health;
mod hosts;
mod live;
mod machine;
mod openapi;
mod pages;
mod paging;
mod path;
mod places;
mod power_today;
mod privacy;
mod problem;
mod query;
mod report;
mod resources;
mod routes;
mod security;
mod serve;
mod sheet;
mod staff_actions;
mod words;

#[cfg(test)]
mod tests;

pub use access::{
    Access, Account, AccountFault, AccountName, Accounts, InvalidNetwork, InvalidPassword, Network,
    Password,
};
pub use figures::{Month, NoMonth};
pub use report::{ReportError, ReportForm, month_report};
pub use resources::Dashboard;
pub use serve::DashboardError;
pub use staff_actions::{ChangedSite, StaffActionError, StaffActions};
